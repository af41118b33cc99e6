import { expect, test } from 'vitest'
import type { EngineEvent } from './engine-types.ts'
import { startDevice, take } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import { conversationId, jerry, mary, settle, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const spike = user('Spike')

/** One more sync of a session that lives. */
const sync = (...news: readonly ReturnType<ReturnType<typeof createScript>['news']>[]) =>
  ({ frame: 'sync', cursor: 7, frames: 0, full: false, more: false, news }) as const

async function awayFromLunch() {
  const store = watchStore()
  const device = await startDevice({ store, limits: { maxIdleConversations: 0 } })
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  await device.connect({ news: [script.news()], cursor: 3 })
  await device.cut()
  device.events.splice(0)
  device.sent()
  return { store, script, device, engine: device.engine }
}

const back = async (
  device: TestDevice,
  ...news: readonly ReturnType<ReturnType<typeof createScript>['news']>[]
): Promise<void> => {
  await device.pass(40_000)
  await device.connect({ news, cursor: 9 })
}

const types = (events: readonly EngineEvent[]): readonly string[] =>
  events
    .filter(({ type }) => !['state', 'connection', 'conversation', 'unread', 'caught-up'].includes(type))
    .map(({ type }) => type)

test('[CL60] news that came whole is applied row by row, in order, its events marked replayed', async () => {
  const { script, device, engine } = await awayFromLunch()
  script.text(jerry, 'one')
  script.change({ op: 'added', by: jerry, members: [mary] })
  const two = script.text(mary, 'two')
  script.recall(two)
  await back(device, script.news({ rows: script.news().rows.slice(1) }))
  expect(types(device.events)).toEqual(['message', 'members-joined', 'recalled'])
  expect(device.events.filter((event) => 'replayed' in event)).toHaveLength(3)
  expect(engine.conversation(lunch)).toMatchObject({ seq: 5, unread: 1, memberCount: 3, syncState: 'synced' })
  expect((await engine.history(lunch, {})).messages.map(({ text }) => text)).toEqual(['one', undefined])
  expect(device.sent().slice(1)).toEqual([])
})

test('[CL60] other news moves the list row, marks pages and head as behind, and raises one event', async () => {
  const { script, device, engine } = await awayFromLunch()
  for (const text of ['one', 'two']) script.text(jerry, text)
  script.change({ op: 'added', by: jerry, members: [mary] })
  await back(device, script.news({ whole: false, rows: [], touched: [script.touched(1)] }))
  expect(types(device.events)).toEqual(['moved'])
  expect(take(device.events, 'moved')).toMatchObject([{ conversation: lunch, replayed: true, partial: true }])
  expect(engine.conversation(lunch)).toMatchObject({
    seq: 4,
    unread: 2,
    memberCount: 3,
    syncState: 'behind',
    lastMessage: { text: 'two' },
  })
  const pages = (await engine.inspect(lunch)).pages
  expect(pages).toMatchObject([
    { page: 0, held: 0, known: 4 },
    { page: 1, held: 1, known: 3 },
  ])
  // Ranges fetched later raise none.
  const reading = engine.history(lunch, {})
  await settle()
  const [asked] = device.sent().filter(({ frame }) => frame === 'fetch')
  if (asked?.frame !== 'fetch') throw new Error('nothing was asked for')
  await device.say({
    frame: 'fetch-answer',
    request: asked.request,
    conversation: lunch,
    fetched: script.page(1, 1),
  })
  expect((await reading).messages.map(({ text }) => text)).toEqual(['one', 'two'])
  expect(types(device.events)).toEqual([])
})

test('[CL60] what happens while connected is not marked', async () => {
  const { script, device } = await awayFromLunch()
  await back(device)
  const other = createScript(conversationId(2), { by: mary, members: [tom] })
  await device.say(script.frame(script.text(jerry, 'now')), sync(other.news()))
  expect(device.events.filter((event) => 'replayed' in event)).toEqual([])
  expect(types(device.events)).toEqual(['message', 'invited'])
})

test('[CL61] a device’s first sync raises no events, and counts unread from there', async () => {
  const script = createScript(lunch, { by: jerry, members: [tom] })
  const long = createScript(conversationId(2), { by: jerry, members: [tom] })
  for (const one of [script, long]) for (const text of ['one', 'two', 'three']) one.text(jerry, text)
  const device = await startDevice({ limits: { maxIdleConversations: 0 } })
  await device.opens()
  const welcome = { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 0, expires: 0 } as const
  const summary = long.news({ whole: false, rows: [], touched: [long.touched(1)] })
  const invited = createScript(conversationId(3), { by: mary, members: [tom] })
  await device.say(
    welcome,
    { ...sync(script.news()), full: true, more: true },
    { ...sync(summary), full: true },
    // In the same breath, but after it.
    script.frame(script.text(jerry, 'four')),
    sync(invited.news()),
  )
  expect(types(device.events)).toEqual(['message', 'invited'])
  expect(take(device.events, 'message')).toMatchObject([{ message: { text: 'four' } }])
  expect(device.events.filter((event) => 'replayed' in event)).toEqual([])
  const unread = [script, long, invited].map(({ id }) => device.engine.conversation(id)?.unread)
  expect(unread).toEqual([1, 0, 0])
})

test('[CL61] a first sync that is interrupted is still the first when it comes again', async () => {
  const script = createScript(lunch, { by: jerry, members: [tom] })
  script.text(jerry, 'old')
  const device = await startDevice()
  await device.opens()
  const welcome = { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 0, expires: 0 } as const
  await device.say(welcome, { ...sync(script.news()), full: true, more: true })
  await device.cut()
  await device.pass(1000)
  device.sent()
  await device.opens()
  expect(device.sent()).toMatchObject([{ frame: 'hello', epoch: '', cursor: 0 }])
  await device.say(welcome, { ...sync(script.news()), full: true })
  expect(types(device.events)).toEqual([])
  expect(device.engine.conversation(lunch)?.unread).toBe(0)
})

test('[CL62] a conversation entered later counts unread from the entering, and from the return to it', async () => {
  const { device, engine } = await awayFromLunch()
  const party = createScript(conversationId(2), { by: jerry, members: [mary], reader: tom })
  for (const text of ['before', 'me']) party.text(jerry, text)
  const joined = party.change({ op: 'added', by: jerry, members: [tom] })
  party.text(mary, 'welcome')
  await back(device, party.news({ joinedSeq: joined.seq, joinedTotal: 2 }))
  expect(engine.conversation(party.id)?.unread).toBe(1)
  await device.say(party.frame(party.change({ op: 'removed', by: jerry, members: [tom] })))
  for (const text of ['behind', 'his', 'back']) party.text(jerry, text)
  const again = party.change({ op: 'added', by: jerry, members: [tom] })
  party.text(jerry, 'you are back')
  await device.say(sync(party.news({ joinedSeq: again.seq, joinedTotal: 6, rows: party.news().rows })))
  expect(engine.conversation(party.id)).toMatchObject({ unread: 1, role: 'member' })
})

test('[CL62] who is sent away and brought back within one frame counts unread from there', async () => {
  const { device, engine } = await awayFromLunch()
  const party = createScript(conversationId(2), { by: jerry, members: [mary], reader: tom })
  const joined = party.change({ op: 'added', by: jerry, members: [tom] })
  await back(device, party.news({ joinedSeq: joined.seq, joinedTotal: 0 }))
  await device.say(party.frame(party.text(mary, 'seen by nobody'), party.text(mary, 'nor this')))
  expect(engine.conversation(party.id)?.unread).toBe(2)
  await device.say(
    party.frame(
      party.change({ op: 'removed', by: jerry, members: [tom] }),
      party.change({ op: 'added', by: jerry, members: [tom] }),
    ),
  )
  expect(engine.conversation(party.id)).toMatchObject({ unread: 0, role: 'member' })
  await device.say(party.frame(party.text(mary, 'welcome back')))
  expect(engine.conversation(party.id)?.unread).toBe(1)
})

test('[CL63] INVITED and KICKED are raised once, however the news came', async () => {
  for (const whole of [true, false]) {
    for (const twice of [false, true]) {
      const { device } = await awayFromLunch()
      const party = createScript(conversationId(2), { by: jerry, members: [spike], reader: tom })
      const shape = whole ? {} : { whole: false, rows: [], touched: [] }
      const joined = party.change({ op: 'added', by: mary, members: [tom] })
      const come = party.news({ ...shape, joinedSeq: joined.seq, invitedBy: 'Mary' })
      await back(device, come)
      if (twice) await device.say(sync(come))
      expect(take(device.events, 'invited')).toMatchObject([
        { conversation: party.id, invitedBy: 'Mary', replayed: true },
      ])
      await device.cut()
      party.change({ op: 'removed', by: jerry, members: [tom] })
      const gone = party.news({
        ...shape,
        ...(whole ? { rows: party.news().rows.slice(2) } : {}),
        removedBy: 'Jerry',
        invitedBy: 'Mary',
        joinedSeq: 2,
      })
      await back(device, gone)
      if (twice) await device.say(sync(gone))
      expect(take(device.events, 'kicked')).toMatchObject([
        { conversation: party.id, kickedBy: 'Jerry', replayed: true },
      ])
      expect(take(device.events, 'invited')).toEqual([])
    }
  }
})

test('[CL63] also when the rows are not used, because what is held is compared first', async () => {
  const { device, script, engine } = await awayFromLunch()
  script.change({ op: 'removed', by: jerry, members: [tom] })
  await back(device, script.news({ rows: script.news().rows.slice(1), removedBy: 'Jerry' }))
  expect(take(device.events, 'kicked')).toHaveLength(1)
  await device.cut()
  // Another life of the relay's log: everything is to be compared.
  const again = script.change({ op: 'added', by: mary, members: [tom] })
  await device.pass(40_000)
  await device.connect({
    epoch: 'another',
    full: true,
    news: [script.news({ joinedSeq: again.seq, invitedBy: 'Mary' })],
  })
  expect(take(device.events, 'invited')).toMatchObject([{ invitedBy: 'Mary' }])
  expect(engine.conversation(lunch)?.role).toBe('member')
})

test.each(['live', 'away'])(
  '[CL320] what was said before one came in is told by no event (%s)',
  async (how) => {
    const { device } = await awayFromLunch()
    const party = createScript(conversationId(2), { by: jerry, members: [mary], reader: tom })
    const early = party.text(jerry, 'long ago')
    party.text(jerry, 'and this')
    party.recall(early)
    party.change({ op: 'added', by: jerry, members: [spike] })
    const joined = party.change({ op: 'added', by: jerry, members: [tom] })
    party.text(mary, 'welcome')
    const come = party.news({ joinedSeq: joined.seq, joinedTotal: 2, invitedBy: 'Jerry' })
    if (how === 'live') {
      await back(device)
      await device.say(sync(come))
    } else await back(device, come)
    expect(types(device.events)).toEqual(['invited', 'message'])
    expect(take(device.events, 'message')).toMatchObject([{ message: { text: 'welcome' } }])
  },
)

test('[CL320] nor what happened between one’s going and coming back, also when both were missed', async () => {
  const { device } = await awayFromLunch()
  const party = createScript(conversationId(2), { by: jerry, members: [tom], reader: tom })
  await back(device, party.news())
  await device.cut()
  device.events.splice(0)
  party.text(mary, 'still here')
  party.change({ op: 'removed', by: jerry, members: [tom] })
  party.text(mary, 'he is gone')
  const again = party.change({ op: 'added', by: mary, members: [tom] })
  party.text(mary, 'welcome back')
  const rows = party.news().rows.slice(1)
  await back(device, party.news({ rows, joinedSeq: again.seq, joinedTotal: 2, invitedBy: 'Mary' }))
  expect(types(device.events)).toEqual(['message', 'kicked', 'invited', 'message'])
  expect(take(device.events, 'message').map(({ message }) => message.text)).toEqual([
    'still here',
    'welcome back',
  ])
})

test('[CL64] the cursor is stored with or after everything it covers', async () => {
  const { store, script, device } = await awayFromLunch()
  const before = store.batches.length
  await back(device, script.news({ rows: [script.text(jerry, 'one')] }))
  await device.say(script.frame(script.text(jerry, 'two')), { frame: 'cursor', cursor: 12, frames: 0 })
  const cursors: number[] = []
  let seq = 0
  for (const { puts = [] } of store.batches.slice(before)) {
    for (const { table, value } of puts) {
      if (table === 'conversations') seq = (value as { seq: number }).seq
      if (table === 'device') cursors.push((value as { cursor: number }).cursor * 100 + seq)
    }
  }
  expect(cursors.map((cursor) => cursor % 100)).toEqual([2, 3])
  await device.cut()
  await device.pass(40_000)
  await device.opens()
  expect(device.sent().at(-1)).toMatchObject({ frame: 'hello', cursor: 12 })
})

test('[CL75] a head that does not say what the relay’s says at the same version is fetched again', async () => {
  const { script, device, engine } = await awayFromLunch()
  expect((await engine.head(lunch))?.members.size).toBe(2)
  script.text(jerry, 'one')
  await device.pass(40_000)
  const limits = { rows: script.news().rows.slice(1), headDigest: 'ffffffffffffffff' }
  await device.connect({ news: [script.news(limits)] })
  expect(device.errors).toEqual(['a head is not what the relay has'])
  expect(engine.conversation(lunch)?.syncState).toBe('behind')
  expect((await engine.head(lunch))?.members.size).toBe(2)
})
