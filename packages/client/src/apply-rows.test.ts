import { type UserId, writeAny, writeAppend } from '@parley/document'
import type { EntryRow } from '@parley/wire'
import { expect, test } from 'vitest'
import type { EngineEvent } from './engine-types.ts'
import { startDevice, take } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import { conversationId, entryId, jerry, mary, pushed, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

async function atLunch(name = 'Tom') {
  const store = watchStore()
  const device = await startDevice({ store, name, limits: { maxIdleConversations: 0 } })
  const script = createScript(lunch, { by: jerry, members: [tom], reader: user(name) })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  device.sent()
  return { store, script, device, engine: device.engine }
}

async function shown({ engine }: TestDevice): Promise<readonly string[]> {
  const { messages } = await engine.history(lunch, { limit: 100 })
  return messages.map(({ text, recalled }) => (recalled ? '(recalled)' : (text ?? '')))
}

/** Everything this store was ever given for this place. */
async function pageOf({ engine }: TestDevice, page: number) {
  return (await engine.inspect(lunch)).pages.find((other) => other.page === page)
}

test('[CL30] [CL34] a row counts once, whenever and however often it comes', async () => {
  const { script, device, engine } = await atLunch()
  const [one, two] = [script.text(jerry, 'one'), script.text(jerry, 'two')]
  await device.say(script.frame(one, two), script.frame(one), script.frame(one, two))
  expect(await shown(device)).toEqual(['one', 'two'])
  expect(engine.conversation(lunch)).toMatchObject({ seq: 3, unread: 2 })
  expect(take(device.events, 'message').map(({ message }) => message.text)).toEqual(['one', 'two'])
  await device.cut()
  await device.pass(1000)
  await device.connect({ news: [script.news({ rows: [one, two] })] })
  expect(engine.conversation(lunch)).toMatchObject({ seq: 3, unread: 2 })
  expect(take(device.events, 'message')).toEqual([])
})

test('[CL31] [CL64] a row that leaves a gap is not taken, nor anything after it, and the session starts again from the cursor', async () => {
  const { script, device, engine } = await atLunch()
  const lost = script.text(jerry, 'lost')
  await device.say(script.frame(script.text(jerry, 'late')), script.frame(lost), {
    frame: 'cursor',
    cursor: 99,
    frames: 0,
  })
  expect(engine.conversation(lunch)?.seq).toBe(1)
  expect(device.sockets[0]?.open).toBe(false)
  await device.pass(1000)
  await device.opens()
  expect(device.sent()).toMatchObject([{ frame: 'hello', cursor: 1 }])
})

test('[CL32] a row of a page that is held whole is stored with the page’s version and digest', async () => {
  const { script, device } = await atLunch()
  const rows = ['one', 'two'].map((text) => script.text(jerry, text))
  const gone = script.recall(rows[0] ?? script.text(jerry, 'x'))
  await device.say(script.frame(...rows, gone))
  const held = await pageOf(device, 1)
  expect(held).toMatchObject({ held: 4, known: 4, digest: script.digest(1) })
  expect(held?.updates.map(({ seq, update }) => ({ seq, update }))).toEqual(
    script
      .page(1)
      .rows.flatMap((row) => (row.kind === 'hidden' ? [] : [{ seq: row.seq, update: row.update }])),
  )
})

test('[CL32] of any other page only the list row moves', async () => {
  const { script, device, engine } = await atLunch()
  script.text(jerry, 'missed')
  await device.say({
    frame: 'sync',
    cursor: 4,
    frames: 0,
    full: false,
    more: false,
    news: [script.news({ whole: false, rows: [], touched: [script.touched(1)] })],
  })
  await device.say(script.frame(script.text(jerry, 'now')))
  expect(await pageOf(device, 1)).toMatchObject({ held: 1, known: 3, updates: [] })
  expect(engine.conversation(lunch)).toMatchObject({ seq: 3, lastMessage: { text: 'now' } })
})

test('[CL33] a recall erases its target here too: the stored row, the preview, and what would be offered again', async () => {
  const { store, script, device, engine } = await atLunch()
  await engine.send(lunch, { type: -1, text: 'secret words' })
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('nothing left')
  const row = script.accept(update)
  await device.say(script.accepted([update], [row]), script.frame(row))
  const secret = Buffer.from('secret words')
  const holds = async (): Promise<boolean> => {
    const owner = await store.open()
    const tables = ['conversations', 'updates', 'outbox', 'acknowledged'] as const
    const found = await owner.read(tables.map((table) => ({ kind: 'range', table, prefix: [] })))
    const bytes = found
      .flat()
      .map(({ value }) =>
        JSON.stringify(value, (_, part: unknown) =>
          part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : part,
        ),
      )
    return bytes.some((text) => text.includes(secret.toString('latin1')))
  }
  expect(await holds()).toBe(true)
  const again = await startDevice({ store, limits: { maxIdleConversations: 0 } })
  await again.connect()
  await again.say(script.frame(script.recall(row)))
  expect(again.engine.conversation(lunch)?.lastMessage).toMatchObject({ recalled: true, type: -127 })
  expect(await shown(again)).toEqual(['(recalled)'])
  expect(take(again.events, 'recalled')).toMatchObject([
    { message: { id: update.entry.id, from: tom, recalled: true, seq: row.seq } },
  ])
  expect(await holds()).toBe(false)
})

test('[CL33] also on a page that is behind', async () => {
  const { script, device } = await atLunch()
  const row = script.text(jerry, 'secret')
  await device.say(script.frame(row))
  script.text(jerry, 'missed')
  const news = script.news({ whole: false, rows: [], touched: [script.touched(1)] })
  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: false, more: false, news: [news] })
  await device.say(script.frame(script.recall(row)))
  expect(await pageOf(device, 1)).toMatchObject({ held: 0, known: 4 })
  await device.cut()
  expect(await shown(device)).toEqual(['(recalled)'])
})

test('[CL34] own messages are counted apart, from whichever device they came', async () => {
  const { script, device, engine } = await atLunch()
  await device.say(
    script.frame(script.text(jerry, 'one'), script.text(tom, 'two'), script.text(jerry, 'three')),
  )
  expect(engine.conversation(lunch)?.unread).toBe(2)
  expect(take(device.events, 'unread').map(({ unread }) => unread)).toEqual([2])
})

type Told = readonly [what: string, members: readonly string[], by: string | undefined]

/** As the guide's table has it: what this user hears of these rows. */
async function heardBy(
  name: string,
  rows: (script: ReturnType<typeof createScript>) => void,
): Promise<readonly Told[]> {
  const who = user(name)
  const device = await startDevice({ name })
  const script = createScript(lunch, { by: tom, members: [jerry], reader: who })
  const isIn = name === 'Tom' || name === 'Jerry'
  await device.connect({ news: isIn ? [script.news()] : [] })
  device.events.splice(0)
  rows(script)
  // Members get the rows; who comes in by them is given the conversation instead.
  const news = script.news({ joinedSeq: 2, invitedBy: name === 'William' ? '' : 'Tom' })
  const brought = { frame: 'sync', cursor: 2, frames: 0, full: false, more: false, news: [news] } as const
  await device.say(isIn ? script.frame(...script.rows.slice(1)) : brought)
  return device.events.flatMap(told)
}

function told(event: EngineEvent): readonly Told[] {
  if (event.type === 'members-joined') return [['MEMBERS_JOINED', event.members, event.invitedBy]]
  if (event.type === 'members-left') return [['MEMBERS_LEFT', event.members, event.kickedBy]]
  if (event.type === 'invited') return [['INVITED', [], event.invitedBy]]
  if (event.type === 'kicked') return [['KICKED', [], event.kickedBy]]
  return []
}

const william: UserId = user('William')

test('[CL35] who comes and goes is told as in the guide’s table', async () => {
  const invites = (script: ReturnType<typeof createScript>) =>
    script.change({ op: 'added', by: tom, members: [mary] })
  expect(await heardBy('Tom', invites)).toEqual([['MEMBERS_JOINED', ['Mary'], 'Tom']])
  expect(await heardBy('Jerry', invites)).toEqual([['MEMBERS_JOINED', ['Mary'], 'Tom']])
  expect(await heardBy('Mary', invites)).toEqual([['INVITED', [], 'Tom']])

  const joins = (script: ReturnType<typeof createScript>) => script.change({ op: 'joined', by: william })
  for (const name of ['Tom', 'Jerry', 'William'])
    expect(await heardBy(name, joins)).toEqual([['MEMBERS_JOINED', ['William'], 'William']])

  const leaves = (script: ReturnType<typeof createScript>) => script.change({ op: 'quit', by: jerry })
  for (const name of ['Tom', 'Jerry'])
    expect(await heardBy(name, leaves)).toEqual([['MEMBERS_LEFT', ['Jerry'], undefined]])

  const removes = (script: ReturnType<typeof createScript>) =>
    script.change({ op: 'removed', by: tom, members: [jerry] })
  expect(await heardBy('Tom', removes)).toEqual([['MEMBERS_LEFT', ['Jerry'], 'Tom']])
  expect(await heardBy('Jerry', removes)).toEqual([['KICKED', [], 'Tom']])
})

test('[CL35] who is brought in by others hears INVITED alone, and his role and members are there', async () => {
  const { script, device, engine } = await atLunch('Mary')
  expect(engine.conversation(lunch)?.role).toBe('')
  await device.say(script.frame(script.change({ op: 'added', by: jerry, members: [mary, william] })))
  expect(device.events.flatMap(told)).toEqual([['INVITED', [], 'Jerry']])
  expect(engine.conversation(lunch)).toMatchObject({ role: 'member', memberCount: 4 })
})

test('[CL35] an event is raised after its row is stored', async () => {
  const { store, script, device } = await atLunch()
  const release = store.hold()
  await device.say(script.frame(script.text(jerry, 'one')))
  expect(take(device.events, 'message')).toEqual([])
  release()
  await device.pass(0)
  expect(take(device.events, 'message')).toHaveLength(1)
})

/** What a newer build might write: an entry with a key nobody knows. */
function unreadable(row: EntryRow): EntryRow {
  const content = writeAny({ id: entryId(77), from: 'Jerry', sentAt: 1, type: -1, future: true })
  return { ...row, update: writeAppend({ client: 88, clock: 0, origin: null, content }) }
}

test('[CL36] a row this build cannot read stops nothing: what it belongs to counts as behind', async () => {
  const { script, device, engine } = await atLunch()
  const strange = unreadable(script.text(jerry, 'strange'))
  const change = {
    ...script.change({ op: 'added', by: jerry, members: [mary] }),
    change: { op: 'crowned', by: 'Jerry' },
  }
  const plain = script.text(jerry, 'plain')
  await device.say(script.frame(strange, change, plain))
  expect(engine.conversation(lunch)).toMatchObject({
    seq: 4,
    syncState: 'behind',
    lastMessage: { text: 'plain' },
  })
  expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['unreadable-row', 'unreadable-row'])
  expect(await pageOf(device, 1)).toMatchObject({ held: 1, known: 4 })
  expect(device.engine.connection).toBe('connected')
})

test('[CL37] a new page begins held whole', async () => {
  const { script, device } = await atLunch()
  await device.say(script.frame(script.text(jerry, 'one'), script.change({ op: 'page', pages: 2 })))
  expect(await pageOf(device, 2)).toMatchObject({ held: 3, known: 3, updates: [] })
  await device.say(script.frame(script.text(jerry, 'two')))
  expect(await pageOf(device, 2)).toMatchObject({ held: 4, known: 4, digest: script.digest(2) })
  expect(await shown(device)).toEqual(['one', 'two'])
  expect(device.sent().filter(({ frame }) => frame !== 'people')).toEqual([])
})
