import type { Any, Signal } from '@parley/wire'
import { expect, test } from 'vitest'
import { createScript, type Script } from './testing/script.test-kit.ts'
import { startDevice, take, type TestDevice } from './testing/device.test-kit.ts'
import { codeOf, conversationId, entryId, jerry, settle, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const mary = user('Mary')

async function stage(): Promise<TestDevice & { readonly script: Script }> {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom, mary] })
  await device.connect({ news: [script.news()] })
  device.sent()
  device.events.splice(0)
  return Object.assign(device, { script })
}

function signals(device: TestDevice): readonly Any[] {
  const sent = device.sent().filter((frame): frame is Signal => frame.frame === 'signal')
  expect(new Set(sent.map(({ conversation }) => conversation)).size).toBeLessThan(2)
  return sent.map(({ content }) => content)
}

async function hear(
  device: TestDevice,
  content: Any,
  from = 'Jerry',
  conversation: string = lunch,
): Promise<void> {
  await device.say({ frame: 'signal', conversation, from, time: 5000, content })
}

function typingOf(device: TestDevice): readonly string[] {
  return take(device.events, 'typing').map(({ from, typing }) => `${from} ${typing ? 'types' : 'stops'}`)
}

const on = { op: 'typing', on: true }
const off = { op: 'typing', on: false }

test('[CL238] a message that nobody keeps leaves at once, and is nowhere afterwards', async () => {
  const device = await stage()
  const said = await device.engine.sayTransient(lunch, { type: 7, text: 'hi', mentions: [jerry] })
  expect(said).toMatchObject({ conversation: lunch, from: 'Tom', seq: 0, type: 7, text: 'hi', state: 'sent' })
  expect(signals(device)).toEqual([
    {
      op: 'message',
      message: { id: said.id, from: 'Tom', sentAt: said.sentAt, type: 7, text: 'hi', mentions: ['Jerry'] },
    },
  ])
  expect(device.engine.unsent()).toEqual([])
  expect((await device.engine.timeline(lunch, 10)).messages).toEqual([])
})

test('[CL238] without a session it is refused, and so is what the rules forbid', async () => {
  const offline = await startDevice()
  expect(await codeOf(offline.engine.sayTransient(lunch, { type: -1 }))).toBe('OFFLINE')
  const device = await stage()
  const { engine, script } = device
  expect(await codeOf(engine.sayTransient(conversationId(9), { type: -1 }))).toBe('unknown-conversation')
  expect(await codeOf(engine.sayTransient(lunch, { type: 1.5 }))).toBe('bad-content')
  const long = { type: -1, text: 'x'.repeat(8192) }
  expect(await codeOf(engine.sayTransient(lunch, long))).toBe('too-large')
  await engine.open(lunch)
  await device.say(script.frame(script.change({ op: 'muted', by: jerry, members: [tom], until: 2 ** 50 })))
  expect(await codeOf(engine.sayTransient(lunch, { type: -1 }))).toBe('muted')
  await device.say(script.frame(script.change({ op: 'removed', by: jerry, members: [tom] })))
  expect(await codeOf(engine.sayTransient(lunch, { type: -1 }))).toBe('not-a-member')
  expect(signals(device)).toEqual([])
  await device.cut()
  expect(await codeOf(engine.sayTransient(lunch, { type: -1 }))).toBe('OFFLINE')
})

const message = { id: entryId(3), from: 'Jerry', sentAt: 7, type: -1, text: 'psst' }

test('[CL239] a message that nobody keeps arrives as an event, and counts nowhere', async () => {
  const device = await stage()
  const before = device.engine.conversation(lunch)
  await hear(device, { op: 'message', message })
  expect(take(device.events, 'transient').map(({ said }) => said)).toMatchObject([
    { id: message.id, conversation: lunch, from: 'Jerry', seq: 0, time: 5000, sentAt: 7, text: 'psst' },
  ])
  expect(device.engine.conversation(lunch)).toEqual(before)
  expect((await device.engine.timeline(lunch, 10)).messages).toEqual([])
  expect(device.events).toEqual([])
})

test('[CL239] one of this user’s other devices comes too', async () => {
  const device = await stage()
  await hear(device, { op: 'message', message: { ...message, from: 'Tom' } }, 'Tom')
  expect(take(device.events, 'transient')).toHaveLength(1)
})

test('[CL239] what is no signal, is another’s, or is of elsewhere is passed over', async () => {
  const device = await stage()
  const strange: readonly Any[] = [
    null,
    'typing',
    [on],
    {},
    { op: 'dance', on: true },
    { op: 'typing' },
    { op: 'typing', on: 'yes' },
    { op: 'message' },
    { op: 'message', message: null },
    { op: 'message', message: { ...message, from: 'Mary' } },
    { op: 'message', message: { ...message, type: 'text' } },
    { op: 'message', message: { ...message, extra: 1 } },
    {
      op: 'message',
      message: { id: message.id, from: 'Jerry', sentAt: 7, op: 'recall', target: entryId(1) },
    },
  ]
  for (const content of strange) await hear(device, content)
  await hear(device, { op: 'message', message }, 'Jerry', conversationId(9))
  await hear(device, on, 'Jerry', 'no id')
  await hear(device, on, 'no id')
  expect(device.events).toEqual([])
  expect(device.errors).toEqual([])
  expect(device.engine.connection).toBe('connected')
})

test('[CL239] after leaving nothing is heard any more', async () => {
  const device = await stage()
  const { script } = device
  await device.say(script.frame(script.change({ op: 'removed', by: jerry, members: [tom] })))
  device.events.splice(0)
  await hear(device, on)
  await hear(device, { op: 'message', message })
  expect(device.events).toEqual([])
})

test('[CL240] typing is told once in two seconds, and stopping once', async () => {
  const device = await stage()
  const { engine } = device
  for (let key = 0; key < 10; key += 1) {
    engine.typing(lunch, true)
    await device.pass(500)
  }
  expect(signals(device)).toEqual([on, on, on])
  engine.typing(lunch, false)
  engine.typing(lunch, false)
  expect(signals(device)).toEqual([off])
})

test('[CL240] who never told that he types does not tell that he stops, and haste tells no more', async () => {
  const device = await stage()
  const { engine } = device
  engine.typing(lunch, false)
  expect(signals(device)).toEqual([])
  for (const key of [true, false, true, false, true, false]) engine.typing(lunch, key)
  expect(signals(device)).toEqual([on, off])
  await device.pass(2000)
  engine.typing(lunch, true)
  expect(signals(device)).toEqual([on])
})

test('[CL240] without a session typing does nothing, then or later', async () => {
  const device = await stage()
  await device.cut()
  device.engine.typing(lunch, true)
  device.engine.typing(lunch, false)
  await device.pass(1000)
  await device.connect()
  await device.pass(10_000)
  expect(signals(device)).toEqual([])
  device.engine.typing(lunch, true)
  device.engine.typing(conversationId(9), true)
  expect(signals(device)).toEqual([on])
})

test('[CL240] who typed before the session was lost does not say in the next that he has stopped', async () => {
  const device = await stage()
  device.engine.typing(lunch, true)
  await device.cut()
  await device.pass(1000)
  await device.connect()
  device.sent()
  device.engine.typing(lunch, false)
  expect(signals(device)).toEqual([])
})

test('[CL241] others begin to type and stop, and are not told of in between', async () => {
  const device = await stage()
  await hear(device, on)
  await hear(device, on)
  await hear(device, on, 'Mary')
  expect(device.engine.typingMembers(lunch)).toEqual(['Jerry', 'Mary'])
  await hear(device, off)
  await hear(device, off)
  expect(device.engine.typingMembers(lunch)).toEqual(['Mary'])
  expect(typingOf(device)).toEqual(['Jerry types', 'Mary types', 'Jerry stops'])
})

test('[CL241] six seconds after it was told last nobody types', async () => {
  const device = await stage()
  await hear(device, on)
  await device.pass(5000)
  await hear(device, on)
  await device.pass(5999)
  expect(typingOf(device)).toEqual(['Jerry types'])
  await device.pass(1)
  expect(typingOf(device)).toEqual(['Jerry stops'])
  expect(device.engine.typingMembers(lunch)).toEqual([])
})

test('[CL241] on other devices of this user nobody types', async () => {
  const device = await stage()
  await hear(device, on, 'Tom')
  expect(typingOf(device)).toEqual([])
})

test('[CL242] a message ends the typing of its author', async () => {
  const device = await stage()
  const { script } = device
  await hear(device, on)
  await hear(device, on, 'Mary')
  await device.say(script.frame(script.text(jerry, 'done')))
  await hear(device, { op: 'message', message: { ...message, from: 'Mary' } }, 'Mary')
  expect(typingOf(device)).toEqual(['Jerry types', 'Mary types', 'Jerry stops', 'Mary stops'])
})

test('[CL242] who has sent a message tells nothing of stopping, and may begin anew at once', async () => {
  const device = await stage()
  const { engine } = device
  engine.typing(lunch, true)
  await engine.send(lunch, { type: -1, text: 'done' })
  engine.typing(lunch, false)
  expect(signals(device)).toEqual([on])
  engine.typing(lunch, true)
  expect(signals(device)).toEqual([on])
  await engine.sayTransient(lunch, { type: -1, text: 'psst' })
  engine.typing(lunch, false)
  expect(signals(device)).toMatchObject([{ op: 'message' }])
})

test('[CL242] who begins anew is told of as seldom as before', async () => {
  const device = await stage()
  const { engine } = device
  engine.typing(lunch, true)
  await device.pass(1500)
  await engine.send(lunch, { type: -1, text: 'done' })
  engine.typing(lunch, true)
  expect(signals(device)).toEqual([on, on])
  await device.pass(1999)
  engine.typing(lunch, true)
  expect(signals(device)).toEqual([])
  await device.pass(1)
  engine.typing(lunch, true)
  expect(signals(device)).toEqual([on])
})

test('[CL243] when the session is lost nobody types, and nothing waits to happen', async () => {
  const device = await stage()
  await hear(device, on)
  await hear(device, on, 'Mary')
  await device.cut()
  expect(typingOf(device)).toEqual(['Jerry types', 'Mary types', 'Jerry stops', 'Mary stops'])
  await device.pass(10_000)
  expect(typingOf(device)).toEqual([])
  expect(device.engine.typingMembers(lunch)).toEqual([])
})

test('[CL243] an engine that is closed tells of no typing', async () => {
  const device = await stage()
  await hear(device, on)
  await device.engine.close()
  await settle()
  const types = device.events.map(({ type }) => type)
  expect(types.at(-1)).toBe('ended')
  expect(device.timers).toBe(0)
})
