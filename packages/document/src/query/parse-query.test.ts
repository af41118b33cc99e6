import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseQuery, toJson } from './parse-query.ts'
import type { Query } from './query.ts'

function read(value: unknown): Query {
  const parsed = parseQuery(value)
  if (!parsed.ok) throw new Error(parsed.detail)
  return parsed.query
}

function refused(value: unknown): string {
  const parsed = parseQuery(value)
  return parsed.ok ? 'taken' : `${parsed.code}: ${parsed.detail}`
}

const where = (condition: unknown): string => refused({ where: condition })

test('[DO170] what is left out is everything, in the usual order, the first ten', () => {
  expect(read({})).toEqual({ where: { op: 'and', of: [] }, order: [], limit: 10, skip: 0 })
  expect(read({ limit: 100, skip: 20_000, order: [{ field: 'name', descending: true }] })).toMatchObject({
    limit: 100,
    skip: 20_000,
    order: [{ field: 'name', descending: true }],
  })
})

test.each([
  [null, 'it is not an object'],
  [[], 'it is not an object'],
  [{ other: 1 }, 'a key is unknown'],
  [{ limit: 0 }, 'limit is a whole number from 1 to 100'],
  [{ limit: 101 }, 'limit is a whole number from 1 to 100'],
  [{ limit: 1.5 }, 'limit is a whole number from 1 to 100'],
  [{ limit: '10' }, 'limit is a whole number from 1 to 100'],
  [{ skip: -1 }, 'skip is a whole number from 0 to 20000'],
  [{ skip: -0 }, 'skip is a whole number from 0 to 20000'],
  [{ skip: 20_001 }, 'skip is a whole number from 0 to 20000'],
  [{ order: [{ field: 'age', descending: true }] }, '“age” is no field: attributes are called attr.<key>'],
  [{ order: [{ field: 'name', descending: 1 }] }, 'descending is neither true nor false'],
  [
    { order: Array.from({ length: 5 }, (_, at) => ({ field: `attr.${at}`, descending: true })) },
    'order has more than 4',
  ],
  [
    { order: ['lm', 'lastMessageAt'].map((field) => ({ field, descending: true })) },
    'lastMessageAt stands twice in the order',
  ],
])('[DO171] %j is a bad query: %s', (value, detail) => {
  expect(refused(value)).toBe(`bad-query: ${detail}`)
})

test.each<[unknown, string]>([
  [3, 'a condition is no object'],
  [{ op: 'nor', of: [] }, 'a condition has an op that is none that is known'],
  [{ op: 'and', of: {} }, 'and is not a list'],
  [{ op: 'and', of: [], field: 'name' }, 'a key is unknown'],
  [{ op: 'exists' }, 'a field is a text'],
  [{ op: 'exists', field: 'name', value: 1 }, 'a condition has a key that is unknown'],
  [{ op: 'exists', field: 'language' }, '“language” is no field: attributes are called attr.<key>'],
  [{ op: 'exists', field: 'attr' }, '“attr” is no field: attributes are called attr.<key>'],
  [{ op: 'exists', field: 'attr.' }, '“attr.” is no path of an attribute'],
  [{ op: 'exists', field: 'attr.a..b' }, '“attr.a..b” is no path of an attribute'],
  [{ op: 'exists', field: 'attr.__proto__.a' }, '“attr.__proto__.a” is no path of an attribute'],
  [{ op: 'exists', field: `attr.${'a'.repeat(196)}` }, 'a field is longer than 200'],
  [{ op: 'exists', field: `attr${'.a'.repeat(17)}` }, 'a path has more than 16 keys'],
  [{ op: 'equalTo', field: 'name' }, 'a value is not plain JSON'],
  [
    { op: 'equalTo', field: 'attr.a', value: [[1, ...Array<number>(0)], Array<number>(2)] },
    'a value is not plain JSON',
  ],
  [{ op: 'containedIn', field: 'm', values: Array<string>(2) }, 'a value is not plain JSON'],
  [{ op: 'and', of: Array<unknown>(2) }, 'a condition is no object'],
  [{ op: 'equalTo', field: 'name', value: Number.NaN }, 'a value is not plain JSON'],
  [{ op: 'equalTo', field: 'attr.a', value: new Date(Number.NaN) }, 'a date is none'],
  [{ op: 'greaterThan', field: 'attr.a', value: true }, 'greaterThan compares numbers, texts and dates'],
  [{ op: 'contains', field: 'name', text: 3 }, 'contains takes a text'],
  [{ op: 'contains', field: 'name', text: '\ud800' }, 'a text is not well-formed'],
  [{ op: 'matches', field: 'name', pattern: /a/, flags: '' }, 'a pattern is a text'],
  [{ op: 'matches', field: 'name', pattern: 'a', flags: 'g' }, 'flags are i, m, s and u, each once'],
  [{ op: 'matches', field: 'name', pattern: 'a', flags: 'ii' }, 'flags are i, m, s and u, each once'],
  [{ op: 'matches', field: 'name', pattern: 'a'.repeat(513), flags: '' }, 'a pattern is longer than 512'],
  [{ op: 'containedIn', field: 'm', values: 'Tom' }, 'the list of containedIn is not a list'],
  [
    { op: 'containedIn', field: 'm', values: Array.from({ length: 101 }, (_, at) => at) },
    'the list of containedIn has more than 100',
  ],
  [{ op: 'sizeEqualTo', field: 'm', size: -1 }, 'size is a whole number from 0 to 9007199254740991'],
  [{ op: 'withMembers', members: ['Tom'], field: 'm' }, 'a condition has a key that is unknown'],
])('[DO171] the condition %j is a bad query: %s', (condition, detail) => {
  expect(where(condition)).toBe(`bad-query: ${detail}`)
})

const leaf = { op: 'exists', field: 'name' }

function nested(depth: number): unknown {
  return depth === 0 ? leaf : { op: depth % 2 === 0 ? 'and' : 'or', of: [nested(depth - 1), leaf] }
}

test('[DO172] conditions stand in one another as deep, and are as many, as is bounded', () => {
  expect(where(nested(8))).toBe('taken')
  expect(where(nested(9))).toBe('bad-query: and and or stand in one another more than 8 deep')
  const many = (count: number): unknown => ({
    op: 'or',
    of: Array.from({ length: 4 }, () => ({ op: 'and', of: Array.from({ length: count }, () => leaf) })),
  })
  expect(where(many(14))).toBe('taken')
  expect(where(many(15))).toBe('bad-query: there are more than 64 conditions')
})

test('[DO172] expressions are few, and all together is bounded in bytes', () => {
  const expressions = (count: number): unknown => ({
    op: 'and',
    of: Array.from({ length: count }, () => ({ op: 'matches', field: 'name', pattern: 'a', flags: '' })),
  })
  expect(where(expressions(4))).toBe('taken')
  expect(where(expressions(5))).toBe('bad-query: there are more than 4 expressions')
  expect(where({ op: 'contains', field: 'name', text: 'a'.repeat(16_000) })).toBe('taken')
  expect(where({ op: 'contains', field: 'name', text: 'a'.repeat(17_000) })).toBe(
    'bad-query: the conditions take more than 16384 bytes',
  )
})

test('[DO172] no nesting overflows the stack', () => {
  let deep: unknown = leaf
  for (let at = 0; at < 100_000; at += 1) deep = { op: 'and', of: [deep] }
  expect(where(deep)).toBe('bad-query: and and or stand in one another more than 8 deep')
  let value: unknown = 1
  for (let at = 0; at < 100_000; at += 1) value = [value]
  expect(where({ op: 'equalTo', field: 'attr.a', value })).toBe('bad-query: a value is not plain JSON')
})

test.each([
  ['objectId', 'id'],
  ['m', 'members'],
  ['c', 'creator'],
  ['lm', 'lastMessageAt'],
  ['mu', 'muted'],
  ['attr.m', 'attr.m'],
])('[DO173] %s is another name of %s', (alias, field) => {
  expect(read({ where: { op: 'exists', field: alias } }).where).toEqual({ op: 'exists', field })
})

test('[DO174] a date is milliseconds to a time, and its text to an attribute', () => {
  const value = new Date(1_700_000_000_000)
  expect(read({ where: { op: 'lessThan', field: 'lm', value } }).where).toMatchObject({
    value: 1_700_000_000_000,
  })
  expect(read({ where: { op: 'lessThan', field: 'attr.due', value } }).where).toMatchObject({
    value: '2023-11-14T22:13:20.000Z',
  })
  expect(read({ where: { op: 'containedIn', field: 'createdAt', values: [value] } }).where).toMatchObject({
    values: [1_700_000_000_000],
  })
})

const a = { op: 'exists', field: 'attr.a' }
const b = { op: 'exists', field: 'attr.b' }
const c = { op: 'exists', field: 'attr.c' }

test.each<[string, unknown, unknown]>([
  ['one alone', { op: 'and', of: [a] }, a],
  ['one twice', { op: 'or', of: [a, a] }, a],
  ['in another order', { op: 'and', of: [b, a] }, { op: 'and', of: [a, b] }],
  [
    'in brackets',
    { op: 'or', of: [a, { op: 'or', of: [b, { op: 'or', of: [c] }] }] },
    { op: 'or', of: [c, b, a] },
  ],
  [
    'values',
    { op: 'containedIn', field: 'm', values: ['b', 'a', 'b'] },
    { op: 'containedIn', field: 'members', values: ['a', 'b'] },
  ],
  [
    'keys',
    { op: 'equalTo', field: 'attr.a', value: { x: 1, y: [{ q: 1, p: 2 }] } },
    { op: 'equalTo', field: 'attr.a', value: { y: [{ p: 2, q: 1 }], x: 1 } },
  ],
  [
    'flags',
    { op: 'matches', field: 'name', pattern: 'a', flags: 'si' },
    { op: 'matches', field: 'name', pattern: 'a', flags: 'is' },
  ],
  [
    'members',
    { op: 'containsMembers', members: ['b', 'a'] },
    { op: 'containsAll', field: 'm', values: ['a', 'b'] },
  ],
  [
    'exactly these members',
    { op: 'withMembers', members: ['b', 'a', 'b'] },
    {
      op: 'and',
      of: [
        { op: 'sizeEqualTo', field: 'm', size: 2 },
        { op: 'containsMembers', members: ['a', 'b'] },
      ],
    },
  ],
])('[DO175] what says the same becomes the same: %s', (_, one, other) => {
  expect(JSON.stringify(read({ where: one }).where)).toBe(JSON.stringify(read({ where: other }).where))
})

test('[DO175] what was read is read as itself, from the wire too', () => {
  const leaves = fc.constantFrom(
    a,
    b,
    { op: 'equalTo', field: 'name', value: { y: 1, x: [null] } },
    {
      op: 'withMembers',
      members: ['Tom', 'Mary'],
    },
  )
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaves,
      fc.record({ op: fc.constantFrom('and', 'or'), of: fc.array(tie('tree'), { maxLength: 2 }) }),
    ),
  }))
  fc.assert(
    fc.property(tree, (given) => {
      const once = read({ where: given }).where
      expect(JSON.stringify(read({ where: toJson(once) }).where)).toBe(JSON.stringify(once))
    }),
  )
})

test('[DO171] whatever it is, it is read or refused, and nothing is thrown', () => {
  const condition = fc.record(
    {
      op: fc.constantFrom(
        'and',
        'equalTo',
        'lessThan',
        'contains',
        'matches',
        'containsAll',
        'sizeEqualTo',
        'exists',
      ),
      field: fc.oneof(fc.constantFrom('name', 'attr.a'), fc.string()),
      value: fc.anything(),
      values: fc.anything(),
      text: fc.anything(),
      pattern: fc.anything(),
      flags: fc.anything(),
      size: fc.anything(),
      of: fc.anything(),
    },
    { requiredKeys: ['op'] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.anything(), condition), (given) => {
      const parsed = parseQuery({ where: given })
      expect(parsed.ok || parsed.code).toBe(parsed.ok || 'bad-query')
    }),
  )
})
