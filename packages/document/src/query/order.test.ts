import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../entry/entry.ts'
import type { Member } from '../head/head.ts'
import { made, parseUserId } from '../ids.ts'
import { withHead } from './facts.ts'
import { compareRanks, fieldsOf, isRankKnown, membersOf, rankOf, valuesOf } from './order.ts'
import { parseQuery } from './parse-query.ts'
import type { Condition, ConversationFacts, QueryOrder } from './query.ts'

function conversation(id: string, more: Partial<ConversationFacts> = {}): ConversationFacts {
  return {
    id,
    kind: 'group',
    name: null,
    creator: 'Tom',
    createdAt: 1000,
    updatedAt: 1000,
    lastMessageAt: null,
    unique: false,
    muted: false,
    members: ['Tom'],
    attributes: {},
    ...more,
  }
}

function ordered(all: readonly ConversationFacts[], order: readonly QueryOrder[]): readonly string[] {
  return all
    .map((facts) => rankOf(facts, order))
    .toSorted((a, b) => compareRanks(order, a, b))
    .map(({ id }) => id)
}

function where(condition: unknown): Condition {
  const parsed = parseQuery({ where: condition })
  if (!parsed.ok) throw new Error(parsed.detail)
  return parsed.query.where
}

const ascending = (field: string): QueryOrder => ({ field, descending: false })
const descending = (field: string): QueryOrder => ({ field, descending: true })
const all = (...conversations: readonly ConversationFacts[]): readonly ConversationFacts[] => conversations

test('[DO186] left out, the order is by the last message or the making, newest first, then by id', () => {
  const given = all(
    conversation('b', { lastMessageAt: 1500 }),
    conversation('a', { lastMessageAt: 1500 }),
    conversation('c', { createdAt: 2000 }),
    conversation('d', { createdAt: 10, lastMessageAt: 20 }),
  )
  expect(ordered(given, [])).toEqual(['c', 'a', 'b', 'd'])
})

test('[DO186] several fields, each up or down, and the id where all is equal', () => {
  const given = all(
    conversation('d', { name: 'x', createdAt: 1 }),
    conversation('c', { name: 'x', createdAt: 2 }),
    conversation('b', { name: 'w', createdAt: 3 }),
    conversation('a', { name: 'x', createdAt: 2 }),
  )
  expect(ordered(given, [ascending('name'), descending('createdAt')])).toEqual(['b', 'a', 'c', 'd'])
  expect(ordered(given, [descending('name')])).toEqual(['a', 'c', 'd', 'b'])
})

test('[DO187] kinds have an order: missing, no, yes, numbers, texts, and the rest, which is one', () => {
  const values: readonly (JsonValue | undefined)[] = [
    [2],
    'b',
    'B',
    10,
    9,
    true,
    false,
    null,
    undefined,
    { a: 1 },
  ]
  const given = values.map((value, at) =>
    conversation(`${at}`, { attributes: value === undefined ? {} : { v: value } }),
  )
  expect(ordered(given, [ascending('attr.v')])).toEqual(['7', '8', '6', '5', '4', '3', '2', '1', '0', '9'])
  expect(ordered(given, [descending('attr.v')])).toEqual(['0', '9', '1', '2', '3', '4', '5', '6', '7', '8'])
})

test('[DO186] the order is the same however they come', () => {
  const some = fc.uniqueArray(
    fc.record({
      id: fc.string({ maxLength: 3 }),
      v: fc.constantFrom<JsonValue[]>(1, 2, 'a', null, [1], true),
    }),
    { selector: ({ id }) => id, maxLength: 8 },
  )
  fc.assert(
    fc.property(some, fc.boolean(), (given, isDescending) => {
      const order = [{ field: 'attr.v', descending: isDescending }]
      const conversations = given.map(({ id, v }) => conversation(id, { attributes: { v } }))
      expect(ordered(conversations.toReversed(), order)).toEqual(ordered(conversations, order))
    }),
  )
})

test('[DO185] a place that hangs on something unknown is known to be unknown', () => {
  const facts = conversation('a', { attributes: undefined })
  expect(isRankKnown(rankOf(facts, [ascending('attr.v')]))).toBe(false)
  expect(isRankKnown(rankOf(facts, [ascending('name')]))).toBe(true)
  expect(isRankKnown(rankOf(facts, []))).toBe(true)
})

test('[DO188] a tree says which fields it looks at', () => {
  const condition = where({
    op: 'or',
    of: [
      { op: 'exists', field: 'lm' },
      {
        op: 'and',
        of: [
          { op: 'exists', field: 'attr.a.b' },
          { op: 'exists', field: 'm' },
        ],
      },
    ],
  })
  expect(fieldsOf({ where: condition, order: [ascending('name')] })).toEqual(
    new Set(['lastMessageAt', 'attr.a.b', 'members', 'name']),
  )
})

const idIs = (value: JsonValue): unknown => ({ op: 'equalTo', field: 'id', value })

test('[DO188] a tree says which values alone may stand in a field, if it does', () => {
  expect(valuesOf(where(idIs('a')), 'id')).toEqual(['a'])
  expect(valuesOf(where({ op: 'containedIn', field: 'id', values: ['b', 'a'] }), 'id')).toEqual(['a', 'b'])
  expect(valuesOf(where({ op: 'and', of: [{ op: 'exists', field: 'name' }, idIs('a')] }), 'id')).toEqual([
    'a',
  ])
  expect(
    valuesOf(where({ op: 'or', of: [{ op: 'exists', field: 'name' }, idIs('a')] }), 'id'),
  ).toBeUndefined()
  expect(valuesOf(where({ op: 'notEqualTo', field: 'id', value: 'a' }), 'id')).toBeUndefined()
  expect(valuesOf(where({ op: 'and', of: [] }), 'id')).toBeUndefined()
})

test('[DO188] a tree says who is a member of all that it wants', () => {
  const mary = { op: 'equalTo', field: 'm', value: 'Mary' }
  expect(membersOf(where({ op: 'and', of: [mary, { op: 'withMembers', members: ['Tom', 'Eve'] }] }))).toEqual(
    ['Eve', 'Mary', 'Tom'],
  )
  expect(membersOf(where({ op: 'containedIn', field: 'm', values: ['Mary'] }))).toEqual(['Mary'])
  expect(membersOf(where({ op: 'containedIn', field: 'm', values: ['Mary', 'Eve'] }))).toEqual([])
  expect(membersOf(where({ op: 'or', of: [mary, { op: 'exists', field: 'name' }] }))).toEqual([])
  expect(membersOf(where({ op: 'notEqualTo', field: 'm', value: 'Mary' }))).toEqual([])
  expect(membersOf(where({ op: 'equalTo', field: 'm', value: 5 }))).toEqual([])
})

test('[DO189] a head says who its members are, in one order, and what its attributes are', () => {
  const member: Member = { role: 'member', joinedAt: 1, invitedBy: null }
  const members = new Map(['b', 'B', 'a'].map((user) => [made(parseUserId(user)), member] as const))
  const facts = withHead(conversation('c'), { members, attributes: new Map([['age', 3]]) })
  expect(facts).toMatchObject({ id: 'c', members: ['B', 'a', 'b'], attributes: { age: 3 } })
})
