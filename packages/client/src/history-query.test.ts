import type { EntryId } from '@parley/document'
import { expect, test } from 'vitest'
import type { HistoryBound } from './engine-types.ts'
import {
  asked,
  everythingOf,
  holder,
  idsOf,
  lunch,
  served,
  stranger,
  talk,
  wordsOf,
} from './testing/history.test-kit.ts'
import type { Talk } from './testing/history.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { codeOf, entryId, jerry, pushed, settle, tom } from './testing/values.test-kit.ts'

const many: Talk = { sizes: Array.from({ length: 40 }, () => 3) }

const ids = (...numbers: readonly number[]): readonly string[] => numbers.map(entryId)

test('[CL203] a place far back is found without reading what lies between', async () => {
  const script = talk(many)
  const everything = await everythingOf(script)
  const timeOf = (n: number): number => everything[n - 1]?.time ?? 0
  const places: readonly HistoryBound[] = [
    { time: timeOf(31), closed: true },
    { id: entryId(31), time: timeOf(31), closed: true },
    { id: entryId(31), seq: everything[30]?.seq ?? 0, closed: true },
    { seq: everything[30]?.seq ?? 0, closed: true },
  ]
  for (const start of places) {
    for (const direction of ['new-to-old', 'old-to-new'] as const) {
      const device = await stranger(script)
      const found = await asked(device, script, { start, direction, limit: 2 })
      expect(found.ids).toEqual(direction === 'new-to-old' ? ids(30, 31) : ids(31, 32))
      expect(found.missing).toEqual([])
      // Twice the logarithm of the pages, and those that are read.
      expect(found.pages.length).toBeLessThanOrEqual(13)
      const again = await asked(device, script, { start, direction, limit: 2 })
      expect(again).toEqual({ ...found, pages: [] })
    }
  }
})

test('[CL203] a query ends at its end, and asks for nothing behind it', async () => {
  const script = talk(many)
  const device = await stranger(script)
  const end = { id: entryId(118), closed: true }
  await asked(device, script, { limit: 3 })
  const found = await asked(device, script, { limit: 100, end })
  expect(found).toEqual({ ids: ids(118, 119, 120), missing: [], pages: [] })
})

test('[CL203] bounds that leave nothing between them are answered with nothing', async () => {
  const script = talk({ sizes: [3, 3] })
  const device = await holder(script, [1, 2])
  for (const direction of ['new-to-old', 'old-to-new'] as const) {
    const [start, end] = direction === 'new-to-old' ? [2, 5] : [5, 2]
    const query = { direction, start: { id: entryId(start) }, end: { id: entryId(end), closed: true } }
    expect((await device.engine.history(lunch, query)).messages).toEqual([])
  }
})

test('[CL205] an id alone is enough: what is held is looked through, then what the relay has', async () => {
  const script = talk(many)
  const device = await stranger(script)
  const found = await asked(device, script, { start: { id: entryId(50), closed: true }, limit: 2 })
  expect(found.ids).toEqual(ids(49, 50))
  const held = await holder(script, [7])
  await held.cut()
  const near = await held.engine.history(lunch, { start: { id: entryId(20), closed: true }, limit: 2 })
  expect([idsOf(near.messages), near.missing]).toEqual([ids(19, 20), []])
})

test('[CL205] an id that is nowhere, or too far from where it should be, is refused with what to do', async () => {
  const script = talk({ sizes: [3, 3] })
  const device = await holder(script, [1, 2])
  const unknown = device.engine.history(lunch, { start: { id: entryId(99) } })
  expect(await codeOf(unknown)).toBe('unknown-message')
  const end = device.engine.history(lunch, { end: { id: entryId(99), time: 1003 } })
  expect(await codeOf(end)).toBe('unknown-message')
  const long = talk({ sizes: Array.from({ length: 100 }, () => 1) })
  const far = await stranger(long)
  const pages: number[] = []
  const search = far.engine.history(lunch, { start: { id: entryId(999) } })
  await expect(served(far, long, search, () => true, pages)).rejects.toThrow(
    /unknown-message: .*give its time/,
  )
  expect(new Set(pages).size).toBeLessThan(80)
})

test('[CL205] without a network an id that is not held says so, and with a time that stands for it', async () => {
  const talked = { sizes: [3, 3, 3] }
  const script = talk(talked)
  const everything = await everythingOf(script)
  const device = await holder(script, [1, 3])
  await device.cut()
  const bound = { id: entryId(5) }
  expect(await codeOf(device.engine.history(lunch, { start: bound }))).toBe('OFFLINE')
  expect(await codeOf(device.engine.history(lunch, { end: bound }))).toBe('OFFLINE')
  const timed = { ...bound, time: everything[4]?.time ?? 0 }
  const older = await device.engine.history(lunch, { start: timed })
  expect([idsOf(older.messages), older.missing]).toEqual([ids(1, 2, 3), [2]])
  const newer = await device.engine.history(lunch, { end: timed })
  expect([idsOf(newer.messages), newer.missing]).toEqual([ids(7, 8, 9), [2]])
})

test('[CL206] pages before the first one this user may see are not asked for, and not missing', async () => {
  const script = createScript(lunch, { by: jerry, members: [], reader: tom })
  script.write({ id: entryId(1), from: jerry, sentAt: 1, type: -1, text: '1' })
  for (let page = 2; page <= 4; page += 1) script.change({ op: 'page', pages: page })
  script.change({ op: 'added', by: jerry, members: [tom], since: 4 })
  script.write({ id: entryId(2), from: jerry, sentAt: 2, type: -1, text: '2' })
  const device = await stranger(script)
  await served(device, script, device.engine.open(lunch))
  for (const direction of ['old-to-new', 'new-to-old'] as const) {
    const pages: number[] = []
    const reading = device.engine.history(lunch, { direction })
    const { messages, missing } = await served(device, script, reading, (page) => page >= 4, pages)
    expect([idsOf(messages), missing, pages.filter((page) => page < 3)]).toEqual([ids(2), [], []])
  }
})

test('[CL206] pages the relay says are not there for him are asked for once, and not missing, on the device alone too', async () => {
  const script = talk({ sizes: [3, 3, 3] })
  const device = await holder(script, [1, 2])
  const reading = device.engine.history(lunch, {})
  await settle()
  const left = device.sent().find((frame) => frame.frame === 'fetch')
  const request = left?.frame === 'fetch' ? left.request : -1
  const fetched = { result: 'failed', code: 'not-found', detail: 'no such page' } as const
  await device.say({ frame: 'fetch-answer', request, conversation: lunch, fetched })
  expect([idsOf((await reading).messages), (await reading).missing]).toEqual([ids(1, 2, 3, 4, 5, 6), []])
  const again = await device.engine.history(lunch, { from: 'device' })
  expect([again.messages.length, again.missing]).toEqual([6, []])
  await device.engine.history(lunch, {})
  expect(device.sent().filter((frame) => frame.frame === 'fetch')).toEqual([])
})

test('[CL201] a message that is confirmed while it bounds a reading bounds it where it stands then', async () => {
  const script = talk({ sizes: [2, 2] })
  const device = await holder(script, [1])
  const { id } = await device.engine.send(lunch, { type: -1, text: 'mine' })
  await settle()
  const frames = device.sent()
  const reading = device.engine.history(lunch, { start: { id, closed: true }, limit: 2 })
  await settle()
  const before = script.text(jerry, 'before')
  const [update] = pushed(frames)
  if (update === undefined) throw new Error('it left')
  const row = script.accept(update)
  const after = script.text(jerry, 'after')
  await device.say(script.frame(before, row, after), script.accepted([update], [row]))
  expect(wordsOf((await served(device, script, reading)).messages)).toEqual(['before', 'mine'])
})

test('[CL207] from the device alone nothing is fetched', async () => {
  const script = talk({ sizes: [3, 3, 3] })
  const device = await holder(script, [3])
  device.sent()
  const found = await device.engine.history(lunch, { from: 'device' })
  expect([idsOf(found.messages), found.missing]).toEqual([ids(7, 8, 9), [2, 1]])
  expect(device.sent()).toEqual([])
})

test('[CL208] what waits comes apart when that is asked for, and does not count', async () => {
  const script = talk({ sizes: [3, 3] })
  const device = await holder(script, [1, 2])
  await device.cut()
  const sent: EntryId[] = []
  for (const text of ['a', 'b']) sent.push((await device.engine.send(lunch, { type: -1, text })).id)
  for (const direction of ['new-to-old', 'old-to-new'] as const) {
    const query = { direction, limit: 10, tail: 'apart' } as const
    const { messages, tail, seq } = await device.engine.history(lunch, query)
    expect([idsOf(messages), idsOf(tail), seq]).toEqual([ids(1, 2, 3, 4, 5, 6), sent, script.seq])
  }
  const few = await device.engine.history(lunch, { limit: 1, tail: 'apart' })
  expect([idsOf(few.messages), idsOf(few.tail)]).toEqual([ids(6), sent])
  const before = await device.engine.history(lunch, {
    limit: 1,
    tail: 'apart',
    start: { id: sent[1] ?? entryId(1) },
  })
  expect([idsOf(before.messages), idsOf(before.tail)]).toEqual([ids(6), sent.slice(0, 1)])
  const together = await device.engine.history(lunch, { limit: 1 })
  expect([idsOf(together.messages), together.tail]).toEqual([sent.slice(1), []])
})

test('[CL201] with both an id and a time the id decides, and the time only helps to find it', async () => {
  const script = talk({ sizes: [3, 3], together: 1000 })
  const device = await holder(script, [1, 2])
  const wrong = { id: entryId(4), time: 1 }
  expect(idsOf((await device.engine.history(lunch, { start: wrong })).messages)).toEqual(ids(1, 2, 3))
  const closed = { ...wrong, closed: true }
  expect(idsOf((await device.engine.history(lunch, { start: closed })).messages)).toEqual(ids(1, 2, 3, 4))
  expect(idsOf((await device.engine.history(lunch, { end: wrong })).messages)).toEqual(ids(5, 6))
})
