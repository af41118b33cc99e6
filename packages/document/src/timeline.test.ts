import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Content, Entry } from './entry/entry.ts'
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

function rowOf(seq: number, author: UserId, entry: Entry): Confirmed {
  return { seq, time: 1000 + seq, page: 1, author, id: entry.id, entry, operation: false }
}

function said(seq: number, by: UserId = tom): Confirmed {
  const id = idOf(seq)
  return rowOf(seq, by, { id, from: by, sentAt: seq, type: -1, text: `message ${seq}`, attrs: { seq } })
}

function recalled(seq: number, target: number, by: UserId = tom): Confirmed {
  return rowOf(seq, by, { id: idOf(seq), from: by, sentAt: seq, op: 'recall', target: idOf(target) })
}

function edited(seq: number, target: number, by: UserId = tom, content: Partial<Content> = {}): Confirmed {
  const written = { id: idOf(seq), from: by, sentAt: seq }
  const text = `edit ${seq}`
  return rowOf(seq, by, { ...written, op: 'edit', target: idOf(target), type: -1, text, ...content })
}

function reacted(seq: number, target: number, by: UserId, sign: string, on = true): Confirmed {
  return rowOf(seq, by, { id: idOf(seq), from: by, sentAt: seq, op: 'react', target: idOf(target), sign, on })
}

function isOperation({ entry }: Confirmed): boolean {
  return entry !== null && 'op' in entry
}

function isRecall({ entry }: Confirmed): boolean {
  return entry !== null && 'op' in entry && entry.op === 'recall'
}

function erased(row: Confirmed): Confirmed {
  return { ...row, entry: null, operation: isOperation(row) }
}

function folded(rows: readonly Confirmed[]): ReturnType<typeof timeline> {
  let state = emptyTimeline
  for (const row of rows) state = foldRow(state, row)
  return state.messages
}

/** Rows of one conversation: messages, and what was done to some of them, of which some were recalled before. */
const conversations = fc.array(fc.nat(), { minLength: 1, maxLength: 25 }).map((choices) =>
  choices.map((choice, index): Confirmed => {
    const seq = index + 1
    const target = (choice % (2 * seq)) + 1
    return target < seq ? operationOn(seq, target, Math.floor(choice / (2 * seq))) : said(seq)
  }),
)

function operationOn(seq: number, target: number, choice: number): Confirmed {
  const by = choice % 5 === 0 ? ann : tom
  const which = (choice >> 3) % 8
  if (which < 1) return recalled(seq, target, by)
  if (which < 4) return edited(seq, target, by)
  return reacted(seq, target, by, choice % 2 === 0 ? '+' : '-', which < 7)
}

/** Rows as the relay rewrites them once something was taken back, or edited again. */
function rewritten(rows: readonly Confirmed[]): readonly Confirmed[] {
  const recalls = new Set(rows.flatMap((row) => (isRecall(row) ? [targetOf(row)] : [])))
  return rows.filter((row) => {
    const target = targetOf(row)
    if (target === undefined) return recalls.has(row.id)
    const edit = row.entry !== null && 'op' in row.entry && row.entry.op === 'edit'
    return (
      edit && (recalls.has(target) || rows.some((later) => later.seq > row.seq && targetOf(later) === target))
    )
  })
}

function targetOf({ entry }: Confirmed): EntryId | undefined {
  return entry !== null && 'op' in entry ? entry.target : undefined
}

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
      reactions: [],
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
      reactions: [],
      recalled: true,
      recalledBy: ann,
    },
  ])
})

test('[DO67] a recalled message looks the same to who had its content and to who never did', () => {
  fc.assert(
    fc.property(conversations, (rows) => {
      const gone = new Set(rows.flatMap((row) => (isRecall(row) ? [targetOf(row)] : [])))
      const late = rows.map((row) =>
        gone.has(targetOf(row) ?? row.id) && !isRecall(row) ? erased(row) : row,
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
  const seen = { recalls: 0, edits: 0, reactions: 0, erased: 0 }
  fc.assert(
    fc.property(conversations, orders, fc.array(fc.nat()), (rows, order, again) => {
      const repeated = again.flatMap((which) => rows[which % rows.length] ?? [])
      const gone = rewritten(rows)
        .filter(({ seq }) => (again[seq % (again.length + 1)] ?? 0) % 2 === 1)
        .map(erased)
      const all = shuffled([...rows, ...repeated, ...gone], order)
      const whole = timeline(all)
      expect(folded(all)).toEqual(whole)
      for (const message of whole) {
        if (message.recalled) seen.recalls += 1
        if (message.editedAt !== undefined) seen.edits += 1
        seen.reactions += message.reactions.length
      }
      seen.erased += gone.length
    }),
    { numRuns: 1000 },
  )
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100)
})

test('[DO70] folding agrees whatever rows are erased, and in whichever order the erased and the intact come', () => {
  fc.assert(
    fc.property(conversations, fc.array(fc.nat()), fc.func(fc.integer()), (rows, which, order) => {
      const gone = which.flatMap((one) => rows[one % rows.length] ?? []).map(erased)
      const all = [...rows, ...gone].toSorted((a, b) => order(a.seq, a.entry) - order(b.seq, b.entry))
      expect(folded(all)).toEqual(timeline(all))
    }),
    { numRuns: 500 },
  )
})

test('[DO71] the state that was given is not changed, and what did not change stays the same object', () => {
  const before = [said(1), said(3), edited(6, 1), reacted(7, 3, ann, '+')].reduce(foldRow, emptyTimeline)
  const copy = structuredClone(before)
  const news = [
    said(2),
    recalled(4, 1),
    erased(said(3)),
    erased(edited(6, 1)),
    reacted(8, 3, ann, '+', false),
  ]
  for (const row of news) expect(foldRow(before, row).messages).not.toBe(before.messages)
  expect(before).toEqual(copy)
  for (const row of [said(1), edited(6, 1), reacted(7, 3, ann, '+')])
    expect(foldRow(before, row)).toBe(before)
  const after = foldRow(before, recalled(4, 1))
  expect(foldRow(after, recalled(4, 1))).toBe(after)
  expect(foldRow(after, recalled(5, 1)).messages).toBe(after.messages)
  expect(foldRow(after, edited(9, 1)).messages).toBe(after.messages)
  expect(after.messages[1]).toBe(before.messages[1])
  const late = foldRow(before, erased(said(3)))
  for (const row of [erased(said(3)), said(3)]) expect(foldRow(late, row)).toBe(late)
  const gone = foldRow(before, erased(edited(6, 1)))
  expect(foldRow(gone, erased(edited(6, 1)))).toBe(gone)
  expect(foldRow(gone, edited(6, 1))).toBe(gone)
})
