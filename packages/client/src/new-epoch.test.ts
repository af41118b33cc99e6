import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import { aheadOfBackup, backup, compare, day, limits, meetRestored } from './testing/restored.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import {
  conversationId,
  createGroup,
  entryId,
  jerry,
  mary,
  pushed,
  settle,
  texts,
  textOf,
  tom,
} from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const text = (words: string) => ({ type: -1, text: words })

test('[CL65] what is held is compared by digest and kept where it is equal', async () => {
  const { device } = await aheadOfBackup()
  const restored = backup()
  await meetRestored(device, restored)
  await compare(device, restored)
  const { pages } = await device.engine.inspect(lunch)
  expect(pages.slice(1)).toMatchObject([
    { page: 1, held: 2, known: 2, digest: restored.digest(1) },
    { page: 2, held: 0, known: 4 },
  ])
  const reading = device.engine.history(lunch, { limit: 2, start: { time: 1_000_000_000 } })
  await settle()
  const fetch = device.sent().find((frame) => frame.frame === 'fetch')
  expect(fetch).toMatchObject({ page: 2, after: 0 })
  await device.say({
    frame: 'fetch-answer',
    request: fetch?.frame === 'fetch' ? fetch.request : 0,
    conversation: lunch,
    fetched: restored.page(2),
  })
  expect((await reading).missing).toEqual([])
  expect((await device.engine.inspect(lunch)).pages[2]).toMatchObject({
    held: 4,
    known: 4,
    digest: restored.digest(2),
  })
})

test('[CL65] a page fetched before it was compared counts by its version in this log', async () => {
  const { device } = await aheadOfBackup()
  const restored = backup()
  await meetRestored(device, restored)
  const sent = device.sent()
  const reading = device.engine.history(lunch, { limit: 1 })
  await settle()
  const fetch = device.sent().find((frame) => frame.frame === 'fetch')
  expect(fetch).toMatchObject({ page: 2, after: 0 })
  const request = fetch?.frame === 'fetch' ? fetch.request : 0
  await device.say({ frame: 'fetch-answer', request, conversation: lunch, fetched: restored.page(2) })
  const digests = sent.find((frame) => frame.frame === 'digests')
  if (digests?.frame !== 'digests') throw new Error('no digests were asked for')
  const pages = digests.pages.map((page) => restored.touched(page))
  await device.say({ frame: 'digests-answer', request: digests.request, conversation: lunch, pages })
  const { pages: kept } = await device.engine.inspect(lunch)
  expect(kept).toMatchObject([{}, { page: 1, held: 2, known: 2 }, { page: 2, held: 4, known: 4 }])
  await device.cut()
  await reading
})

test('[CL65] before it is compared it is shown, and what comes meanwhile is not taken for old', async () => {
  const { device, lost } = await aheadOfBackup()
  const restored = backup()
  await meetRestored(device, restored)
  await device.say(restored.frame(restored.text(jerry, 'since then')))
  expect(device.engine.conversation(lunch)).toMatchObject({
    seq: 5,
    syncState: 'behind',
    lastMessage: { text: 'since then' },
  })
  await device.cut()
  const { messages } = await device.engine.history(lunch, {})
  expect(messages.map((message) => message.text)).toEqual(['one', 'two', ...lost])
})

test('[CL65] waiting changes stay, and leave as new bytes', async () => {
  const { device } = await aheadOfBackup()
  await device.engine.send(lunch, text('waits'))
  const restored = backup()
  await meetRestored(device, restored)
  await compare(device, restored)
  expect(texts(device.sent())).toEqual(['three', 'four', 'waits'])
})

test('[CL66] own changes acknowledged in the last days are offered again, in order, and are the user’s business no more', async () => {
  const { device, lost } = await aheadOfBackup()
  const restored = backup()
  await meetRestored(device, restored)
  expect(pushed(await compare(device, restored))).toEqual([])
  const offered = pushed(device.sent())
  expect(offered.map(({ entry }) => textOf(entry))).toEqual(lost)
  expect(device.engine.unsent().map(({ offered: again }) => again)).toEqual([true, true])
  const rows = offered.map((update) => restored.accept(update))
  await device.say(restored.accepted(offered, rows), restored.frame(...rows))
  expect(device.engine.unsent()).toEqual([])
  expect(device.events.filter(({ type }) => type === 'message')).toEqual([])
})

test('[CL66] what is older than that is not, and what the relay still has need not be', async () => {
  const { device } = await aheadOfBackup()
  const later = await startDevice({ store: device.store, limits, seed: 3, now: 8 * day })
  const empty = backup()
  await meetRestored(later, empty)
  await compare(later, empty)
  expect(later.engine.unsent()).toEqual([])
  expect(texts(later.sent())).toEqual([])

  const kept = await aheadOfBackup()
  const script = backup()
  const replica = await kept.device.engine.inspect(lunch)
  for (const { seq, update } of replica.pages[2]?.updates ?? []) {
    if (seq > 4)
      script.accept({
        page: 2,
        client: 0,
        clock: 0,
        origin: null,
        update,
        entry: { id: entryId(1), from: tom, sentAt: 1, type: -1 },
      })
  }
  await meetRestored(kept.device, script)
  await compare(kept.device, script)
  expect(texts(kept.device.sent())).toEqual([])
  expect(kept.device.engine.unsent()).toEqual([])
})

test('[CL66] a message that is refused then stays with its reason; a command falls away', async () => {
  const device = await startDevice({ limits })
  const script = createScript(lunch, { by: tom, members: [jerry], reader: tom })
  await device.connect({ news: [script.news()] })
  const { id } = await device.engine.command(lunch, { op: 'add', members: [mary] })
  const added = script.change({ op: 'added', by: tom, members: [mary] }, id)
  const outcome = { successfulClientIds: [mary], failures: [] }
  const verdict = { class: 'accepted', seq: added.seq, time: added.time, outcome } as const
  await device.say({ frame: 'command-answer', conversation: lunch, id, verdict }, script.frame(added))
  await device.engine.send(lunch, text('hello'))
  const updates = pushed(device.sent())
  const rows = updates.map((update) => script.accept(update))
  await device.say(script.accepted(updates, rows), script.frame(...rows))
  await device.cut()
  await device.pass(40_000)
  device.sent()

  const restored = createScript(lunch, { by: tom, members: [jerry], reader: tom })
  await meetRestored(device, restored)
  await compare(device, restored)
  const command = device.sent().find((frame) => frame.frame === 'command')
  expect(command).toMatchObject({ id, command: { op: 'add' } })
  const refused = { class: 'refused', code: 'not-a-member', detail: 'no' } as const
  await device.say({ frame: 'command-answer', conversation: lunch, id, verdict: refused })
  const [offered] = pushed(device.sent())
  if (offered === undefined) throw new Error('nothing was offered')
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ ...offered, verdict: refused }] })
  expect(device.engine.unsent()).toMatchObject([
    { kind: 'message', state: 'refused', error: { code: 'not-a-member' } },
  ])
  expect(device.events.filter(({ type }) => type === 'command-refused')).toEqual([])
})

test('[CL66] a recall the backup does not have is offered where its message stands', async () => {
  const device = await startDevice({ limits })
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  await device.connect({ news: [script.news()] })
  const { id } = await device.engine.send(lunch, text('oops'))
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('nothing left')
  const row = script.accept(update)
  await device.say(script.accepted([update], [row]), script.frame(row))
  await device.engine.recall(lunch, id)
  const [recall] = pushed(device.sent())
  if (recall === undefined) throw new Error('nothing left')
  const gone = script.recall(row)
  await device.say(script.accepted([recall], [gone]))
  await device.cut()
  await device.pass(40_000)
  device.sent()

  const restored = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  restored.accept(update)
  await meetRestored(device, restored)
  await compare(device, restored)
  expect((await device.engine.history(lunch, {})).messages).toMatchObject([{ id, recalled: true }])
  const { page, client, clock } = update
  expect(pushed(device.sent())).toMatchObject([
    { page, origin: { client, clock }, entry: { op: 'recall', target: id } },
  ])
})

/** Tom has taken back what he said, and his device holds all of it. */
async function afterRecall() {
  const device = await startDevice({ limits })
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  await device.connect({ news: [script.news()] })
  const { id } = await device.engine.send(lunch, text('oops'))
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('nothing left')
  const row = script.accept(update)
  await device.say(script.accepted([update], [row]), script.frame(row))
  await device.engine.recall(lunch, id)
  const [recall] = pushed(device.sent())
  if (recall === undefined) throw new Error('nothing left')
  const gone = script.accept(recall)
  const erases = [{ seq: row.seq, client: update.client, clock: update.clock }]
  await device.say(script.accepted([recall], [gone]), script.frame({ ...gone, erases }))
  await device.cut()
  await device.pass(40_000)
  device.sent()
  return { device, id, update }
}

test('[CL66] so is one that had long been carried out, when its message comes back', async () => {
  const { device, id, update } = await afterRecall()
  const restored = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  await meetRestored(device, restored)
  await compare(device, restored)
  expect(pushed(device.sent())).toEqual([])
  await device.say(restored.frame(restored.accept(update)))
  const { page, client, clock } = update
  expect(pushed(device.sent())).toMatchObject([
    { page, origin: { client, clock }, entry: { op: 'recall', target: id } },
  ])
})

test('[CL66] where its message stands again, nobody has to look there first', async () => {
  const { device, id, update } = await afterRecall()
  const restored = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  restored.accept(update)
  await meetRestored(device, restored)
  await compare(device, restored)
  const asked = device.sent().find((frame) => frame.frame === 'fetch')
  if (asked?.frame !== 'fetch') throw new Error('nothing was asked')
  expect(asked).toMatchObject({ conversation: lunch, page: update.page, after: 0 })
  const { request } = asked
  const fetched = restored.page(update.page)
  await device.say({ frame: 'fetch-answer', request, conversation: lunch, fetched })
  expect(pushed(device.sent())).toMatchObject([{ page: update.page, entry: { op: 'recall', target: id } }])
})

test('[CL66] a page the backup does not have is asked for once', async () => {
  const { device } = await afterRecall()
  const restored = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  await meetRestored(device, restored)
  await compare(device, restored)
  const asked = device.sent().find((frame) => frame.frame === 'fetch')
  if (asked?.frame !== 'fetch') throw new Error('nothing was asked')
  const fetched = { result: 'failed', code: 'not-found', detail: 'no such page' } as const
  await device.say({ frame: 'fetch-answer', request: asked.request, conversation: lunch, fetched })
  await device.say(restored.frame(restored.text(jerry, 'on we go')))
  expect(device.sent().filter(({ frame }) => frame === 'fetch')).toEqual([])
})

test('[CL65] a first sync that ended in the middle is compared too, and begins again', async () => {
  const device = await startDevice({ limits })
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  const words = { id: entryId(900), from: jerry, sentAt: 1, type: -1, text: 'only in the first log' }
  script.write(words, { client: 78 })
  await device.opens()
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'first', time: 0, expires: 0 },
    { frame: 'sync', cursor: 0, frames: 1, full: true, more: true, news: [script.news()] },
  )
  expect((await device.engine.history(lunch, {})).messages).toHaveLength(1)
  await device.cut()
  await device.pass(40_000)
  device.sent()

  const restored = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  await meetRestored(device, restored)
  const frames = await compare(device, restored)
  expect(frames[0]).toMatchObject({ frame: 'hello', epoch: '', cursor: 0 })
  await device.say(restored.frame(restored.text(jerry, 'only in the second')))
  expect(device.events.filter(({ type }) => type === 'message')).toHaveLength(1)
  const reading = device.engine.history(lunch, {})
  await settle()
  const asked = device.sent().find((frame) => frame.frame === 'fetch')
  if (asked?.frame !== 'fetch') throw new Error('nothing was asked')
  const { request } = asked
  await device.say({ frame: 'fetch-answer', request, conversation: lunch, fetched: restored.page(1) })
  expect((await reading).messages).toMatchObject([{ text: 'only in the second' }])
})

test('[CL65] creating and drafting before the first welcome has nothing to compare', async () => {
  const device = await startDevice({ limits })
  await device.engine.command(lunch, createGroup([jerry]))
  await device.engine.send(lunch, text('hello'))
  await meetRestored(device)
  expect(device.sent().map(({ frame }) => frame)).toEqual(['hello', 'command'])
})
