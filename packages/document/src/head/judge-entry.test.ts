import { expect, test } from 'vitest'
import type { Entry } from '../entry/entry.ts'
import { makeEntryId, parseUserId, type UserId } from '../ids.ts'
import { changeHead } from './change-head.ts'
import type { Head } from './head.ts'
import { judgeEntry } from './judge-entry.ts'

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
