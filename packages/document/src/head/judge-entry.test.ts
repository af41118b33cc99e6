import { expect, test } from 'vitest'
import type { Entry } from '../entry/entry.ts'
import { makeEntryId, parseUserId, type UserId } from '../ids.ts'
import { changeHead } from './change-head.ts'
import { forever, type Head } from './head.ts'
import { type EntryVerdict, judgeEntry, judgeSignal, type Target } from './judge-entry.ts'

const tom = user('Tom')
const ann = user('Ann')
const bob = user('Bob')

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

/** Tom's conversation with these. */
function headOf(members: readonly UserId[]): Head {
  const creation = {
    op: 'created',
    by: tom,
    kind: 'group',
    unique: false,
    name: null,
    attributes: {},
  } as const
  return changeHead(undefined, { ...creation, members }, 0)
}

const id = makeEntryId(1, new Uint8Array(10))
const target = makeEntryId(0, new Uint8Array(10))
const message: Entry = { id, from: ann, sentAt: 0, type: -1 }
const recall: Entry = { id, from: ann, sentAt: 0, op: 'recall', target }

test('[DO60] members write, under their own name alone', () => {
  const head = headOf([ann, bob])
  expect(judgeEntry(head, message, ann, undefined, 0)).toEqual({ accepted: true })
  expect(judgeEntry(head, message, bob, undefined, 0)).toMatchObject({
    accepted: false,
    code: 'author-mismatch',
  })
  expect(judgeEntry(headOf([]), message, ann, undefined, 0)).toMatchObject({
    code: 'not-a-member',
  })
  expect(judgeEntry(headOf([]), recall, ann, { author: ann, type: -1, recalled: false }, 0)).toMatchObject({
    code: 'not-a-member',
  })
})

test('[DO61] the author recalls his message, whatever its type, and as often as he likes', () => {
  const head = headOf([ann, bob])
  for (const type of [-1, 0, 7, -127]) {
    expect(judgeEntry(head, recall, ann, { author: ann, type, recalled: false }, 0)).toEqual({
      accepted: true,
    })
  }
})

test('[DO61] nobody recalls the message of another, or one that does not exist', () => {
  const head = headOf([ann, bob])
  expect(
    judgeEntry(head, { ...recall, from: tom }, tom, { author: ann, type: -1, recalled: false }, 0),
  ).toMatchObject({
    code: 'not-allowed',
  })
  expect(judgeEntry(head, recall, ann, undefined, 0)).toMatchObject({ code: 'target-unknown' })
})

const edit: Entry = { id, from: ann, sentAt: 0, op: 'edit', target, type: -1 }
const reaction: Entry = { id, from: ann, sentAt: 0, op: 'react', target, sign: '+', on: true }
const hers: Target = { author: ann, type: -1, recalled: false }
const kinds: readonly (readonly [string, Entry])[] = [
  ['message', message],
  ['edit', edit],
  ['reaction', reaction],
]

function codeOf(verdict: EntryVerdict): string {
  return verdict.accepted ? 'accepted' : verdict.code
}

test.each([...kinds, ['recall', recall] as const])(
  '[DO60] a %s is written by members under their name',
  (_, entry) => {
    expect(codeOf(judgeEntry(headOf([ann]), entry, ann, hers, 0))).toBe('accepted')
    expect(codeOf(judgeEntry(headOf([]), entry, ann, hers, 0))).toBe('not-a-member')
    expect(codeOf(judgeEntry(headOf([ann]), entry, tom, hers, 0))).toBe('author-mismatch')
  },
)

test('[DO61] what was recalled is recalled again', () => {
  expect(codeOf(judgeEntry(headOf([ann]), recall, ann, { ...hers, recalled: true }, 0))).toBe('accepted')
})

test.each(kinds)('[DO97] who is muted writes no %s until his time is over', (_, entry) => {
  const head = changeHead(headOf([ann]), { op: 'muted', by: tom, members: [ann], until: 100 }, 1)
  expect(codeOf(judgeEntry(head, entry, ann, hers, 99))).toBe('muted')
  expect(codeOf(judgeEntry(head, entry, ann, hers, 100))).toBe('accepted')
})

test('[DO97] who is muted takes back what he said', () => {
  const head = changeHead(headOf([ann]), { op: 'muted', by: tom, members: [ann], until: forever }, 1)
  expect(codeOf(judgeEntry(head, recall, ann, hers, 99))).toBe('accepted')
})

test('[DO98] the policy says who writes messages, edits and reactions', () => {
  const bobs = { ...message, from: bob }
  const toms = { ...message, from: tom }
  for (const [speak, member, manager] of [
    ['members', 'accepted', 'accepted'],
    ['managers', 'not-allowed', 'accepted'],
    ['owner', 'not-allowed', 'not-allowed'],
  ] as const) {
    const promoted = changeHead(
      headOf([ann, bob]),
      { op: 'role', by: tom, members: [bob], role: 'manager' },
      1,
    )
    const head = changeHead(promoted, { op: 'updated', by: tom, policy: { speak } }, 2)
    expect(codeOf(judgeEntry(head, message, ann, undefined, 3))).toBe(member)
    expect(codeOf(judgeEntry(head, reaction, ann, hers, 3))).toBe(member)
    expect(codeOf(judgeEntry(head, bobs, bob, undefined, 3))).toBe(manager)
    expect(codeOf(judgeEntry(head, toms, tom, undefined, 3))).toBe('accepted')
    expect(codeOf(judgeEntry(head, edit, ann, hers, 3))).toBe(member)
    expect(codeOf(judgeEntry(head, recall, ann, hers, 3))).toBe('accepted')
  }
})

test('[DO140] who may not speak is not heard either', () => {
  const head = headOf([ann, bob])
  expect(codeOf(judgeSignal(head, ann, 0))).toBe('accepted')
  expect(codeOf(judgeSignal(headOf([bob]), ann, 0))).toBe('not-a-member')
  const quiet = changeHead(head, { op: 'muted', by: tom, members: [ann], until: 100 }, 1)
  expect(codeOf(judgeSignal(quiet, ann, 99))).toBe('muted')
  expect(codeOf(judgeSignal(quiet, ann, 100))).toBe('accepted')
  const strict = changeHead(head, { op: 'updated', by: tom, policy: { speak: 'managers' } }, 1)
  expect(codeOf(judgeSignal(strict, ann, 2))).toBe('not-allowed')
  expect(codeOf(judgeSignal(strict, tom, 2))).toBe('accepted')
})

test('[DO99] a message is edited by its author alone', () => {
  const head = headOf([ann, bob])
  expect(codeOf(judgeEntry(head, edit, ann, { ...hers, author: bob }, 0))).toBe('not-allowed')
  expect(codeOf(judgeEntry(head, { ...edit, from: tom }, tom, hers, 0))).toBe('not-allowed')
})

test('[DO99] any member reacts to any message', () => {
  expect(codeOf(judgeEntry(headOf([ann]), reaction, ann, { ...hers, author: bob }, 0))).toBe('accepted')
})

test.each(kinds.slice(1))('[DO99] a %s of what does not exist, or was taken back, is refused', (_, entry) => {
  const head = headOf([ann, bob])
  expect(codeOf(judgeEntry(head, entry, ann, undefined, 0))).toBe('target-unknown')
  expect(codeOf(judgeEntry(head, entry, ann, { ...hers, recalled: true }, 0))).toBe('target-recalled')
})
