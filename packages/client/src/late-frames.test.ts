import { createMemoryStore } from '@parley/storage/memory'
import type { Verdict } from '@parley/wire'
import { expect, test } from 'vitest'
import { deviceLayout } from './records.ts'
import { startDevice, take, type TestDeviceOptions } from './testing/device.test-kit.ts'
import { lateParts } from './testing/late-parts.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { codeOf, conversationId, jerry, pushed, settle, texts, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

const text = (content: string) => ({ type: -1, text: content })

const setting = {
  frame: 'own',
  rows: [{ kind: 'setting', key: lunch, value: { pinned: 9 }, time: 9 }],
} as const

/** Connected, and nothing that it has asked for so far was to be had. */
async function connected(options: TestDeviceOptions = {}) {
  const chunks = lateParts()
  const device = await startDevice({ ...options, parts: chunks.sources })
  const script = createScript(lunch, { by: jerry, members: [tom], name: 'Lunch' })
  await device.connect({ news: [script.news()], cursor: 3 })
  await chunks.fail()
  device.events.splice(0)
  device.sent()
  return { chunks, device, script }
}

test('[CL440] a frame that waits for a chunk holds up frames alone: calls are answered, and what is written leaves', async () => {
  const { chunks, device, script } = await connected()
  const { engine } = device
  await device.say(setting, script.frame(script.text(jerry, 'hello')))
  expect(chunks.wanted()).toEqual(['people'])
  expect((await engine.send(lunch, text('soup'))).message.text).toBe('soup')
  await engine.setDraft(lunch, { type: -1, text: 'and' })
  expect((await engine.head(lunch))?.members.size).toBe(2)
  expect((await engine.timeline(lunch, 10)).messages.map((message) => message.text)).toEqual(['soup'])
  await settle()
  expect(texts(device.sent())).toEqual(['soup'])
  expect(take(device.events, 'message')).toEqual([])
  expect(engine.conversation(lunch)).toMatchObject({ pinnedAt: null, unread: 0 })
  await chunks.arrive()
  expect(take(device.events, 'message').map(({ message }) => message.text)).toEqual(['hello'])
  expect(engine.conversation(lunch)).toMatchObject({ pinnedAt: 9, unread: 1 })
})

test('[CL440] frames that come between calls keep their order behind the one that waits', async () => {
  const { chunks, device, script } = await connected()
  const rows = ['one', 'two', 'three'].map((content) => script.frame(script.text(jerry, content)))
  const [one, two, three] = rows
  if (one === undefined || two === undefined || three === undefined) throw new Error('three were written')
  const said = [device.say(setting)]
  const written = device.engine.send(lunch, text('soup'))
  said.push(device.say(one))
  const again = device.engine.send(lunch, text('salad'))
  said.push(device.say(two, three))
  await Promise.all([...said, written, again])
  expect(take(device.events, 'message')).toEqual([])
  await chunks.arrive()
  expect(take(device.events, 'message').map(({ message }) => message.text)).toEqual(['one', 'two', 'three'])
  expect(device.engine.connection).toBe('connected')
})

test('[CL441] a call waits a short time for a chunk that hangs, and so does what is called behind it', async () => {
  const { device } = await connected()
  const { engine } = device
  const refused = codeOf(engine.person({ op: 'block', users: [jerry] }))
  let isWritten = false
  const written = engine.send(lunch, text('soup')).then(() => {
    isWritten = true
  })
  const asked = codeOf(engine.presence([jerry]))
  await device.pass(4999)
  expect(isWritten).toBe(false)
  await device.pass(1)
  expect([await refused, await asked]).toEqual(['part-missing', 'part-missing'])
  await written
  expect(engine.unsent().map(({ kind }) => kind)).toEqual(['message'])
})

test('[CL442] what came before a frame that has to wait stands, also when its chunk cannot be had', async () => {
  const store = createMemoryStore(deviceLayout)
  const { chunks, device, script } = await connected({ store })
  await device.say(script.frame(script.text(jerry, 'hello')), setting)
  expect(take(device.events, 'message').map(({ message }) => message.text)).toEqual(['hello'])
  await chunks.fail()
  expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['part-missing'])
  await device.engine.close()
  const again = await startDevice({ store, seed: 2 })
  expect(again.engine.conversation(lunch)).toMatchObject({ unread: 1, pinnedAt: null })
})

test('[CL442] a frame that had to wait is taken once and as a whole: nothing of it stood before, nothing counts twice', async () => {
  const { chunks, device, script } = await connected()
  const { engine } = device
  const [first, second] = [await engine.send(lunch, text('one')), await engine.send(lunch, text('two'))]
  await settle()
  const updates = pushed(device.sent())
  const outcomes: string[] = []
  for (const { confirmed } of [first, second])
    confirmed.then(
      () => outcomes.push('accepted'),
      (error: unknown) => outcomes.push(String(error)),
    )
  const verdicts: readonly Verdict[] = [
    { class: 'accepted', seq: script.seq + 1, time: 9 },
    { class: 'refused', code: 'muted', detail: 'hush' },
  ]
  const answers = verdicts.flatMap((verdict, index) => {
    const update = updates[index]
    return update === undefined ? [] : [{ ...update, verdict }]
  })
  await device.say({ frame: 'answer', conversation: lunch, answers })
  expect(chunks.wanted()).toEqual(['changes'])
  expect(outcomes).toEqual([])
  expect(engine.unsent().map(({ state }) => state)).toEqual(['waiting', 'waiting'])
  await chunks.arrive()
  expect(outcomes).toEqual(['accepted', expect.stringContaining('muted')])
})

test('[CL443] where a chunk fails again the app is told once that the page is to be loaded anew, and nobody hurries', async () => {
  const { chunks, device, script } = await connected()
  await device.say(setting)
  await chunks.fail()
  const codes = take(device.events, 'error').map(({ code }) => code)
  const begun = device.sockets.length
  for (let minute = 0; minute < 60; minute += 1) {
    for (let second = 0; second < 60; second += 1) {
      await device.pass(1000)
      if (device.engine.connection !== 'connecting') continue
      await device.connect({ news: [script.news()], cursor: 3 })
      await device.say(setting)
      await chunks.fail()
      codes.push(...take(device.events, 'error').map(({ code }) => code))
    }
  }
  expect(codes).toEqual(['part-missing', 'reload-needed'])
  // Every 30 to 60 s, after the first.
  expect(device.sockets.length - begun).toBeGreaterThan(30)
  expect(device.sockets.length - begun).toBeLessThan(130)
  expect((await device.engine.send(lunch, text('soup'))).message.text).toBe('soup')
  await device.pass(60_000)
  await device.connect({ news: [script.news()], cursor: 3 })
  await device.say(setting)
  await chunks.arrive()
  expect(device.engine.conversation(lunch)).toMatchObject({ pinnedAt: 9 })
  expect(device.engine.connection).toBe('connected')
})

test('[CL444] what he has read and others were not told is told when the device has caught up again', async () => {
  const { chunks, device, script } = await connected({ readReceipts: true })
  const row = script.text(jerry, 'soup?')
  await device.say(script.frame(row))
  const reading = device.engine.read(lunch)
  await settle()
  await chunks.fail()
  await reading
  await device.cut()
  await device.pass(3000)
  device.sent()
  await device.connect({ news: [script.news()] })
  await chunks.fail()
  await device.cut()
  await device.pass(3000)
  await device.connect({ news: [script.news()] })
  await chunks.arrive()
  await device.pass(2000)
  expect(device.sent().flatMap((frame) => (frame.frame === 'marks' ? [frame.read] : []))).toEqual([row.seq])
  expect(device.errors.filter((error) => error.includes('read'))).toHaveLength(2)
})
