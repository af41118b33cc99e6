import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../entry/entry.ts'
import { prepareQuery, type Truth } from './evaluate.ts'
import { parseQuery } from './parse-query.ts'
import type { ConversationFacts, Matcher } from './query.ts'

const lunch: ConversationFacts = {
  id: 'lunch',
  kind: 'group',
  name: 'Lunch today',
  creator: 'Tom',
  createdAt: 1000,
  updatedAt: 2000,
  lastMessageAt: null,
  unique: false,
  muted: false,
  members: ['Tom', 'Mary', 'Eve'],
  attributes: {
    age: 17,
    nothing: null,
    flag: true,
    seat: { row: 3, tags: ['a', 'b'] },
    list: ['red', 'green', 5, null, ['x']],
    empty: [],
    word: '17',
  },
}

const matcher: Matcher = (pattern, flags) => {
  try {
    const expression = new RegExp(pattern, flags)
    return (text) => expression.test(text)
  } catch {
    return undefined
  }
}

function ask(where: unknown, facts: ConversationFacts = lunch): Truth {
  const parsed = parseQuery({ where })
  if (!parsed.ok) throw new Error(parsed.detail)
  const prepared = prepareQuery(parsed.query.where, matcher)
  if (!prepared.ok) throw new Error(prepared.detail)
  return prepared.evaluate(facts)
}

const truth = (isSo: boolean): Truth => (isSo ? 'yes' : 'no')

test.each<[string, JsonValue, boolean]>([
  ['name', 'Lunch today', true],
  ['name', 'lunch today', false],
  ['unique', false, true],
  ['createdAt', 1000, true],
  ['createdAt', '1000', false],
  ['attr.age', 17, true],
  ['attr.age', '17', false],
  ['attr.word', 17, false],
  ['attr.flag', 1, false],
  ['attr.seat', { tags: ['a', 'b'], row: 3 }, true],
  ['attr.seat', { row: 3 }, false],
  ['attr.seat.row', 3, true],
  ['attr.seat.row.more', 3, false],
  ['attr.seat.tags.0', 'a', false],
])('[DO176] [DO178] %s equals %j: %s', (field, value, isSo) => {
  expect(ask({ op: 'equalTo', field, value })).toBe(truth(isSo))
  expect(ask({ op: 'notEqualTo', field, value })).toBe(truth(!isSo))
})

test.each<[string, JsonValue, boolean]>([
  ['members', 'Mary', true],
  ['members', 'Bob', false],
  ['members', ['Tom', 'Mary', 'Eve'], true],
  ['members', ['Tom', 'Mary'], false],
  ['attr.list', 5, true],
  ['attr.list', ['x'], true],
  ['attr.list', 'x', false],
  ['attr.list', null, true],
  ['attr.empty', [], true],
])('[DO179] a list %s equals itself, and what is in it: %j: %s', (field, value, isSo) => {
  expect(ask({ op: 'equalTo', field, value })).toBe(truth(isSo))
  expect(ask({ op: 'containedIn', field, values: [value, 'nobody'] })).toBe(truth(isSo))
  expect(ask({ op: 'notContainedIn', field, values: [value, 'nobody'] })).toBe(truth(!isSo))
})

test.each(['lastMessageAt', 'attr.nothing', 'attr.other', 'attr.age.deeper', 'attr.toString'])(
  '[DO177] %s is missing: it equals null and nothing else, and no other condition but a negation holds of it',
  (field) => {
    expect(ask({ op: 'exists', field })).toBe('no')
    expect(ask({ op: 'doesNotExist', field })).toBe('yes')
    expect(ask({ op: 'equalTo', field, value: null })).toBe('yes')
    expect(ask({ op: 'notEqualTo', field, value: null })).toBe('no')
    expect(ask({ op: 'equalTo', field, value: 0 })).toBe('no')
    expect(ask({ op: 'notEqualTo', field, value: 0 })).toBe('yes')
    expect(ask({ op: 'notContainedIn', field, values: [0] })).toBe('yes')
    expect(ask({ op: 'containedIn', field, values: [null] })).toBe('yes')
    expect(ask({ op: 'containedIn', field, values: [0] })).toBe('no')
    expect(ask({ op: 'containsAll', field, values: [] })).toBe('no')
    expect(ask({ op: 'sizeEqualTo', field, size: 0 })).toBe('no')
    expect(ask({ op: 'lessThan', field, value: 1 })).toBe('no')
    expect(ask({ op: 'greaterThanOrEqualTo', field, value: '' })).toBe('no')
    expect(ask({ op: 'contains', field, text: '' })).toBe('no')
    expect(ask({ op: 'matches', field, pattern: '', flags: '' })).toBe('no')
  },
)

test.each<[string, string, number | string, boolean]>([
  ['greaterThan', 'attr.age', 16, true],
  ['greaterThan', 'attr.age', 17, false],
  ['greaterThanOrEqualTo', 'attr.age', 17, true],
  ['lessThan', 'attr.age', 17, false],
  ['lessThan', 'attr.age', 18, true],
  ['lessThanOrEqualTo', 'attr.age', 17, true],
  ['lessThan', 'attr.word', 18, false],
  ['greaterThan', 'attr.age', '', false],
  ['greaterThan', 'name', 'Lunch', true],
  ['lessThan', 'name', 'Lunch', false],
  ['greaterThan', 'attr.flag', 0, false],
  ['lessThan', 'attr.list', 6, true],
  ['lessThan', 'attr.list', 5, false],
  ['greaterThan', 'attr.seat', 0, false],
])('[DO180] numbers are compared with numbers, texts with texts: %s %s %j: %s', (op, field, value, isSo) => {
  expect(ask({ op, field, value })).toBe(truth(isSo))
})

test.each<[string, string, string, boolean]>([
  ['contains', 'name', 'unch', true],
  ['contains', 'name', 'UNCH', false],
  ['contains', 'attr.age', '1', false],
  ['startsWith', 'name', 'Lunch', true],
  ['startsWith', 'name', 'unch', false],
  ['endsWith', 'name', 'today', true],
  ['endsWith', 'name', 'Lunch', false],
  ['contains', 'attr.list', 'ree', true],
  ['startsWith', 'members', 'Ma', true],
  ['contains', 'attr.list', 'x', false],
  ['contains', 'name', '', true],
])('[DO181] a text, or one in a list: %s %s %j: %s', (op, field, text, isSo) => {
  expect(ask({ op, field, text })).toBe(truth(isSo))
})

test('[DO182] an expression is tried on a text, or on each in a list, by whatever matcher there is', () => {
  expect(ask({ op: 'matches', field: 'name', pattern: '^lunch', flags: 'i' })).toBe('yes')
  expect(ask({ op: 'matches', field: 'name', pattern: '^lunch', flags: '' })).toBe('no')
  expect(ask({ op: 'matches', field: 'members', pattern: '^E', flags: '' })).toBe('yes')
  expect(ask({ op: 'matches', field: 'attr.age', pattern: '17', flags: '' })).toBe('no')
  expect(prepareQuery({ op: 'matches', field: 'name', pattern: '(', flags: '' }, matcher)).toEqual({
    ok: false,
    code: 'bad-query',
    detail: 'a pattern is no regular expression, or one that is not known here',
  })
})

test('[DO183] containsAll wants each of them, sizeEqualTo counts lists only', () => {
  expect(ask({ op: 'containsAll', field: 'm', values: ['Mary', 'Tom'] })).toBe('yes')
  expect(ask({ op: 'containsAll', field: 'm', values: ['Mary', 'Bob'] })).toBe('no')
  expect(ask({ op: 'containsAll', field: 'attr.list', values: [] })).toBe('yes')
  expect(ask({ op: 'containsAll', field: 'attr.age', values: [17] })).toBe('yes')
  expect(ask({ op: 'sizeEqualTo', field: 'm', size: 3 })).toBe('yes')
  expect(ask({ op: 'sizeEqualTo', field: 'm', size: 2 })).toBe('no')
  expect(ask({ op: 'sizeEqualTo', field: 'name', size: 11 })).toBe('no')
  expect(ask({ op: 'sizeEqualTo', field: 'attr.empty', size: 0 })).toBe('yes')
})

test('[DO183] withMembers wants these members and nobody else', () => {
  expect(ask({ op: 'withMembers', members: ['Eve', 'Tom', 'Mary', 'Tom'] })).toBe('yes')
  expect(ask({ op: 'withMembers', members: ['Eve', 'Tom'] })).toBe('no')
  expect(ask({ op: 'containsMembers', members: ['Eve', 'Tom'] })).toBe('yes')
})

test('[DO184] nothing asked for is everything, and one of nothing is nothing', () => {
  expect(ask({ op: 'and', of: [] })).toBe('yes')
  expect(ask({ op: 'or', of: [] })).toBe('no')
})

const someone: ConversationFacts = { ...lunch, members: undefined, attributes: undefined, muted: undefined }
const isGroup = { op: 'equalTo', field: 'kind', value: 'group' }
const isDirect = { op: 'equalTo', field: 'kind', value: 'direct' }
const hasMary = { op: 'equalTo', field: 'm', value: 'Mary' }

test('[DO185] what hangs on something unknown is unknown, and what is decided without it is decided', () => {
  expect(ask(hasMary, someone)).toBe('unknown')
  expect(ask({ op: 'doesNotExist', field: 'attr.a' }, someone)).toBe('unknown')
  expect(ask({ op: 'equalTo', field: 'mu', value: false }, someone)).toBe('unknown')
  expect(ask({ op: 'and', of: [hasMary, isGroup] }, someone)).toBe('unknown')
  expect(ask({ op: 'and', of: [hasMary, isDirect] }, someone)).toBe('no')
  expect(ask({ op: 'or', of: [hasMary, isGroup] }, someone)).toBe('yes')
  expect(ask({ op: 'or', of: [hasMary, isDirect] }, someone)).toBe('unknown')
})

/* ---------------------------------------------------------------- against a naive model */

const values: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue[]>(
  null,
  true,
  0,
  1,
  2,
  '',
  'a',
  'ab',
  [],
  ['a'],
  ['ab', 1],
  { k: 1 },
)
const attributes = fc.dictionary(fc.constantFrom('p', 'q'), values)
const fields = fc.constantFrom('attr.p', 'attr.q', 'attr.p.k', 'attr.r')

type Tree =
  | { readonly op: 'and' | 'or'; readonly of: readonly Tree[] }
  | { readonly op: 'equalTo' | 'notEqualTo'; readonly field: string; readonly value: JsonValue }
  | {
      readonly op: 'containedIn' | 'notContainedIn'
      readonly field: string
      readonly values: readonly JsonValue[]
    }
  | { readonly op: 'exists' | 'doesNotExist'; readonly field: string }
  | {
      readonly op: 'greaterThan' | 'lessThanOrEqualTo'
      readonly field: string
      readonly value: number | string
    }

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({
      op: fc.constantFrom('equalTo' as const, 'notEqualTo' as const),
      field: fields,
      value: values,
    }),
    fc.record({
      op: fc.constantFrom('containedIn' as const, 'notContainedIn' as const),
      field: fields,
      values: fc.array(values, { maxLength: 3 }),
    }),
    fc.record({ op: fc.constantFrom('exists' as const, 'doesNotExist' as const), field: fields }),
    fc.record({
      op: fc.constantFrom('greaterThan' as const, 'lessThanOrEqualTo' as const),
      field: fields,
      value: fc.constantFrom(0, 1, 'a', 'ab'),
    }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('tree'), { maxLength: 3 }),
    }),
  ),
}))

/** All the values that a field stands for: itself, and what is in it. */
function candidates(field: string, given: Readonly<Record<string, JsonValue>>): readonly JsonValue[] {
  const value = field === 'attr.p.k' ? at(given['p'], 'k') : given[field.slice(5)]
  if (value === undefined || value === null) return [null]
  return isList(value) ? [value, ...value] : [value]
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function at(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? new Map(Object.entries(value)).get(key)
    : undefined
}

function naive(where: Tree, given: Readonly<Record<string, JsonValue>>): boolean {
  const among = (field: string, wanted: readonly JsonValue[]): boolean =>
    wanted.some((value) =>
      candidates(field, given).some((one) => JSON.stringify(one) === JSON.stringify(value)),
    )
  switch (where.op) {
    case 'and':
      return where.of.every((one) => naive(one, given))
    case 'or':
      return where.of.some((one) => naive(one, given))
    case 'equalTo':
      return among(where.field, [where.value])
    case 'notEqualTo':
      return !among(where.field, [where.value])
    case 'containedIn':
      return among(where.field, where.values)
    case 'notContainedIn':
      return !among(where.field, where.values)
    case 'exists':
      return candidates(where.field, given)[0] !== null
    case 'doesNotExist':
      return candidates(where.field, given)[0] === null
    case 'greaterThan':
    case 'lessThanOrEqualTo':
      return candidates(where.field, given).some((one) => {
        if (one === null || typeof one !== typeof where.value) return false
        return where.op === 'greaterThan' ? one > where.value : one <= where.value
      })
  }
}

test('[DO184] and, or and what is negated say what a naive model says, in any nesting', () => {
  fc.assert(
    fc.property(tree, attributes, (where, given) => {
      expect(ask(where, { ...lunch, attributes: given })).toBe(truth(naive(where, given)))
    }),
    { numRuns: 2000 },
  )
})

test('[DO185] what is said without knowing something is said with it too, whatever it is', () => {
  fc.assert(
    fc.property(
      tree,
      attributes,
      fc.constantFrom<'and' | 'or'>('and', 'or'),
      fc.boolean(),
      (where, given, op, holds) => {
        const both = {
          op,
          of: [where, { op: 'equalTo', field: 'name', value: holds ? 'Lunch today' : 'another' }],
        }
        const without = ask(both, { ...lunch, attributes: undefined })
        const within = ask(both, { ...lunch, attributes: given })
        expect(without === 'unknown' ? 'unknown' : within).toBe(without)
      },
    ),
    { numRuns: 2000 },
  )
})
