import { type ConversationId, headDigest, readHeadState, writeAny, writeAppend } from '@parley/document'
import type { DeviceFrame, Fetched, Row } from '@parley/wire'
import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import {
  codeOf,
  conversationId,
  createGroup,
  entryId,
  jerry,
  mary,
  settle,
  tom,
  user,
} from './testing/values.test-kit.ts'

const lunch = conversationId(1)

/** Held up to its first page's second row; three more rows were said since. */
async function behindAtLunch(idle = 0) {
  const device = await startDevice({ limits: { maxIdleConversations: idle } })
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  const first = script.text(jerry, 'one')
  await device.connect({ news: [script.news()] })
  await device.cut()
  for (const text of ['two', 'three', 'four']) script.text(jerry, text)
  await device.pass(1000)
  await device.connect({ news: [script.news({ whole: false, rows: [], touched: [script.touched(1)] })] })
  return { device, script, first, engine: device.engine }
}

const fetches = (
  frames: readonly DeviceFrame[],
): readonly Extract<DeviceFrame, { readonly frame: 'fetch' }>[] =>
  frames.filter((frame) => frame.frame === 'fetch')

async function answer(
  device: TestDevice,
  asked: DeviceFrame | undefined,
  fetched: Fetched,
  id: ConversationId = lunch,
): Promise<void> {
  if (asked?.frame !== 'fetch') throw new Error('nothing was asked for')
  await device.say({ frame: 'fetch-answer', request: asked.request, conversation: id, fetched })
}

async function words({ engine }: TestDevice): Promise<readonly string[]> {
  return (await engine.history(lunch, {})).messages.map(({ text, recalled }) =>
    recalled ? '(recalled)' : (text ?? ''),
  )
}

const first = async ({ engine }: TestDevice) =>
  (await engine.inspect(lunch)).pages.find(({ page }) => page === 1)

test('[CL70] a page that is behind is fetched before it is shown, from where it is held', async () => {
  const { device, script } = await behindAtLunch()
  device.sent()
  const reading = words(device)
  await settle()
  const [asked] = fetches(device.sent())
  expect(asked).toMatchObject({ conversation: lunch, page: 1, after: 2 })
  await answer(device, asked, script.page(1, 2))
  expect(await reading).toEqual(['one', 'two', 'three', 'four'])
  expect(await words(device)).toHaveLength(4)
  expect(fetches(device.sent())).toEqual([])
  expect(await first(device)).toMatchObject({ held: 5, known: 5, digest: script.digest(1) })
})

test('[CL70] without a connection it is shown as it is, and named as missing', async () => {
  const { device, engine } = await behindAtLunch()
  await device.cut()
  const { messages, missing } = await engine.history(lunch, {})
  expect([messages.map(({ text }) => text), missing]).toEqual([['one'], [1]])
})

test('[CL70] one whose connection goes while it is asked for too', async () => {
  const { device, engine } = await behindAtLunch()
  const reading = engine.history(lunch, {})
  await settle()
  await device.cut()
  expect((await reading).missing).toEqual([1])
})

test('[CL71] an answer older than what is held is dropped', async () => {
  const { device, script } = await behindAtLunch()
  device.sent()
  const old = script.page(1)
  const reading = words(device)
  await settle()
  const [asked] = fetches(device.sent())
  await answer(device, asked, script.page(1, 2))
  await reading
  await device.say(script.frame(script.text(jerry, 'five')))
  // The same question, from before.
  await device.say({ frame: 'fetch-answer', request: asked?.request ?? 0, conversation: lunch, fetched: old })
  expect(await first(device)).toMatchObject({ held: 6, known: 6 })
  expect(await words(device)).toHaveLength(5)
})

test('[CL71] what came while a page was on its way is fetched after it', async () => {
  const { device, script, engine } = await behindAtLunch(10)
  // A head and the newest page are asked for in idle time.
  const [asked] = fetches(device.sent())
  const answered = script.page(1, 2)
  const late = script.text(jerry, 'five')
  await device.say(script.frame(late))
  await answer(device, asked, answered)
  const [again] = fetches(device.sent())
  expect(again).toMatchObject({ page: 1, after: 5 })
  await answer(device, again, script.page(1, 5))
  expect((await engine.history(lunch, {})).messages).toHaveLength(5)
  expect(fetches(device.sent())).toEqual([])
})

test('[CL71] a relay that answers with less than it said is not asked without end', async () => {
  const { device, script } = await behindAtLunch(10)
  const [asked] = fetches(device.sent())
  await answer(device, asked, {
    ...script.page(1, 2),
    version: 4,
    rows: script.page(1, 2).rows.slice(0, 2),
    digest: script.digest(1),
  })
  for (let round = 0; round < 5; round += 1) {
    const [again] = fetches(device.sent())
    if (again !== undefined) await answer(device, again, { ...script.page(1), version: 3 })
  }
  expect(fetches(device.sent())).toEqual([])
})

test('[CL72] a page whose digest differs is fetched whole', async () => {
  const { device, script } = await behindAtLunch()
  device.sent()
  const reading = words(device)
  await settle()
  await answer(device, fetches(device.sent())[0], {
    ...script.page(1, 2),
    rows: script.page(1, 2).rows.slice(1),
  })
  const [whole] = fetches(device.sent())
  expect(whole).toMatchObject({ page: 1, after: 0 })
  await answer(device, whole, script.page(1))
  expect(await reading).toEqual(['one', 'two', 'three', 'four'])
  expect(device.errors).toEqual(['a page is not what the relay has'])
})

test('[CL72] a page in several parts is one page', async () => {
  const { device, script } = await behindAtLunch()
  device.sent()
  const reading = words(device)
  await settle()
  const [asked] = fetches(device.sent())
  const whole = script.page(1, 2)
  await answer(device, asked, { ...whole, more: true, rows: whole.rows.slice(0, 1) })
  expect(await first(device)).toMatchObject({ held: 2 })
  await answer(device, asked, { ...whole, rows: whole.rows.slice(1) })
  expect(await reading).toHaveLength(4)
})

test('[CL73] one question is asked once at a time', async () => {
  const { device, script, engine } = await behindAtLunch()
  device.sent()
  const readings = [engine.history(lunch, {}), engine.history(lunch, { limit: 2 }), engine.timeline(lunch, 3)]
  await settle()
  const asked = fetches(device.sent())
  expect(asked).toHaveLength(1)
  await answer(device, asked[0], script.page(1, 2))
  expect((await Promise.all(readings)).map(({ messages }) => messages.length)).toEqual([4, 2, 3])
})

test('[CL73] without a connection a question is answered at once', async () => {
  const { device, engine } = await behindAtLunch()
  const asked = codeOf(engine.look(conversationId(5)))
  await device.cut()
  expect(await asked).toBe('OFFLINE')
  expect(await codeOf(engine.look(conversationId(5)))).toBe('OFFLINE')
})

test('[CL74] a page with a row this build cannot read is shown as far as it can be read, and is not held', async () => {
  const { device, script } = await behindAtLunch()
  device.sent()
  const content = writeAny({ id: entryId(77), from: 'Jerry', sentAt: 1, type: -1, future: true })
  const rows = script
    .page(1, 2)
    .rows.map((row): Row =>
      row.seq === 4 && row.kind === 'entry'
        ? { ...row, update: writeAppend({ client: 88, clock: 0, origin: null, content }) }
        : row,
    )
  const reading = device.engine.history(lunch, {})
  await settle()
  await answer(device, fetches(device.sent())[0], { ...script.page(1, 2), rows })
  const { messages, missing } = await reading
  expect([messages.map(({ text }) => text), missing]).toEqual([['one', 'two', 'four'], [1]])
  expect(await first(device)).toMatchObject({ held: 0, known: 5 })
  expect(fetches(device.sent())).toEqual([])
})

test('[CL38] a page that still shows what was taken back while away is fetched in idle time, shown or not', async () => {
  const device = await startDevice({ limits: { maxIdleConversations: 0 } })
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  const secret = script.text(jerry, 'secret')
  script.change({ op: 'page', pages: 2 })
  script.text(jerry, 'later')
  await device.connect({ news: [script.news()] })
  await device.cut()
  script.recall(secret)
  device.sent()
  await device.pass(1000)
  await device.connect({
    news: [script.news({ whole: false, rows: [], touched: [script.touched(1, true)] })],
  })
  const [asked] = fetches(device.sent())
  expect(asked).toMatchObject({ page: 1, after: 2 })
  // It is remembered until it is done.
  const again = await startDevice({ store: device.store, limits: { maxIdleConversations: 0 } })
  await again.connect()
  const [later] = fetches(again.sent())
  await answer(again, later, script.page(1, 2))
  await again.cut()
  expect(await words(again)).toEqual(['(recalled)', 'later'])
  await again.pass(1000)
  await again.connect()
  expect(fetches(again.sent())).toEqual([])
})

test('[CL77] the head shown is the confirmed one with the waiting commands laid over it, as the relay will judge them', async () => {
  const { device, script, engine } = await behindAtLunch()
  await device.cut()
  const members = async () => [...((await engine.head(lunch))?.members.keys() ?? [])]
  const add = await engine.command(lunch, { op: 'add', members: [mary, jerry] })
  expect(add.predicted).toEqual({ successfulClientIds: [mary, jerry], failures: [] })
  expect(await members()).toEqual([jerry, tom, mary])
  expect([...(engine.peekHead(lunch)?.members.keys() ?? [])]).toEqual([jerry, tom, mary])
  expect([...((await engine.confirmedHead(lunch))?.members.keys() ?? [])]).toEqual([jerry, tom])
  await engine.command(lunch, { op: 'quit' })
  expect(await members()).toEqual([jerry, mary])
  await device.pass(1000)
  await device.connect({
    news: [
      script.news({ rows: [script.change({ op: 'added', by: jerry, members: [mary, user('Spike')] })] }),
    ],
  })
  expect(await members()).toEqual([jerry, mary, user('Spike')])
})

test('[CL77] a new conversation shows as it was meant before the relay knows it', async () => {
  const { engine } = await startDevice()
  await engine.command(lunch, { ...createGroup([jerry], 'Lunch') })
  await engine.command(lunch, { op: 'add', members: [mary] })
  const head = await engine.head(lunch)
  expect(head?.info).toMatchObject({ name: 'Lunch', creator: tom })
  expect([...(head?.members ?? [])].map(([who, { role }]) => `${who} ${role}`)).toEqual([
    'Tom owner',
    'Jerry member',
    'Mary member',
  ])
  expect(engine.conversation(lunch)).toMatchObject({
    name: 'Lunch',
    role: 'owner',
    syncState: 'local',
    memberCount: 2,
  })
})

test('[CL77] a head fetched whole says what one is in it', async () => {
  const { device, script, engine } = await behindAtLunch(10)
  await answer(device, fetches(device.sent())[0], script.page(1, 2))
  await device.cut()
  script.change({ op: 'quit', by: jerry })
  await device.pass(1000)
  await device.connect({ news: [script.news({ whole: false, rows: [], role: 'member', touched: [] })] })
  const [asked] = fetches(device.sent())
  expect(asked).toMatchObject({ page: 0 })
  const head = readHeadState(script.state)
  if (head === undefined) throw new Error('no head')
  await answer(device, asked, { ...script.head(), digest: headDigest(head) })
  expect(engine.conversation(lunch)).toMatchObject({ role: 'owner', syncState: 'synced' })
})
