import { expect, test } from 'vitest'
import { startDevice, take, type TestDevice } from './testing/device.test-kit.ts'
import { asks, hear, lunch, marksOf, reached, scene } from './testing/receipts.test-kit.ts'
import { limits } from './testing/restored.test-kit.ts'
import { createScript, type Script } from './testing/script.test-kit.ts'
import { conversationId, entryId, jerry, mary, pushed, tom } from './testing/values.test-kit.ts'

test('[CL300] who is asked for a receipt tells it when the message is stored, a second later', async () => {
  const { device, script } = await scene()
  const row = asks(script)
  await device.say(script.frame(row))
  expect(marksOf(device)).toEqual([])
  await device.pass(1000)
  expect(marksOf(device)).toEqual([[row.seq, 0]])
})

test('[CL300] own messages, those that ask for nothing, operations and what was taken back owe nothing', async () => {
  const { device, script } = await scene({ readReceipts: true })
  const own = asks(script, tom)
  const said = script.text(mary, 'no hurry')
  await device.say(script.frame(own, said, script.edit(said, 'still none'), script.react(mary, said, '👍')))
  await device.pass(5000)
  expect(marksOf(device)).toEqual([])
})

test('[CL300] what came while away is told once it is stored, by pages that are fetched too', async () => {
  const { device, script } = await scene()
  await device.cut()
  const row = asks(script)
  script.text(mary, 'and then')
  await device.pass(1000)
  await device.connect({ news: [script.news({ whole: false, rows: [], touched: [script.touched(1)] })] })
  await device.pass(1000)
  const fetch = device.sent().find((frame) => frame.frame === 'fetch')
  if (fetch?.frame !== 'fetch') throw new Error('the page was not fetched')
  await device.say({
    frame: 'fetch-answer',
    request: fetch.request,
    conversation: lunch,
    fetched: script.page(1, fetch.after),
  })
  await device.pass(1000)
  expect(marksOf(device)).toEqual([[row.seq, 0]])
})

test('[CL301] reading is told only where that is switched on, and once', async () => {
  for (const readReceipts of [false, true]) {
    const { device, script } = await scene({ readReceipts })
    const row = script.text(mary, 'hello')
    await device.say(script.frame(row))
    await device.engine.read(lunch)
    await device.pass(3000)
    expect(marksOf(device)).toEqual(readReceipts ? [[0, row.seq]] : [])
    await device.engine.read(lunch)
    await device.pass(3000)
    expect(marksOf(device)).toEqual([])
  }
})

test('[CL301] having read what oneself has said is not told, unless it was an answer to what was not read', async () => {
  const { device, script } = await scene({ readReceipts: true })
  await device.say(script.frame(script.text(tom, 'from my phone')))
  await device.engine.read(lunch)
  await device.pass(3000)
  expect(marksOf(device)).toEqual([])
  script.text(mary, 'a question')
  const answer = script.text(tom, 'an answer, from my phone')
  await device.say(script.frame(...script.rows.slice(-2)))
  await device.engine.read(lunch)
  await device.pass(3000)
  expect(marksOf(device)).toEqual([[0, answer.seq]])
})

test('[CL302] a reading owed under the option is not told in a life without it', async () => {
  const { device, script } = await scene({ readReceipts: true })
  const row = script.text(mary, 'hello')
  await device.say(script.frame(row))
  await device.cut()
  await device.engine.read(lunch)
  await device.engine.close()
  const without = await startDevice({ store: device.store, seed: 2 })
  await without.connect()
  await without.pass(3000)
  expect(marksOf(without)).toEqual([])
  await without.engine.close()
  const again = await startDevice({ store: device.store, seed: 3, readReceipts: true })
  await again.connect()
  await again.pass(3000)
  expect(marksOf(again)).toEqual([[0, row.seq]])
})

test('[CL303] [CL305] an own message is delivered and read when all the others have passed it, and that is told once', async () => {
  const scenery = await scene()
  const { device, script } = scenery
  const row = script.text(tom, 'mine')
  await device.say(script.frame(row, script.text(mary, 'hers')))
  device.events.splice(0)
  await hear(scenery, reached('Mary', row.seq, 0, 6000))
  expect(take(device.events, 'message-status')).toEqual([])
  await hear(scenery, reached('Jerry', row.seq + 1, row.seq, 7000))
  expect(take(device.events, 'message-status')).toMatchObject([
    { message: { seq: row.seq, state: 'sent', delivered: 6000 } },
  ])
  expect(take(device.events, 'delivered')).toEqual([{ type: 'delivered', conversation: lunch, at: row.time }])
  expect(take(device.events, 'read-by')).toEqual([])
  await hear(scenery, reached('Mary', 0, row.seq, 8000))
  expect(take(device.events, 'message-status')).toMatchObject([{ message: { delivered: 6000, read: 8000 } }])
  expect(take(device.events, 'read-by')).toEqual([{ type: 'read-by', conversation: lunch, at: row.time }])
  await hear(scenery, reached('Mary', 0, row.seq, 8000), reached('Jerry', 1, 1))
  expect(take(device.events, 'message-status')).toEqual([])
  expect(device.engine.conversation(lunch)).toMatchObject({ lastDeliveredAt: row.time, lastReadAt: row.time })
  const { messages } = await device.engine.history(lunch, { from: 'device' })
  expect(messages).toMatchObject([{ delivered: 6000, read: 8000 }, { text: 'hers' }])
  expect(messages[1]).not.toHaveProperty('delivered')
  expect(device.engine.reached(lunch)).toEqual([
    reached('Mary', row.seq, row.seq, 8000),
    reached('Jerry', row.seq + 1, row.seq, 7000),
  ])
})

test('[CL303] what was delivered stays so when it is edited, reacted to or answered', async () => {
  const scenery = await scene()
  const { device, script } = scenery
  const row = script.text(tom, 'mine')
  await device.say(script.frame(row))
  await hear(scenery, reached('Mary', row.seq, 0), reached('Jerry', row.seq, 0))
  const [before] = (await device.engine.history(lunch, { from: 'device' })).messages
  if (before === undefined) throw new Error('it is there')
  const { message } = await device.engine.edit(lunch, before.id, { type: -1, text: 'corrected' })
  expect(message).toMatchObject({ text: 'corrected', delivered: 5000 })
  device.events.splice(0)
  await device.say(script.frame(script.react(mary, row, '👍')))
  expect(take(device.events, 'reaction')).toMatchObject([{ message: { delivered: 5000 } }])
})

test('[CL305] marks that cover no own message are no event', async () => {
  const scenery = await scene()
  const { device, script } = scenery
  const row = script.text(mary, 'hers')
  await device.say(script.frame(row))
  device.events.splice(0)
  await hear(scenery, reached('Mary', row.seq, 0), reached('Jerry', row.seq, 0))
  expect(device.events.map(({ type }) => type)).toEqual(['conversation'])
  expect(device.engine.conversation(lunch)).toMatchObject({ lastDeliveredAt: 0, lastReadAt: 0 })
})

test('[CL305] of a page that is not held the newest message says when', async () => {
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
  script.change({ op: 'page', pages: 2 })
  const row = script.text(tom, 'mine')
  const device = await startDevice({ limits })
  await device.connect({ news: [script.news({ whole: false, rows: [], touched: [script.touched(2)] })] })
  device.events.splice(0)
  await hear({ device, script }, reached('Mary', row.seq, 0), reached('Jerry', row.seq, 0))
  expect(take(device.events, 'message-status')).toEqual([])
  expect(take(device.events, 'delivered')).toEqual([{ type: 'delivered', conversation: lunch, at: row.time }])
  expect(device.engine.conversation(lunch)).toMatchObject({
    lastDeliveredAt: row.time,
    lastReadAt: 0,
    lastMessage: { delivered: 5000 },
  })
})

test('[CL305] one mark that covers many tells each of them once, in order, with what waits here laid over', async () => {
  const scenery = await scene()
  const { device, script } = scenery
  const rows = [1, 2, 3].map((n) => script.text(tom, `mine ${n}`))
  await device.say(script.frame(...rows))
  const [first] = (await device.engine.history(lunch, { from: 'device' })).messages
  if (first === undefined) throw new Error('it is there')
  await device.cut()
  await device.engine.edit(lunch, first.id, { type: -1, text: 'corrected' })
  await device.pass(1000)
  device.events.splice(0)
  const marks = ['Mary', 'Jerry'].map((user) => reached(user, 0, rows[1]?.seq ?? 0))
  await device.connect({ news: [script.news({ rows: [], marks })] })
  expect(take(device.events, 'message-status').map(({ message }) => [message.text, message.read])).toEqual([
    ['corrected', 5000],
    ['mine 2', 5000],
  ])
})

test('[CL303] whoever leaves does not hold a message back any more', async () => {
  const scenery = await scene()
  const { device, script } = scenery
  const row = script.text(tom, 'mine')
  await device.say(script.frame(row))
  await hear(scenery, reached('Mary', row.seq, 0, 6000))
  device.events.splice(0)
  await device.say(script.frame(script.change({ op: 'quit', by: jerry })))
  expect(take(device.events, 'delivered')).toHaveLength(1)
  expect(device.engine.conversation(lunch)?.lastMessage).toMatchObject({ delivered: 6000 })
})

test('[CL304] marks come with the catch-up, in silence on the very first one', async () => {
  const { device, script } = await scene()
  const row = script.text(tom, 'mine')
  await device.say(script.frame(row))
  await device.cut()
  device.events.splice(0)
  await device.pass(1000)
  const marks = [reached('Mary', row.seq, 0), reached('Jerry', row.seq, 0)]
  await device.connect({ news: [script.news({ rows: [], marks })] })
  expect(take(device.events, 'delivered')).toHaveLength(1)
  const fresh = await startDevice({ seed: 2 })
  await fresh.connect({ full: true, news: [script.news({ marks, allMarks: true })] })
  expect(take(fresh.events, 'delivered')).toEqual([])
  expect(fresh.engine.conversation(lunch)?.lastMessage).toMatchObject({ delivered: 5000 })
})

test('[CL304] marks of a conversation nobody knows, and of what is no user, are passed over', async () => {
  const scenery = await scene()
  const { device } = scenery
  await device.say({ frame: 'marks', conversation: conversationId(9), marks: [reached('Mary', 1, 1)] })
  await device.say({ frame: 'marks', conversation: 'no id', marks: [reached('Mary', 1, 1)] })
  await hear(scenery, reached('no user at all', 1, 1))
  expect(device.engine.reached(lunch)).toEqual([])
  expect(device.engine.reached(conversationId(9))).toEqual([])
  expect(device.errors).toEqual([])
  expect(device.engine.connection).toBe('connected')
})

/** What the device asks for of the newest page is answered, and its digests are compared. */
async function compared(device: TestDevice, script: Script): Promise<void> {
  const digests = device.sent().find((frame) => frame.frame === 'digests')
  if (digests?.frame !== 'digests') throw new Error('no digests were asked for')
  const pages = digests.pages.map((page) => script.touched(page))
  await device.say({ frame: 'digests-answer', request: digests.request, conversation: lunch, pages })
}

test('[CL306] marks of another log are forgotten, and what is still held is owed anew', async () => {
  const scenery = await scene({ readReceipts: true, limits })
  const { device, script } = scenery
  const row = asks(script)
  await device.say(script.frame(row, script.text(tom, 'mine')))
  await device.engine.read(lunch)
  await device.pass(1000)
  await hear(scenery, reached('Tom', row.seq, row.seq + 1), reached('Mary', 3, 3), reached('Jerry', 3, 3))
  expect(device.engine.conversation(lunch)?.lastMessage).toMatchObject({ delivered: 5000 })
  await device.cut()
  await device.pass(1000)
  device.sent()
  const news = [script.news({ whole: false, rows: [], touched: [script.touched(1)], allMarks: true })]
  await device.connect({ epoch: 'restored', full: true, cursor: 50, news })
  expect(device.engine.reached(lunch)).toEqual([])
  expect(device.engine.conversation(lunch)?.lastMessage).not.toHaveProperty('delivered')
  await device.pass(0)
  await compared(device, script)
  await device.pass(1000)
  expect(marksOf(device)).toEqual([[row.seq, row.seq + 1]])
})

test('[CL306] what the new log has otherwise is not owed until it is stored', async () => {
  const scenery = await scene({ limits })
  const { device, script } = scenery
  const row = asks(script)
  await device.say(script.frame(row))
  await device.pass(1000)
  await hear(scenery, reached('Tom', row.seq, 0))
  await device.cut()
  await device.pass(1000)
  device.sent()
  const restored = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
  const other = { id: entryId(900), from: mary, sentAt: 5, type: -1, text: 'something else' }
  restored.write(other, { client: 78 })
  const news = [restored.news({ whole: false, rows: [], touched: [restored.touched(1)], allMarks: true })]
  await device.connect({ epoch: 'restored', full: true, cursor: 50, news })
  await compared(device, restored)
  await device.pass(3000)
  expect(marksOf(device)).toEqual([])
})

test('[CL300] a message that is edited before it leaves goes on asking', async () => {
  const { device } = await scene()
  await device.cut()
  const { id } = await device.engine.send(lunch, { type: -1, text: 'got it?', receipt: true })
  await device.engine.edit(lunch, id, { type: -1, text: 'have you got it?' })
  await device.pass(1000)
  await device.connect()
  expect(pushed(device.sent()).map(({ entry }) => entry)).toMatchObject([
    { id, text: 'have you got it?', receipt: true },
  ])
})
