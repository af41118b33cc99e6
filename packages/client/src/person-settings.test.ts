import type { PersonCommand } from '@parley/document'
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { asked, stranger, talk } from './testing/history.test-kit.ts'
import { createPersonRelay } from './testing/person.test-kit.ts'
import type { PersonRelay } from './testing/person.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import type { Script } from './testing/script.test-kit.ts'
import { codeOf, conversationId, jerry, mary, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const dinner = conversationId(2)
const tea = conversationId(3)

const pin = (conversation: typeof lunch, pinned = true): PersonCommand => ({
  op: 'setting',
  conversation,
  pinned,
})

function listed({ engine }: TestDevice, hidden = false): readonly string[] {
  return engine.conversations({ hidden }).map(({ id }) => id)
}

function threeScripts(): readonly [Script, Script, Script] {
  const [a, b, c] = [lunch, dinner, tea].map((id) => createScript(id, { by: jerry, members: [tom, mary] }))
  if (a === undefined || b === undefined || c === undefined) throw new Error('three of them')
  for (const [index, script] of [a, b, c].entries())
    for (let said = 0; said <= index; said += 1) script.text(jerry, `${said}`)
  return [a, b, c]
}

interface Two {
  readonly relay: PersonRelay
  readonly phone: TestDevice
  readonly laptop: TestDevice
  readonly scripts: readonly [Script, Script, Script]
}

/** Two devices of one user, each with its own life. */
async function twoDevices(options: { readonly syncReadMarks?: boolean } = {}): Promise<Two> {
  const relay = createPersonRelay()
  const scripts = threeScripts()
  const phone = await startDevice(options)
  const laptop = await startDevice({ ...options, seed: 7 })
  for (const device of [phone, laptop])
    await relay.connect(
      device,
      scripts.map((script) => script.news()),
    )
  return { relay, phone, laptop, scripts }
}

test('[CL268] those pinned stand first, the last one pinned before the others, then the latest', async () => {
  const { relay, phone, laptop } = await twoDevices()
  expect(listed(phone)).toEqual([tea, dinner, lunch])
  relay.now = 5
  await phone.engine.person(pin(lunch))
  await relay.settle()
  relay.now = 6
  await phone.engine.person(pin(dinner))
  await relay.settle()
  for (const device of [phone, laptop]) {
    expect(listed(device)).toEqual([dinner, lunch, tea])
    expect(device.engine.conversation(lunch)?.pinnedAt).toBe(5)
  }
  // Once more is no other time.
  relay.now = 7
  await laptop.engine.person(pin(lunch))
  await relay.settle()
  expect(listed(phone)).toEqual([dinner, lunch, tea])
  await laptop.engine.person(pin(dinner, false))
  expect(listed(laptop)).toEqual([lunch, tea, dinner])
  await relay.settle()
  expect(listed(phone)).toEqual([lunch, tea, dinner])
})

test('[CL270] how a conversation is kept follows its user, and its change is told there', async () => {
  const { relay, phone, laptop } = await twoDevices()
  laptop.events.splice(0)
  await phone.engine.person({ op: 'setting', conversation: lunch, muted: true })
  expect(take(phone.events, 'conversation').map(({ conversation }) => conversation)).toContain(lunch)
  await relay.settle()
  expect(take(laptop.events, 'conversation').map(({ conversation }) => conversation)).toEqual([lunch])
  expect(laptop.engine.conversation(lunch)).toMatchObject({ muted: true, pinnedAt: null, hidden: false })
  await laptop.engine.person({ op: 'setting', conversation: lunch, muted: false })
  await relay.settle()
  expect(phone.engine.conversation(lunch)?.muted).toBe(false)
})

test('[CL271] a hidden conversation comes back with its next message, everywhere, and not with anything else', async () => {
  const { relay, phone, laptop, scripts } = await twoDevices()
  const [script] = scripts
  await phone.engine.hide(lunch)
  await relay.settle()
  for (const device of [phone, laptop]) {
    expect([listed(device), listed(device, true)]).toEqual([
      [tea, dinner],
      [tea, dinner, lunch],
    ])
    expect(device.engine.conversation(lunch)?.hidden).toBe(true)
  }
  const left = script.change({ op: 'quit', by: mary })
  const last = script.rows.find((row) => row.kind === 'entry')
  const reaction = last?.kind === 'entry' ? script.react(jerry, last, '👍') : undefined
  for (const device of [phone, laptop]) await device.say(script.frame(left, ...(reaction ? [reaction] : [])))
  expect(listed(phone)).not.toContain(lunch)
  const row = script.text(jerry, 'still there?')
  for (const device of [phone, laptop]) await device.say(script.frame(row))
  expect([listed(phone)[0], listed(laptop)[0]]).toEqual([lunch, lunch])
  await phone.engine.hide(lunch)
  await phone.engine.person({ op: 'setting', conversation: lunch, hidden: null })
  expect(listed(phone)).toContain(lunch)
})

test('[CL271] a message written here brings it back before anybody has heard of it', async () => {
  const { phone } = await twoDevices()
  await phone.engine.hide(lunch)
  expect(listed(phone)).not.toContain(lunch)
  await phone.engine.send(lunch, { type: -1, text: 'wait' })
  expect(listed(phone)).toContain(lunch)
})

test('[CL273] history, its places and the timeline end where it was cleared; what comes later is shown', async () => {
  const relay = createPersonRelay()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  for (let page = 1; page <= 4; page += 1) {
    if (page > 1) script.change({ op: 'page', pages: page })
    for (let said = 0; said < 3; said += 1) script.text(jerry, `${page}.${said}`)
  }
  const device = await startDevice()
  await relay.connect(device, [script.news()])
  const before = await device.engine.history(lunch, { limit: 100 })
  expect(before.messages).toHaveLength(12)
  await device.engine.clear(lunch)
  await relay.settle()
  for (const direction of ['new-to-old', 'old-to-new'] as const)
    expect(await device.engine.history(lunch, { direction })).toMatchObject({ messages: [], missing: [] })
  expect(device.engine.conversation(lunch)).toMatchObject({ lastMessage: null, unread: 0, hidden: false })
  expect(device.engine.conversation(lunch)?.lastMessageAt).toBe(before.messages.at(-1)?.time)
  await device.say(script.frame(script.text(jerry, 'new'), script.change({ op: 'page', pages: 5 })))
  await device.say(script.frame(script.text(jerry, 'newer')))
  for (const direction of ['new-to-old', 'old-to-new'] as const) {
    const { messages, missing } = await device.engine.history(lunch, { direction })
    expect([messages.map(({ text }) => text), missing]).toEqual([['new', 'newer'], []])
  }
  const first = before.messages[0]?.id
  const from = await device.engine.history(lunch, {
    direction: 'old-to-new',
    start: first === undefined ? {} : { id: first },
  })
  expect(from.messages.map(({ text }) => text)).toEqual(['new', 'newer'])
  const again = await startDevice({ store: device.store, seed: 2 })
  expect((await again.engine.timeline(lunch, 10)).messages.map(({ text }) => text)).toEqual(['new', 'newer'])
  expect(again.engine.conversation(lunch)?.lastMessage?.text).toBe('newer')
})

test('[CL292] what is done to a cleared message is not told, and what is done to a later one is', async () => {
  const relay = createPersonRelay()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  const old = script.text(jerry, 'old')
  const device = await startDevice()
  await relay.connect(device, [script.news()])
  await device.engine.clear(lunch)
  await relay.settle()
  const later = script.text(jerry, 'new')
  await device.say(script.frame(later, script.recall(old)))
  expect(device.events.filter(({ type }) => type === 'recalled')).toEqual([])
  await device.say(script.frame(script.recall(later)))
  expect(take(device.events, 'recalled')).toHaveLength(1)
})

test.each(['new-to-old', 'old-to-new'] as const)(
  '[CL273] pages that were cleared away are not asked for, %s',
  async (direction) => {
    const script = talk({ sizes: Array.from({ length: 20 }, () => 3) })
    const device = await stranger(script)
    await device.engine.clear(lunch)
    const cleared = await asked(device, script, { direction, limit: 100 })
    expect([cleared.ids, cleared.missing]).toEqual([[], []])
    expect(cleared.pages.filter((page) => page < 17)).toEqual([])
    await device.say(script.frame(script.text(jerry, 'new'), script.change({ op: 'page', pages: 21 })))
    await device.say(script.frame(script.text(jerry, 'newer')))
    const left = await asked(device, script, { direction, limit: 100 })
    expect([left.ids.length, left.missing]).toEqual([2, []])
    expect(left.pages.filter((page) => page < 17)).toEqual([])
  },
)

test('[CL274] clearing reads, on every device of his, and what is said after it counts', async () => {
  const relay = createPersonRelay()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  const [phone, laptop] = [await startDevice(), await startDevice({ seed: 7 })]
  for (const device of [phone, laptop]) await relay.connect(device, [script.news()])
  const rows = [script.text(jerry, 'one'), script.text(jerry, 'two')]
  for (const device of [phone, laptop]) await device.say(script.frame(...rows))
  await relay.cut(laptop)
  const late = script.text(jerry, 'three')
  await phone.say(script.frame(late))
  expect([phone.engine.conversation(lunch)?.unread, laptop.engine.conversation(lunch)?.unread]).toEqual([
    3, 2,
  ])
  await phone.engine.clear(lunch)
  expect(phone.engine.conversation(lunch)?.unread).toBe(0)
  await relay.settle()
  const after = script.text(jerry, 'four')
  await phone.say(script.frame(after))
  await relay.connect(laptop, [script.news({ rows: [late, after] })])
  for (const device of [phone, laptop]) {
    expect(device.engine.conversation(lunch)).toMatchObject({ unread: 1, lastMessage: { text: 'four' } })
    const { messages } = await device.engine.history(lunch, {})
    expect(messages.map(({ text }) => text)).toEqual(['four'])
  }
})

test('[CL275] with syncReadMarks reading on one device is reading on all, and never goes back', async () => {
  const relay = createPersonRelay()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  const phone = await startDevice({ syncReadMarks: true })
  const laptop = await startDevice({ syncReadMarks: true, seed: 7 })
  const quiet = await startDevice({ seed: 9 })
  const devices = [phone, laptop, quiet]
  for (const device of devices) await relay.connect(device, [script.news()])
  const unread = (): readonly unknown[] => devices.map(({ engine }) => engine.conversation(lunch)?.unread)
  const rows = [script.text(jerry, 'one'), script.text(jerry, 'two')]
  for (const device of devices) await device.say(script.frame(...rows))
  await relay.cut(laptop)
  await phone.engine.read(lunch)
  await relay.settle()
  expect(unread()).toEqual([0, 2, 2])
  const more = script.text(jerry, 'three')
  for (const device of [phone, quiet]) await device.say(script.frame(more))
  await relay.connect(laptop, [script.news({ rows: [more] })])
  expect(unread()).toEqual([1, 1, 3])
  await laptop.engine.read(lunch)
  await relay.settle()
  expect(unread()).toEqual([0, 0, 3])
  expect(relay.row(tom, 'setting', lunch)).toMatchObject({ read: { seq: script.seq, total: 3, mine: 0 } })
})

test('[CL275] of reading offline only the last word leaves, once', async () => {
  const relay = createPersonRelay()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  const device = await startDevice({ syncReadMarks: true })
  await relay.connect(device, [script.news()])
  await device.say(script.frame(script.text(jerry, 'one')))
  await relay.cut(device)
  await device.engine.read(lunch)
  await device.engine.send(lunch, { type: -1, text: 'mine' })
  await device.engine.read(lunch)
  await device.engine.read(lunch)
  expect(device.engine.unsent().filter(({ kind }) => kind === 'person')).toHaveLength(1)
  await relay.connect(device)
  const frames = device.sent().filter((frame) => frame.frame === 'command')
  expect(frames).toMatchObject([{ command: { op: 'setting', read: { seq: 2, total: 1, mine: 0 } } }])
})

test('[CL275] what is read while a reading is on its way is told after it', async () => {
  const relay = createPersonRelay()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  const device = await startDevice({ syncReadMarks: true })
  await relay.connect(device, [script.news()])
  await device.say(script.frame(script.text(jerry, 'one')))
  await device.engine.read(lunch)
  await device.say(script.frame(script.text(jerry, 'two')))
  await device.engine.read(lunch)
  await relay.settle()
  expect(relay.row(tom, 'setting', lunch)).toMatchObject({ read: { seq: 3, total: 2 } })
  await relay.tellCursors()
  const opened = await device.store.open()
  const [kept] = await opened.read([{ kind: 'range', table: 'personal', prefix: [] }])
  expect(kept).toMatchObject([{ value: { state: 'acknowledged', command: { read: { seq: 3 } } } }])
})

test('[CL275] without it reading leaves nothing, and the marks of others change nothing', async () => {
  const script = createScript(lunch, { by: jerry, members: [tom] })
  const device = await startDevice()
  await device.connect({ news: [script.news()] })
  await device.say(script.frame(script.text(jerry, 'one'), script.text(jerry, 'two')))
  device.sent()
  const read = { seq: 3, total: 2, mine: 0, stamp: 5 }
  await device.say({ frame: 'own', rows: [{ kind: 'setting', key: lunch, value: { read }, time: 5 }] })
  expect(device.engine.conversation(lunch)?.unread).toBe(2)
  await device.engine.read(lunch)
  expect([device.engine.conversation(lunch)?.unread, device.sent()]).toEqual([0, []])
})

test('[CL263] [CL274] clearing that is refused here reads nothing', async () => {
  const script = createScript(lunch, { by: jerry, members: [tom] })
  const device = await startDevice()
  await device.connect({ news: [script.news()] })
  await device.say(script.frame(script.text(jerry, 'one')))
  for (let part = 0; part < 20; part += 1) {
    const rows = Array.from({ length: 1000 }, (_, at) => ({
      kind: 'setting',
      key: `c${part}-${at}`,
      value: { muted: true },
      time: 1,
    }))
    await device.say({ frame: 'own', rows })
  }
  expect(await codeOf(device.engine.clear(lunch))).toBe('too-many')
  expect(await codeOf(device.engine.hide(lunch))).toBe('too-many')
  expect(device.engine.conversation(lunch)).toMatchObject({ unread: 1, lastMessage: { text: 'one' } })
  expect((await device.engine.history(lunch, {})).messages).toHaveLength(1)
  await device.engine.send(lunch, { type: -1, text: 'two' })
  expect(device.engine.conversation(lunch)?.unread).toBe(1)
})
