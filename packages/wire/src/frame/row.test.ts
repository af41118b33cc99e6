import { expect, test } from 'vitest'
import { decodeRelayFrame, encodeNews, encodeRelayFrame, encodeSync } from '../codec.ts'
import type { EntryRow, HeadRow, Row } from '../rows.ts'
import { rowSize } from '../sizes.ts'

const entry = (seq: number, time: number): EntryRow => ({
  kind: 'entry',
  seq,
  time,
  page: 3,
  update: new Uint8Array(100).fill(7),
  erases: [],
})
const head = (seq: number, time: number): HeadRow => ({
  kind: 'head',
  seq,
  time,
  update: Uint8Array.of(1, 2, 3),
  command: '',
  change: { op: 'page', pages: 4 },
})
const frameOf = (rows: readonly Row[]): Uint8Array =>
  encodeRelayFrame({ frame: 'rows', conversation: 'c', rows })

test('[WI20] an intact entry costs its kind, two steps, its page, and its update after its length', () => {
  const first = entry(100_000, 1_800_000_000_000)
  const second = entry(100_001, 1_800_000_000_090)
  const cost = frameOf([first, second]).length - frameOf([first]).length
  expect(cost).toBe(1 + 1 + 1 + 1 + (1 + 100))
})

test('[WI19] rows that are not in sequence, or whose time runs backwards, are not written', () => {
  expect(() => frameOf([entry(2, 5), entry(2, 5)])).toThrow('in sequence')
  expect(() => frameOf([entry(2, 5), head(1, 5)])).toThrow('in sequence')
  expect(() => frameOf([entry(0, 5)])).toThrow('in sequence')
  expect(() => frameOf([entry(1, 5), entry(2, 4)])).toThrow('from 5 on')
  expect(decodeRelayFrame(frameOf([entry(1, 5), head(2, 5)])).ok).toBe(true)
})

test('[WI19] steps past 2^53 - 1 are malformed', () => {
  const last = frameOf([entry(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)])
  expect(decodeRelayFrame(last).ok).toBe(true)
  const row = [...last.subarray(4)]
  const twice = Uint8Array.of(67, 1, 0x63, 2, ...row, ...row)
  expect(decodeRelayFrame(twice)).toMatchObject({ failure: { code: 'malformed' } })
})

test('[WI2] an entry that erases nothing has one encoding', () => {
  const plain = Uint8Array.of(67, 1, 0x63, 1, 0, 0, 0, 1, 1, 9)
  expect(decodeRelayFrame(plain).ok).toBe(true)
  const second = Uint8Array.of(67, 1, 0x63, 1, 1, 0, 0, 1, 1, 9, 0)
  expect(decodeRelayFrame(second)).toMatchObject({ failure: { code: 'malformed' } })
})

test('[WI21] page 0 has no entries', () => {
  expect(() => frameOf([{ ...entry(1, 1), page: 0 }])).toThrow('numbered from 1')
  const zero = Uint8Array.of(67, 1, 0x63, 1, 0, 0, 0, 0, 1, 9)
  expect(decodeRelayFrame(zero)).toMatchObject({ failure: { code: 'malformed' } })
})

/** A frame with one list row of which all but these parts is empty: their bits, the last message or the edit, and what follows. */
const listedWith = (bit: number, row: readonly number[]): Uint8Array => {
  const bits =
    bit < 128 ? [bit] : [(bit % 128) + 128, (Math.floor(bit / 128) % 128) + 128, Math.floor(bit / 2 ** 14)]
  return Uint8Array.of(66, 0, 0, 0, 0, 1, ...bits, 0, 0, 0, 1, 0, 5, 9, 0, 0, 0, 1, 1, 0, 0, 0, 0, ...row)
}
/** Kind, sequence and time as steps back, page, no bytes; two ids and a flag more for an erased one, an id and a value for a head. */
const rowOf = (kind: 0 | 2 | 3 | 4): readonly number[] =>
  ({ 0: [0, 1, 1, 1, 0], 2: [2, 1, 1, 1, 0, 0, 0, 0], 3: [3, 1, 1, 0, 0, 1, 126], 4: [4, 1, 1] })[kind]

test('[WI27] the last message of a list row is a message', () => {
  const listed = (kind: 0 | 2 | 3 | 4): Uint8Array => listedWith(8, rowOf(kind))
  expect(decodeRelayFrame(listed(0))).toMatchObject({
    ok: true,
    frame: { news: [{ role: '', last: { seq: 5, time: 9 }, lastEdit: null }] },
  })
  expect(decodeRelayFrame(listed(2))).toMatchObject({ ok: true })
  expect(decodeRelayFrame(listed(3))).toMatchObject({ failure: { code: 'malformed' } })
  expect(decodeRelayFrame(listed(4))).toMatchObject({ failure: { code: 'malformed' } })
})

test('[WI28] the edit on the last message of a list row is an intact entry', () => {
  const listed = (kind: 0 | 2 | 3 | 4): Uint8Array => listedWith(2 ** 14, rowOf(kind))
  expect(decodeRelayFrame(listed(0))).toMatchObject({ ok: true, frame: { news: [{ last: null }] } })
  expect(decodeRelayFrame(listed(2))).toMatchObject({ failure: { code: 'malformed' } })
  expect(decodeRelayFrame(listed(3))).toMatchObject({ failure: { code: 'malformed' } })
  expect(decodeRelayFrame(listed(4))).toMatchObject({ failure: { code: 'malformed' } })
})

test('[WI30] a hidden row costs its kind and two steps', () => {
  const hidden = { kind: 'hidden', seq: 6, time: 7 } as const
  expect(frameOf([entry(5, 5), hidden]).length - frameOf([entry(5, 5)]).length).toBe(3)
  expect(decodeRelayFrame(frameOf([entry(5, 5), hidden, head(7, 7)]))).toMatchObject({
    frame: { rows: [{ seq: 5 }, hidden, { seq: 7, time: 7 }] },
  })
})

test('[WI29] an erased row says whether it was an operation', () => {
  const erased = (flag: number): Uint8Array => Uint8Array.of(67, 1, 0x63, 1, 2, 0, 0, 1, 0, 0, 0, flag)
  expect(decodeRelayFrame(erased(0))).toMatchObject({ frame: { rows: [{ operation: false }] } })
  expect(decodeRelayFrame(erased(1))).toMatchObject({ frame: { rows: [{ operation: true }] } })
  expect(decodeRelayFrame(erased(2))).toMatchObject({ failure: { code: 'malformed' } })
})

test('[WI26] a row takes its size at the head of a list, and no more further down', () => {
  const rows = [
    entry(5, 1_800_000_000_000),
    head(2 ** 30, 1_800_000_000_001),
    entry(2 ** 40, 1_900_000_000_000),
    {
      ...entry(2 ** 41, 1_900_000_000_000),
      kind: 'erased' as const,
      author: 'Tom',
      id: 'm',
      operation: true,
    },
  ]
  const empty = frameOf([]).length
  for (const row of rows) expect(frameOf([row]).length).toBe(empty + rowSize(row))
  const sum = rows.reduce((total, row) => total + rowSize(row), empty)
  expect(frameOf(rows).length).toBeLessThanOrEqual(sum)
})

test('[WI35] a list row is written once, and is the same in every frame that has it', () => {
  const news = {
    conversation: 'c',
    kind: 'group',
    name: 'Garden',
    icon: 'https://example.org/garden.png',
    creator: 'Tom',
    createdAt: 1,
    unique: false,
    role: 'member',
    members: 2,
    joinedSeq: 1,
    invitedBy: '',
    since: 3,
    mutedUntil: 2 ** 53 - 1,
    removedBy: '',
    seq: 9,
    time: 9,
    pages: 1,
    headVersion: 1,
    headDigest: '00ff',
    headTime: 300,
    total: 7,
    mine: 3,
    joinedTotal: 0,
    joinedMine: 0,
    last: entry(8, 9),
    lastEdit: entry(9, 9),
    touched: [],
    recalled: [],
    mentioned: [8, 300],
    marks: [{ user: 'Tom', delivered: 8, read: 300, time: 9 }],
    allMarks: false,
    whole: true,
    rows: [entry(9, 9)],
  }
  const sync = { frame: 'sync', cursor: 1, frames: 1, full: false, more: false } as const
  const bytes = encodeNews(news)
  expect(encodeSync(sync, [bytes, bytes])).toEqual(encodeRelayFrame({ ...sync, news: [news, news] }))
  expect(encodeSync(sync, [])).toEqual(encodeRelayFrame({ ...sync, news: [] }))
})

test('[WI36] a list row costs a number for all it has not to say', () => {
  const plain = decodeRelayFrame(listedWith(0, []))
  expect(plain).toMatchObject({
    frame: { news: [{ name: null, icon: null, since: 0, touched: [], rows: [], whole: false, creator: '' }] },
  })
  expect(decodeRelayFrame(listedWith(64 + 16, []))).toMatchObject({
    frame: { news: [{ whole: true, allMarks: true }] },
  })
})

test('[WI36] [WI2] a part that a list row has is not empty, and there are no others', () => {
  // An empty list of pages, nobody who invited, and a bit that stands for nothing.
  for (const bytes of [listedWith(32, [0]), listedWith(2, []), listedWith(2 ** 13 + 2 ** 13, [])])
    expect(decodeRelayFrame(bytes)).toMatchObject({ failure: { code: 'malformed' } })
  const unknown = Uint8Array.of(
    66,
    0,
    0,
    0,
    0,
    1,
    0x80,
    0x80,
    0x10,
    0,
    0,
    0,
    1,
    0,
    5,
    9,
    0,
    0,
    0,
    1,
    1,
    0,
    0,
    0,
    0,
  )
  expect(decodeRelayFrame(unknown)).toMatchObject({ failure: { code: 'malformed' } })
})
