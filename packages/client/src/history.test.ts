import { expect, test } from 'vitest'
import type { HistoryQuery, MessageView } from './engine-types.ts'
import { startDevice } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import type { Script } from './testing/script.test-kit.ts'
import {
  codeOf,
  conversationId,
  createGroup,
  entryId,
  jerry,
  pushed,
  settle,
  tom,
} from './testing/values.test-kit.ts'

const lunch = conversationId(1)

/** Three pages: 1 to 4, 5 to 8, 9 and 10; the third message is taken back. */
function longLunch(): Script {
  const script = createScript(lunch, { by: jerry, members: [tom] })
  for (let n = 1; n <= 10; n += 1) {
    const row = script.write({
      id: entryId(n),
      from: n % 3 === 0 ? tom : jerry,
      sentAt: n,
      type: n % 4 === 0 ? 7 : -1,
      text: `${n}`,
    })
    if (n === 3) script.recall(row)
    if (n === 4 || n === 8) script.change({ op: 'page', pages: script.pages + 1 })
  }
  return script
}

async function reader(script: Script): Promise<TestDevice> {
  const device = await startDevice({ limits: { maxCachedPages: 2 } })
  await device.connect({ news: [script.news()] })
  device.sent()
  return device
}

const words = (messages: readonly MessageView[]): readonly string[] =>
  messages.map(({ text, recalled }) => (recalled ? '(recalled)' : (text ?? '')))

const all = ['1', '2', '(recalled)', '4', '5', '6', '7', '8', '9', '10']

test('[CL80] messages come in ascending sequence, each once, across pages, and what waits follows as it was written', async () => {
  const device = await reader(longLunch())
  await device.cut()
  await device.engine.send(lunch, { type: -1, text: 'later' })
  await device.engine.send(lunch, { type: -1, text: 'last' })
  const { messages, missing } = await device.engine.history(lunch, { limit: 100 })
  expect(words(messages)).toEqual([...all, 'later', 'last'])
  expect(missing).toEqual([])
  expect(
    words((await device.engine.history(lunch, { limit: 100, direction: 'old-to-new' })).messages),
  ).toEqual([...all, 'later', 'last'])
  expect(words((await device.engine.timeline(lunch, 3)).messages)).toEqual(['10', 'later', 'last'])
})

test('[CL80] paging by the oldest message shown reaches the beginning, from what waits too, and comes back', async () => {
  const device = await reader(longLunch())
  await device.cut()
  for (const text of ['a', 'b', 'c']) await device.engine.send(lunch, { type: -1, text })
  for (const direction of ['new-to-old', 'old-to-new'] as const) {
    const seen: MessageView[] = []
    for (;;) {
      const bound = direction === 'new-to-old' ? seen[0] : seen.at(-1)
      const start = bound === undefined ? {} : { start: { id: bound.id } }
      const { messages } = await device.engine.history(lunch, { limit: 2, direction, ...start })
      if (direction === 'new-to-old') seen.unshift(...messages)
      else seen.push(...messages)
      if (messages.length < 2) break
    }
    expect(words(seen)).toEqual([...all, 'a', 'b', 'c'])
  }
})

test('[CL80] a message that is confirmed while pages are read is shown once', async () => {
  const script = longLunch()
  const device = await reader(script)
  const { id } = await device.engine.send(lunch, { type: -1, text: 'mine' })
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('nothing left')
  const row = script.accept(update)
  const reading = device.engine.history(lunch, { limit: 100 })
  await device.say(script.accepted([update], [row]), script.frame(row))
  expect((await reading).messages.filter((message) => message.id === id)).toHaveLength(1)
})

test('[CL81] a message whose recall waits is shown as recalled, confirmed or not', async () => {
  const device = await reader(longLunch())
  const { id } = await device.engine.send(lunch, { type: -1, text: 'sent' })
  await device.cut()
  await device.engine.recall(lunch, entryId(9))
  await device.engine.recall(lunch, id)
  const { messages } = await device.engine.history(lunch, { limit: 3 })
  expect(words(messages)).toEqual(['(recalled)', '10', '(recalled)'])
  expect(messages[0]).toMatchObject({ id: entryId(9), type: -127, from: tom })
  expect(messages[2]).toMatchObject({ id, type: -127, state: 'sending' })
})

test('[CL81] a recall that is refused gives the message back', async () => {
  const device = await reader(longLunch())
  await device.engine.recall(lunch, entryId(9))
  const [recall] = pushed(device.sent())
  if (recall === undefined) throw new Error('nothing left')
  const { page, client, clock } = recall
  const verdict = { class: 'refused', code: 'not-allowed', detail: 'no' } as const
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ page, client, clock, verdict }] })
  expect(words((await device.engine.history(lunch, { limit: 2 })).messages)).toEqual(['9', '10'])
})

test('[CL202] what waits counts as no earlier than the latest time of the relay, and stands at the newest end', async () => {
  const device = await reader(longLunch())
  await device.cut()
  device.setClock(3)
  await device.engine.send(lunch, { type: -1, text: 'slow clock' })
  const ask = async (query: HistoryQuery): Promise<readonly string[]> =>
    words((await device.engine.history(lunch, { limit: 100, ...query })).messages)
  expect(await ask({ end: { time: 1010 } })).toEqual(['8', '9', '10', 'slow clock'])
  expect(await ask({ end: { time: 1 }, limit: 3 })).toEqual(['9', '10', 'slow clock'])
  // The latest time of the relay is 1014.
  expect(await ask({ start: { time: 1014 } })).toEqual(all.slice(0, -1))
  expect(await ask({ start: { time: 1014, closed: true }, limit: 1 })).toEqual(['slow clock'])
  expect(await ask({ start: { time: 3 } })).toEqual([])
  device.setClock(5000)
  await device.engine.send(lunch, { type: -1, text: 'fast clock' })
  expect(await ask({ start: { time: 1014, closed: true }, limit: 1 })).toEqual(['slow clock'])
  expect(await ask({ start: { time: 1015 }, direction: 'old-to-new' })).toEqual(['fast clock'])
})

test('[CL83] a limit outside its range is refused', async () => {
  const device = await reader(longLunch())
  for (const limit of [0, -1, 1001, 1.5, Number.NaN])
    expect(await codeOf(device.engine.history(lunch, { limit }))).toBe('bad-argument')
  expect((await device.engine.history(lunch, { limit: 1000 })).messages).toHaveLength(10)
})

test('[CL80] a conversation the relay has not heard of has nothing missing', async () => {
  const device = await startDevice()
  await device.engine.command(lunch, createGroup([jerry]))
  await device.engine.send(lunch, { type: -1, text: 'hello' })
  await settle()
  const { messages, missing } = await device.engine.history(lunch, {})
  expect([words(messages), missing]).toEqual([['hello'], []])
})

test('[CL76] a page that is not there for who has left is not waited for', async () => {
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  const said = script.text(tom, 'once')
  const gone = script.change({ op: 'removed', by: jerry, members: [tom] })
  const device = await startDevice({ limits: { maxIdleConversations: 0 } })
  const rows = script.rows.slice(0, 1)
  await device.connect({ news: [script.news({ role: '', seq: gone.seq, pages: 2, whole: false, rows })] })
  device.sent()
  const reading = device.engine.history(lunch, {})
  for (const fetched of [
    { result: 'failed', code: 'not-found', detail: 'no such page' } as const,
    script.page(1),
  ]) {
    await settle()
    const asked = device.sent().find((frame) => frame.frame === 'fetch')
    if (asked?.frame !== 'fetch') throw new Error('nothing was asked')
    await device.say({ frame: 'fetch-answer', request: asked.request, conversation: lunch, fetched })
  }
  const { messages, missing } = await reading
  expect(words(messages)).toEqual(['once'])
  expect(messages[0]?.seq).toBe(said.seq)
  expect(missing).toEqual([])
})
