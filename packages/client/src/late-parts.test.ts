import { createMemoryStore } from '@parley/storage/memory'
import { expect, test } from 'vitest'
import { deviceLayout } from './records.ts'
import { startDevice, take, type TestDeviceOptions } from './testing/device.test-kit.ts'
import { lateParts } from './testing/late-parts.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import {
  codeOf,
  conversationId,
  entryId,
  jerry,
  settle,
  texts,
  tom,
  user,
} from './testing/values.test-kit.ts'

const lunch = conversationId(1)

const text = (content: string) => ({ type: -1, text: content })

async function started(store = createMemoryStore(deviceLayout), options: TestDeviceOptions = {}) {
  const chunks = lateParts()
  const device = await startDevice({ store, ...options, parts: chunks.sources })
  const script = createScript(lunch, { by: jerry, members: [tom], name: 'Lunch' })
  return { chunks, device, script }
}

const setting = {
  frame: 'own',
  rows: [{ kind: 'setting', key: lunch, value: { pinned: 9 }, time: 9 }],
} as const

test('[CL411] a device connects, catches up, lists, shows and writes before anything else is there', async () => {
  const { chunks, device, script } = await started()
  script.text(jerry, 'soup?')
  await device.connect({ news: [script.news()], full: true })
  expect(device.engine.conversations().map(({ name }) => name)).toEqual(['Lunch'])
  await device.say(script.frame(script.text(jerry, 'or salad?')))
  device.sent()
  const { message } = await device.engine.send(lunch, text('soup'))
  await settle()
  expect(message.state).toBe('sending')
  expect(texts(device.sent())).toEqual(['soup'])
  // For idle time: what will be wanted next, and whose profiles are shown.
  expect(chunks.wanted()).toEqual(['repair', 'people'])
})

test('[CL412] what comes of a kind that is not loaded waits in its place, and nothing overtakes it', async () => {
  const { chunks, device, script } = await started()
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  await device.say(setting, script.frame(script.text(jerry, 'hello')))
  await device.say({ frame: 'cursor', cursor: 7, frames: 0 })
  expect(take(device.events, 'message')).toEqual([])
  expect(device.engine.conversation(lunch)).toMatchObject({ pinnedAt: null, unread: 0 })
  await chunks.arrive()
  expect(take(device.events, 'message').map(({ message }) => message.text)).toEqual(['hello'])
  expect(device.engine.conversation(lunch)).toMatchObject({ pinnedAt: 9 })
  expect(device.engine.connection).toBe('connected')
})

test('[CL412] whoever stops meanwhile has lost nothing: the cursor has not moved, and it comes again', async () => {
  const store = createMemoryStore(deviceLayout)
  const { device, script } = await started(store)
  await device.connect({ news: [script.news()], cursor: 3 })
  await device.say(setting, script.frame(script.text(jerry, 'hello')))
  await device.say({ frame: 'cursor', cursor: 7, frames: 0 })
  await device.engine.close()
  const again = await startDevice({ store, seed: 2 })
  await again.opens()
  expect(again.sent().find(({ frame }) => frame === 'hello')).toMatchObject({ cursor: 3 })
  expect(again.engine.conversation(lunch)).toMatchObject({ pinnedAt: null, seq: 1 })
})

test('[CL414] where a chunk cannot be had the session is told so, and begins again from what is stored', async () => {
  const { chunks, device, script } = await started()
  await device.connect({ news: [script.news()], cursor: 3 })
  await chunks.fail()
  await device.say(setting)
  await chunks.fail()
  expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['part-missing'])
  await device.pass(60_000)
  device.sent()
  await device.opens()
  expect(device.sent().find(({ frame }) => frame === 'hello')).toMatchObject({ cursor: 3 })
})

test('[CL414] a call that needs a chunk which cannot be had is refused, with nothing done, and works later', async () => {
  const { chunks, device, script } = await started()
  await device.connect({ news: [script.news()] })
  await chunks.fail()
  const { engine } = device
  const code = codeOf(engine.person({ op: 'block', users: [jerry] }))
  const written = engine.send(lunch, text('behind it'))
  await chunks.fail()
  expect(await code).toBe('part-missing')
  expect((await written).message.text).toBe('behind it')
  expect(engine.unsent().map(({ kind }) => kind)).toEqual(['message'])
  const later = engine.person({ op: 'block', users: [jerry] })
  await chunks.arrive()
  await later
  expect(engine.blocked()).toEqual([jerry])
})

test('[CL413] a conversation is made before what is written into it right after', async () => {
  const { chunks, device } = await started()
  await device.connect()
  await chunks.fail()
  const { engine } = device
  const made = engine.command(lunch, {
    op: 'create',
    kind: 'group',
    unique: false,
    members: [jerry],
    name: null,
    attributes: {},
  })
  const written = engine.send(lunch, text('first'))
  await settle()
  await chunks.arrive()
  await Promise.all([made, written])
  expect(engine.unsent().map(({ kind }) => kind)).toEqual(['command', 'message'])
})

test('[CL416] what is stored of a kind is read with its part: a start waits for it, or says why it cannot', async () => {
  const store = createMemoryStore(deviceLayout)
  const whole = await startDevice({ store })
  await whole.connect({ news: [createScript(lunch, { by: jerry, members: [tom] }).news()] })
  await whole.say(setting)
  await whole.engine.close()
  const chunks = lateParts()
  const starting = startDevice({ store, seed: 2, parts: chunks.sources })
  await settle()
  expect(chunks.wanted()).toEqual(['people'])
  await chunks.arrive()
  const { engine } = await starting
  expect(engine.conversation(lunch)).toMatchObject({ pinnedAt: 9 })
  await engine.close()
  const without = lateParts()
  const failing = codeOf(startDevice({ store, seed: 3, parts: without.sources }))
  await settle()
  await without.fail()
  expect(await failing).toBe('part-missing')
  const third = await startDevice({ store, seed: 4 })
  expect(third.engine.conversation(lunch)).toMatchObject({ pinnedAt: 9 })
})

test('[CL412] who types before anybody knows of typing is heard once it is known, and a chunk that fails ends nothing', async () => {
  const { chunks, device, script } = await started()
  await device.connect({ news: [script.news()] })
  const typing = {
    frame: 'signal',
    conversation: lunch,
    from: jerry,
    time: 5,
    content: { op: 'typing', on: true },
  } as const
  await device.say(typing)
  await chunks.fail()
  expect(device.engine.connection).toBe('connected')
  expect(device.engine.typingMembers(lunch)).toEqual([])
  await device.say(typing)
  await chunks.arrive()
  expect(device.engine.typingMembers(lunch)).toEqual([jerry])
})

test('[CL412] whoever is watched before anybody knows how is watched then, unless it was stopped', async () => {
  const { chunks, device } = await started()
  await device.connect()
  device.sent()
  const stop = device.engine.watchPresence([jerry], () => undefined)
  device.engine.watchPresence([tom], () => undefined)
  stop()
  await chunks.arrive()
  expect(device.sent().flatMap((frame) => (frame.frame === 'presence' ? [frame.users] : []))).toEqual([[tom]])
})

test('[CL236] [CL412] who could not be watched is watched in the next session, and the limit holds meanwhile', async () => {
  const { chunks, device } = await started()
  await device.connect()
  const crowd = Array.from({ length: 1000 }, (_, number) => user(`User${number}`))
  const stop = device.engine.watchPresence(crowd, () => undefined)
  expect(() => device.engine.watchPresence([jerry], () => undefined)).toThrow('bad-argument')
  stop()
  device.engine.watchPresence([jerry], () => undefined)
  await chunks.fail()
  await device.cut()
  await device.pass(60_000)
  device.sent()
  await device.connect()
  await chunks.arrive()
  const asked = device.sent().flatMap((frame) => (frame.frame === 'presence' ? [...frame.users] : []))
  expect(new Set(asked)).toEqual(new Set([jerry]))
})

const telling: TestDeviceOptions = { readReceipts: true, syncReadMarks: true }

test('[CL419] reading counts at once: what comes while others cannot be told yet was not read, and holds nobody up', async () => {
  const { chunks, device, script } = await started(undefined, telling)
  await device.connect({ news: [script.news()] })
  await chunks.fail()
  const row = script.text(jerry, 'soup?')
  await device.say(script.frame(row))
  const reading = device.engine.read(lunch)
  await settle()
  expect(device.engine.conversation(lunch)?.unread).toBe(0)
  await device.say(script.frame(script.text(jerry, 'or salad?')))
  expect((await device.engine.send(lunch, text('soup'))).message.text).toBe('soup')
  device.sent()
  await chunks.arrive()
  await reading
  await device.pass(2000)
  expect(device.engine.conversation(lunch)?.unread).toBe(1)
  const sent = device.sent()
  expect(sent.flatMap((frame) => (frame.frame === 'marks' ? [frame.read] : []))).toEqual([row.seq])
  expect(sent.filter(({ frame }) => frame === 'command')).toMatchObject([
    { command: { op: 'setting', read: { seq: row.seq } } },
  ])
})

test('[CL419] [CL444] where others cannot be told he has read all the same, and the next reading tells them', async () => {
  const { chunks, device, script } = await started(undefined, telling)
  await device.connect({ news: [script.news()] })
  const row = script.text(jerry, 'soup?')
  await device.say(script.frame(row))
  const reading = device.engine.read(lunch)
  await settle()
  await chunks.fail()
  await expect(reading).resolves.toBeUndefined()
  expect(device.engine.conversation(lunch)?.unread).toBe(0)
  expect(device.errors).toContain('how far was read was not told')
  device.sent()
  const again = device.engine.read(lunch)
  await settle()
  await chunks.arrive()
  await again
  await device.pass(2000)
  expect(device.sent().flatMap((frame) => (frame.frame === 'marks' ? [frame.read] : []))).toEqual([row.seq])
})

test('[CL420] what knows commands is there before a creation is made again: writing into it waits for nothing, and the lane goes on', async () => {
  const { chunks, device } = await started()
  const own = createScript(lunch, { by: tom, members: [jerry], reader: tom, name: 'Lunch' })
  await device.connect({ news: [own.news()] })
  await chunks.fail()
  await device.cut()
  await device.engine.send(lunch, text('soup'))
  await device.pass(60_000)
  device.sent()
  await device.connect({ epoch: 'restored', full: true, cursor: 9 })
  expect(chunks.wanted()).toEqual(['repair'])
  await device.engine.send(lunch, text('one'))
  await chunks.arriveOnce()
  expect(chunks.wanted()).toEqual(['changes'])
  await device.engine.send(lunch, text('two'))
  await chunks.arrive()
  await device.engine.send(lunch, text('three'))
  const create = device.sent().find((frame) => frame.frame === 'command')
  if (create?.frame !== 'command') throw new Error('it was not made again')
  const again = createScript(lunch, { by: tom, members: [jerry], reader: tom, name: 'Lunch' })
  const outcome = { successfulClientIds: [jerry], failures: [] }
  const verdict = { class: 'accepted', seq: again.seq, time: 1, outcome } as const
  await device.say({ frame: 'command-answer', conversation: lunch, id: entryId(77), verdict })
  expect(chunks.wanted()).toEqual([])
  await device.say({ frame: 'command-answer', conversation: lunch, id: create.id, verdict })
  expect(chunks.wanted()).not.toContain('changes')
  await device.say({ frame: 'sync', cursor: 10, frames: 0, full: false, more: false, news: [again.news()] })
  await chunks.arrive()
  expect(texts(device.sent())).toEqual(['soup', 'one', 'two', 'three'])
})

test('[CL421] idle work that could not be loaded is begun again while the session lasts, and not after it', async () => {
  const { chunks, device, script } = await started()
  script.text(jerry, 'soup?')
  await device.connect({
    news: [script.news({ whole: false, rows: [], touched: [script.touched(1)] })],
    full: true,
  })
  await chunks.fail()
  await device.pass(999)
  expect(chunks.wanted()).toEqual([])
  await device.pass(1)
  expect(chunks.wanted()).toEqual(['repair'])
  await chunks.fail()
  await device.pass(4999)
  expect(chunks.wanted()).toEqual([])
  await device.pass(1)
  device.sent()
  await chunks.arrive()
  await device.pass(1000)
  expect(device.sent().some(({ frame }) => frame === 'fetch')).toBe(true)
  const other = await started()
  await other.device.connect({ news: [other.script.news()] })
  await other.chunks.fail()
  await other.device.cut()
  await other.device.pass(2000)
  expect(other.chunks.wanted()).toEqual([])
  await other.device.engine.close()
  expect(other.device.timers).toBe(0)
})

test('[CL423] what waited for a chunk in a session that is gone does not end the next one when the chunk fails', async () => {
  const { chunks, device, script } = await started()
  await device.connect({ news: [script.news()] })
  await chunks.fail()
  await device.say(setting)
  expect(chunks.wanted()).toEqual(['people'])
  await device.cut()
  await device.pass(3000)
  device.events.splice(0)
  await device.connect()
  await chunks.fail()
  expect(take(device.events, 'error')).toEqual([])
  expect(device.engine.connection).toBe('connected')
  expect(take(device.events, 'caught-up')).toHaveLength(1)
  await device.say(setting)
  await chunks.arrive()
  expect(device.engine.conversation(lunch)).toMatchObject({ pinnedAt: 9 })
})
