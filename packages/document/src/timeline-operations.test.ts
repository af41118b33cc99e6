import { expect, test } from 'vitest'
import type { Content, Entry, Message } from './entry/entry.ts'
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

function erased(row: Confirmed): Confirmed {
  return { ...row, entry: null, operation: isOperation(row) }
}

function folded(rows: readonly Confirmed[]): ReturnType<typeof timeline> {
  let state = emptyTimeline
  for (const row of rows) state = foldRow(state, row)
  return state.messages
}

/** Both ways of making it, and folding in both directions. */
function shown(...rows: readonly Confirmed[]): ReturnType<typeof timeline> {
  const whole = timeline(rows)
  expect(folded(rows)).toEqual(whole)
  expect(folded(rows.toReversed())).toEqual(whole)
  return whole
}

test('[DO100] an edit replaces the whole content, and says when the relay took it', () => {
  const first = {
    ...said(1),
    entry: { ...messageOf(said(1)), body: { a: 1 }, mentions: [ann], replyTo: idOf(9) },
  }
  const content = { type: 7, body: { b: 2 }, mentions: ['*' as const] }
  expect(shown(first, edited(2, 1, tom, { ...content, text: 'other' }))).toEqual([
    {
      seq: 1,
      time: 1001,
      page: 1,
      id: idOf(1),
      from: tom,
      sentAt: 1,
      text: 'other',
      ...content,
      replyTo: idOf(9),
      editedAt: 1002,
      reactions: [],
      recalled: false,
    },
  ])
  expect(shown(first)).toMatchObject([{ body: { a: 1 }, mentions: [ann], replyTo: idOf(9) }])
  expect(shown(first)[0]).not.toHaveProperty('editedAt')
})

test('[DO100] the newest edit by sequence stands, wherever it comes from', () => {
  expect(shown(said(1), edited(2, 1), { ...edited(5, 1), page: 2 }, edited(3, 1))).toMatchObject([
    { text: 'edit 5', editedAt: 1005 },
  ])
})

test('[DO101] only who wrote a message edits it', () => {
  expect(shown(said(1), edited(2, 1), edited(3, 1, ann))).toMatchObject([{ text: 'edit 2' }])
  expect(shown(said(1), edited(3, 1, ann))[0]).not.toHaveProperty('editedAt')
})

test('[DO102] an erased operation shows nothing, and is no message', () => {
  expect(shown(erased(edited(2, 1)))).toEqual([])
  expect(shown(said(1), erased(edited(2, 1)), edited(3, 1))).toMatchObject([{ text: 'edit 3' }])
  expect(shown(said(1), edited(2, 1), erased(edited(2, 1)))).toEqual(timeline([said(1)]))
  expect(shown(said(1), edited(2, 1), edited(3, 1), erased(edited(3, 1)))).toMatchObject([{ text: 'edit 2' }])
  expect(shown(said(1), reacted(2, 1, ann, '+'), erased(reacted(2, 1, ann, '+')))).toEqual(
    timeline([said(1)]),
  )
})

test('[DO103] of each person and sign the newest reaction counts', () => {
  expect(
    shown(said(1), reacted(2, 1, ann, '+'), reacted(3, 1, ann, '-'), reacted(4, 1, ann, '+', false)),
  ).toMatchObject([{ reactions: [{ sign: '-', users: [ann] }] }])
  expect(shown(said(1), reacted(2, 1, ann, '+', false))).toEqual(timeline([said(1)]))
  expect(shown(said(1), reacted(2, 1, ann, '+', false), reacted(3, 1, ann, '+'))).toMatchObject([
    { reactions: [{ sign: '+', users: [ann] }] },
  ])
})

test('[DO103] signs and people stand in the order of the reactions that count', () => {
  const rows = [
    said(1),
    reacted(2, 1, ann, '+'),
    reacted(3, 1, tom, '-'),
    reacted(4, 1, tom, '+'),
    reacted(5, 1, ann, '+', false),
    reacted(6, 1, ann, '+'),
    reacted(7, 1, ann, '-'),
  ]
  expect(shown(...rows)).toMatchObject([
    {
      reactions: [
        { sign: '-', users: [tom, ann] },
        { sign: '+', users: [tom, ann] },
      ],
    },
  ])
})

test('[DO103] who sets again what is set goes to the end', () => {
  const rows = [reacted(2, 1, ann, '+'), reacted(3, 1, tom, '+'), reacted(4, 1, ann, '+')]
  expect(shown(said(1), ...rows)).toMatchObject([{ reactions: [{ sign: '+', users: [tom, ann] }] }])
})

test('[DO103] reactions of an edited message stay', () => {
  expect(shown(said(1), reacted(2, 1, ann, '+'), edited(3, 1))).toMatchObject([
    { text: 'edit 3', reactions: [{ sign: '+', users: [ann] }] },
  ])
})

test('[DO104] a recall takes edit and reactions with it, whatever comes after', () => {
  const bare = timeline([said(1), recalled(4, 1)])
  expect(shown(said(1), edited(2, 1), reacted(3, 1, ann, '+'), recalled(4, 1))).toEqual(bare)
  expect(shown(said(1), recalled(4, 1), edited(5, 1), reacted(6, 1, ann, '+'))).toEqual(bare)
  const late = timeline([erased(said(1))])
  expect(shown(erased(said(1)), edited(5, 1), reacted(6, 1, ann, '+'))).toEqual(late)
})

function messageOf({ entry }: Confirmed): Message {
  if (entry === null || 'op' in entry) throw new Error('no message')
  return entry
}
