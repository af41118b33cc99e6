import { readAppend, readEntry } from '@parley/document'
import type { EntryRow } from '@parley/wire'
import { expect, test } from 'vitest'
import { everythingOf, holder, lunch, stranger, talk, wordsOf } from '../testing/history.test-kit.ts'
import type { Script } from '../testing/script.test-kit.ts'
import { entryId, jerry, pushed } from '../testing/values.test-kit.ts'
import { createMessagesIterator } from './history-iterator.ts'
import type { MessagesBatch } from './history-iterator.ts'
import { createMessageClasses } from './message-classes.ts'
import { createOutgoing } from './outgoing.ts'
import { drain, iterate } from '../testing/history-iterator.test-kit.ts'

const words = ({ value }: MessagesBatch): readonly string[] => wordsOf(value)

test('[CL210] an iterator gives the newest first, each batch ascending, and is done with the last of them', async () => {
  const script = talk({ sizes: [3, 3, 4] })
  const device = await stranger(script)
  const iterator = iterate(device, { limit: 4 })
  const batches = await drain(device, script, iterator)
  expect(batches.map(words)).toEqual([
    ['7', '8', '9', '10'],
    ['3', '4', '5', '6'],
    ['1', '2'],
  ])
  expect(batches.map(({ done }) => done)).toEqual([false, false, true])
  const after = await iterator.next()
  expect([words(after), after.done]).toEqual([[], true])
  const exact = await drain(device, script, iterate(device, { limit: 5 }))
  expect(exact.map(({ value, done }) => [value.length, done])).toEqual([
    [5, false],
    [5, true],
  ])
})

test('[CL210] from old to new it begins with the first message', async () => {
  const script = talk({ sizes: [3, 3, 4] })
  const device = await stranger(script)
  const batches = await drain(device, script, iterate(device, { limit: 6, direction: 'old-to-new' }))
  expect(batches.map(words)).toEqual([
    ['1', '2', '3', '4', '5', '6'],
    ['7', '8', '9', '10'],
  ])
  expect(batches.map(({ done }) => done)).toEqual([false, true])
})

test('[CL210] before and after bound it, in either direction', async () => {
  const script = talk({ sizes: [3, 3, 4] })
  const device = await holder(script, [1, 2, 3])
  const everything = await everythingOf(script)
  const afterTime = new Date(everything[2]?.time ?? 0)
  for (const direction of ['new-to-old', 'old-to-new'] as const) {
    const options = { direction, beforeMessageId: entryId(8), afterTime, limit: 10 }
    const [batch] = await drain(device, script, iterate(device, options))
    expect(words(batch ?? { value: [] as never, done: true })).toEqual(['4', '5', '6', '7'])
  }
})

test('[CL210] what an iterator is given wrongly is refused where it is made, and calls made together come one after another', async () => {
  const script = talk({ sizes: [3] })
  const device = await holder(script, [1])
  for (const options of [
    { limit: 0 },
    { limit: 101 },
    { beforeMessageId: 'x' },
    { beforeTime: new Date('no') },
  ])
    expect(() => iterate(device, options)).toThrow(/bad-argument/)
  // @ts-expect-error another word
  expect(() => iterate(device, { direction: 'sideways' })).toThrow(/bad-argument/)
  const iterator = iterate(device, { limit: 1 })
  const batches = await Promise.all([iterator.next(), iterator.next(), iterator.next()])
  expect(batches.map(words)).toEqual([['3'], ['2'], ['1']])
})

function recallOf(script: Script, n: number): EntryRow {
  const row = script.rows.find((one): one is EntryRow => one.kind === 'entry' && textOf(one) === `${n}`)
  if (row === undefined) throw new Error('nobody said that')
  return script.recall(row)
}

function textOf({ update }: EntryRow): string {
  const read = readAppend(update)
  const entry = read.ok ? readEntry(read.append.content) : undefined
  return entry?.ok === true && !('op' in entry.entry) ? (entry.entry.text ?? '') : ''
}

test('[CL211] it keeps its place when the message it stands on is taken back, and gives what it is now', async () => {
  const script = talk({ sizes: [3, 3] })
  const device = await holder(script, [1, 2])
  const iterator = iterate(device, { limit: 3 })
  expect(words(await iterator.next())).toEqual(['4', '5', '6'])
  for (const n of [4, 3]) await device.say(script.frame(recallOf(script, n)))
  expect(words(await iterator.next())).toEqual(['1', '2', '(recalled)'])
})

test('[CL212] from new to old what waits comes first, wherever it has moved since, and what comes later stays out', async () => {
  const script = talk({ sizes: [3] })
  const device = await holder(script, [1])
  device.sent()
  for (const text of ['a', 'b', 'c']) await device.engine.send(lunch, { type: -1, text })
  const updates = pushed(device.sent())
  const iterator = iterate(device, { limit: 2 })
  expect(words(await iterator.next())).toEqual(['b', 'c'])
  // The relay refuses the last, and has somebody else's message before the others.
  const news = script.text(jerry, 'news')
  const [a, b, c] = updates
  if (a === undefined || b === undefined || c === undefined) throw new Error('three left')
  const rows = [script.accept(a), script.accept(b)]
  const { page, client, clock } = c
  const verdict = { class: 'refused', code: 'bad-content', detail: 'no' } as const
  await device.say(script.frame(news, ...rows), script.accepted([a, b], rows), {
    frame: 'answer',
    conversation: lunch,
    answers: [{ page, client, clock, verdict }],
  })
  expect(words(await iterator.next())).toEqual(['3', 'a'])
  expect(words(await iterator.next())).toEqual(['1', '2'])
})

test('[CL212] from new to old what was withdrawn meanwhile is left out', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  await device.cut()
  const { id } = await device.engine.send(lunch, { type: -1, text: 'a' })
  await device.engine.send(lunch, { type: -1, text: 'b' })
  const iterator = iterate(device, { limit: 1 })
  expect(words(await iterator.next())).toEqual(['b'])
  await device.engine.discardUnsent(id)
  expect(words(await iterator.next())).toEqual(['2'])
})

test('[CL212] from old to new what was given while it waited is not given again, and what moved before it is', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  device.sent()
  for (const text of ['a', 'b']) await device.engine.send(lunch, { type: -1, text })
  const updates = pushed(device.sent())
  const iterator = iterate(device, { limit: 3, direction: 'old-to-new' })
  expect(words(await iterator.next())).toEqual(['1', '2', 'a'])
  const news = script.text(jerry, 'news')
  const rows = updates.map((update) => script.accept(update))
  await device.say(script.frame(news, ...rows), script.accepted(updates, rows))
  const last = await iterator.next()
  expect([words(last), last.done]).toEqual([['news', 'b'], true])
})

test('[CL213] without a network it says what is missing, is not done with it, and goes on there later', async () => {
  const script = talk({ sizes: [3, 3, 3] })
  const device = await holder(script, [3])
  await device.cut()
  const iterator = iterate(device, { limit: 2 })
  const first = await iterator.next()
  expect([words(first), first.value.missing, first.done]).toEqual([['8', '9'], false, false])
  const second = await iterator.next()
  expect([words(second), second.value.missing, second.done]).toEqual([['7'], true, false])
  const third = await iterator.next()
  expect([words(third), third.value.missing, third.done]).toEqual([[], true, false])
  await device.pass(60_000)
  await device.connect()
  const batches = await drain(device, script, iterator)
  expect(batches.flatMap(words)).toEqual(['5', '6', '3', '4', '1', '2'])
  expect(batches.at(-1)?.done).toBe(true)
})

test('[CL214] for await gives every batch that has messages, the last one too, and ends', async () => {
  const script = talk({ sizes: [3, 2] })
  const device = await holder(script, [1, 2])
  const batches: (readonly string[])[] = []
  for await (const messages of iterate(device, { limit: 2 })) batches.push(wordsOf(messages))
  expect(batches).toEqual([['4', '5'], ['2', '3'], ['1']])
  const lacking = await holder(script, [2])
  await lacking.cut()
  const said: boolean[] = []
  for await (const messages of iterate(lacking, { limit: 2 })) said.push(messages.missing)
  expect(said).toEqual([true, true])
})

test('[CL213] a batch that could not be read is read again', async () => {
  const script = talk({ sizes: [3] })
  const device = await holder(script, [1])
  const { engine } = device
  let fails = true
  const outgoing = createOutgoing(
    engine,
    createMessageClasses(() => undefined),
  )
  const history: typeof engine.history = async (id, query) => {
    if (fails && query.limit !== 1) throw new Error('the disk')
    return engine.history(id, query)
  }
  const iterator = createMessagesIterator({ engine: { ...engine, history }, outgoing }, lunch, { limit: 2 })
  await expect(iterator.next()).rejects.toThrow('the disk')
  fails = false
  expect(words(await iterator.next())).toEqual(['2', '3'])
})
