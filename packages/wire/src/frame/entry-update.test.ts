import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRelayFrame, encodeRelayFrame } from '../codec.ts'
import type { EntryRow, Row } from '../rows.ts'
import { rowSize } from '../sizes.ts'
import { itemOf, ownUpdate, updateOf } from './entry-update.ts'

const client = fc.integer({ min: 0, max: 2 ** 53 - 1 })
const clock = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 53 - 1 }))
const rest = fc.uint8Array({ maxLength: 20 })

const rowOf = (seq: number, update: Uint8Array): EntryRow => ({
  kind: 'entry',
  seq,
  time: 9,
  page: 1,
  update,
  erases: [],
})
const frameOf = (rows: readonly Row[]): Uint8Array =>
  encodeRelayFrame({ frame: 'rows', conversation: 'c', rows })
const own = (number: number, at: number, content: readonly number[] = [7, 7]): Uint8Array =>
  updateOf({ client: number, clock: at, rest: Uint8Array.from(content) })

test('[WI37] an update behind one of the same client is known by its two numbers and its rest', () => {
  fc.assert(
    fc.property(client, clock, rest, (number, at, bytes) => {
      const update = updateOf({ client: number, clock: at, rest: bytes })
      expect(ownUpdate(update)).toEqual({ client: number, clock: at, rest: bytes })
      expect(itemOf(update)).toEqual({ client: number, clock: at })
    }),
  )
})

test('[WI37] whatever bytes are taken for such an update are made of its numbers and its rest again', () => {
  const begun = fc.tuple(
    fc.constantFrom([1, 1], [1, 2], [0]),
    fc.array(fc.constantFrom(0, 1, 5, 6, 0x88, 0x80, 0xff)),
  )
  fc.assert(
    fc.property(begun, ([begin, more]) => {
      const update = Uint8Array.from([...begin, ...more])
      const read = ownUpdate(update)
      expect(read === undefined ? update : updateOf(read)).toEqual(update)
    }),
    { numRuns: 2000 },
  )
})

test('[WI37] the next entry of a client costs what comes after its beginning', () => {
  const number = 2 ** 52 + 5
  const one = frameOf([rowOf(1, own(number, 70))])
  expect(one.length - frameOf([]).length).toBe(rowSize(rowOf(1, own(number, 70))))
  const two = frameOf([rowOf(1, own(number, 70)), rowOf(2, own(number, 71))])
  expect(two.length - one.length).toBe(1 + 1 + 1 + 1 + 1 + 2)
})

test('[WI37] [WI2] rows of several clients, gaps and erasing ones among them, come back as they were', () => {
  const erasing: EntryRow = { ...rowOf(4, own(5, 11)), erases: [{ seq: 1, client: 5, clock: 9 }] }
  const rows: readonly Row[] = [
    rowOf(1, own(5, 9)),
    rowOf(2, own(5, 10)),
    rowOf(3, own(6, 3)),
    erasing,
    rowOf(5, own(5, 12)),
    { kind: 'hidden', seq: 6, time: 9 },
    rowOf(7, own(5, 13)),
    rowOf(8, Uint8Array.of(1, 1, 5, 14, 8, 1, 2)),
    rowOf(9, own(5, 15)),
    rowOf(10, own(5, 17)),
  ]
  expect(decodeRelayFrame(frameOf(rows))).toEqual({
    ok: true,
    frame: { frame: 'rows', conversation: 'c', rows },
  })
})

test('[WI38] [WI2] what could be said in fewer numbers, or follows nothing, is malformed', () => {
  const begin = [67, 1, 0x63]
  const refused = (rows: readonly number[]): unknown => decodeRelayFrame(Uint8Array.of(...begin, ...rows))
  const malformed = { failure: { code: 'malformed' } }
  const whole = own(5, 9)
  const next = own(5, 10)
  const first = [0, 0, 0, 1, whole.length, ...whole]
  expect(refused([1, ...first])).toMatchObject({ ok: true })
  expect(refused([2, ...first, 5, 0, 0, 1, 1, 7])).toMatchObject({ ok: true })
  // The next one whole; a next one at the beginning, and behind a hidden row; one by its numbers in a list.
  expect(refused([2, ...first, 0, 0, 0, 1, next.length, ...next])).toMatchObject(malformed)
  expect(refused([1, 5, 0, 0, 1, 1, 7])).toMatchObject(malformed)
  expect(refused([2, 4, 0, 0, 5, 0, 0, 1, 1, 7])).toMatchObject(malformed)
  expect(refused([1, 6, 0, 0, 1, 5, 9, 1, 7])).toMatchObject(malformed)
})

test('[WI37] [WI38] the last message of a list row is told by its client and clock, and never whole', () => {
  const listed = (row: readonly number[]): unknown =>
    decodeRelayFrame(
      Uint8Array.of(66, 0, 0, 0, 0, 1, 8, 0, 0, 0, 1, 0, 5, 9, 0, 0, 0, 1, 1, 0, 0, 0, 0, ...row),
    )
  const whole = own(5, 9)
  const malformed = { failure: { code: 'malformed' } }
  expect(listed([6, 1, 1, 1, 5, 9, 2, 7, 7])).toMatchObject({
    ok: true,
    frame: { news: [{ last: rowOf(5, whole) }] },
  })
  expect(listed([0, 1, 1, 1, whole.length, ...whole])).toMatchObject(malformed)
  expect(listed([5, 1, 1, 1, 2, 7, 7])).toMatchObject(malformed)
  expect(listed([6, 1, 1, 1, 5, 0, 2, 7, 7])).toMatchObject(malformed)
})
