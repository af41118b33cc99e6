import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EntryId, makeEntryId, parseUserId, type UserId } from './ids.ts'
import { type Confirmed, emptyTimeline, foldRow, timeline } from './timeline.ts'

const tom = user('Tom')
const ann = user('Ann')

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

function idOf(seq: number): EntryId {
  return makeEntryId(seq, new Uint8Array(10))
}

function said(seq: number, by: UserId = tom): Confirmed {
  const id = idOf(seq)
  const entry = { id, from: by, sentAt: seq, type: -1, text: `message ${seq}`, attrs: { seq } }
  return { seq, time: 1000 + seq, page: 1, author: by, id, entry }
}

function recalled(seq: number, target: number, by: UserId = tom): Confirmed {
  const id = idOf(seq)
  const entry = { id, from: by, sentAt: seq, op: 'recall' as const, target: idOf(target) }
  return { seq, time: 1000 + seq, page: 1, author: by, id, entry }
}

function erased(row: Confirmed): Confirmed {
  return { ...row, entry: null }
}

function folded(rows: readonly Confirmed[]): ReturnType<typeof timeline> {
  let state = emptyTimeline
  for (const row of rows) state = foldRow(state, row)
  return state.messages
}

/** Rows of one conversation: messages, and recalls of some of them, of which some were recalled before. */
const conversations = fc.array(fc.nat(), { minLength: 1, maxLength: 25 }).map((choices) =>
  choices.map((choice, index): Confirmed => {
    const target = choice % (2 * (index + 1))
    return index > 0 && target < index
      ? recalled(index + 1, target + 1, choice % 5 === 0 ? ann : tom)
      : said(index + 1)
  }),
)
const orders = fc.func(fc.integer())

function shuffled(rows: readonly Confirmed[], order: (row: number) => number): readonly Confirmed[] {
  return rows.toSorted((a, b) => order(a.seq) - order(b.seq))
}

test('[DO66] messages stand in the order the relay gave them, however their rows come', () => {
  fc.assert(
    fc.property(conversations, orders, (rows, order) => {
      const messages = timeline(shuffled(rows, order))
      expect(messages).toEqual(timeline(rows))
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map(({ seq }) => seq).toSorted((a, b) => a - b))
    }),
  )
})

test('[DO66] a message shows what its author wrote and what the relay knows of it', () => {
  expect(timeline([said(3, ann)])).toEqual([
    {
      seq: 3,
      time: 1003,
      page: 1,
      id: idOf(3),
      from: ann,
      sentAt: 3,
      type: -1,
      text: 'message 3',
      attrs: { seq: 3 },
      recalled: false,
    },
  ])
  const entry = { id: idOf(1), from: tom, sentAt: 1, type: 0 }
  expect(timeline([{ ...said(1), entry }])[0]).not.toHaveProperty('text')
})

test('[DO66] operations are no messages', () => {
  expect(timeline([said(1), recalled(2, 1)])).toHaveLength(1)
  expect(timeline([recalled(2, 1)])).toEqual([])
})

test('[DO67] of a recalled message nothing of its content shows', () => {
  expect(timeline([said(1, ann), recalled(2, 1, ann)])).toEqual([
    {
      seq: 1,
      time: 1001,
      page: 1,
      id: idOf(1),
      from: ann,
      sentAt: 1001,
      type: -127,
      recalled: true,
      recalledBy: ann,
    },
  ])
})

test('[DO67] a recalled message looks the same to who had its content and to who never did', () => {
  fc.assert(
    fc.property(conversations, (rows) => {
      const gone = new Set(
        rows.flatMap(({ entry }) => (entry !== null && 'op' in entry ? [entry.target] : [])),
      )
      const late = rows.map((row) =>
        gone.has(row.id) && row.entry !== null && !('op' in row.entry) ? erased(row) : row,
      )
      expect(timeline(late)).toEqual(timeline(rows))
    }),
  )
})

test('[DO67] as long as the recall is not here, an erased message says only that it was recalled', () => {
  const [message] = timeline([erased(said(1))])
  expect(message).toMatchObject({ recalled: true, type: -127 })
  expect(message).not.toHaveProperty('recalledBy')
})

test('[DO68] a recall marks its target in whichever order they come, and on whichever page', () => {
  const recall = { ...recalled(2, 1), page: 2 }
  expect(folded([recall, said(1)])).toEqual(folded([said(1), recall]))
  expect(folded([recall, said(1)])).toMatchObject([{ recalled: true, recalledBy: tom }])
})

test('[DO68] the first recall counts', () => {
  const rows = [said(1), recalled(2, 1, ann), recalled(3, 1, tom)]
  for (const order of [rows, rows.toReversed()]) {
    expect(timeline(order)).toMatchObject([{ recalledBy: ann }])
    expect(folded(order)).toMatchObject([{ recalledBy: ann }])
  }
})

test('[DO69] an erased row never gets its content back', () => {
  const rows = [said(1), erased(said(1)), said(1)]
  expect(timeline(rows)).toMatchObject([{ recalled: true }])
  expect(folded(rows)).toEqual(timeline(rows))
  expect(folded([said(1), said(1)])).toEqual(timeline([said(1)]))
})

test('[DO70] folding row by row gives what the whole gives', () => {
  let recalls = 0
  fc.assert(
    fc.property(conversations, orders, fc.array(fc.nat()), (rows, order, again) => {
      const repeated = again.flatMap((which) => rows[which % rows.length] ?? [])
      const targets = new Set(
        rows.flatMap(({ entry }) => (entry !== null && 'op' in entry ? [entry.target] : [])),
      )
      const rewritten = repeated
        .filter(({ id }) => targets.has(id))
        .map((row) => (row.entry !== null && 'op' in row.entry ? row : erased(row)))
      const all = shuffled([...rows, ...repeated, ...rewritten], order)
      recalls += targets.size
      expect(folded(all)).toEqual(timeline(all))
    }),
    { numRuns: 500 },
  )
  expect(recalls).toBeGreaterThan(100)
})

test('[DO71] the state that was given is not changed, and stays the same one when nothing changed', () => {
  const before = foldRow(foldRow(emptyTimeline, said(1)), said(3))
  const copy = structuredClone(before)
  foldRow(before, said(2))
  foldRow(before, recalled(4, 1))
  foldRow(before, erased(said(3)))
  expect(before).toEqual(copy)
  expect(foldRow(before, said(1))).toBe(before)
  const after = foldRow(before, recalled(4, 1))
  expect(foldRow(after, recalled(4, 1))).toBe(after)
  expect(foldRow(after, recalled(5, 1))).toBe(after)
  expect(after.messages[1]).toBe(before.messages[1])
})
