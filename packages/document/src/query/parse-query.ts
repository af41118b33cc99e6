/**
 * A query from outside, an app or the wire: bounded, and in the one form that others of the same meaning become too.
 * Rules DO170 to DO175.
 */
import { writeAny } from '../entry/any.ts'
import type { JsonValue } from '../entry/entry.ts'
import { isFields, isForbiddenKey, isJson, wellFormed } from '../entry/json.ts'
import { bad, orFault, readFlag, readList, readRecord, tooLarge } from '../fields.ts'
import { maxDepth } from '../limits.ts'
import { canonical } from './canonical.ts'
import {
  type Comparison,
  type Condition,
  defaultQueryLimit,
  maxQueryBytes,
  maxQueryConditions,
  maxQueryDepth,
  maxQueryExpressions,
  maxQueryFieldLength,
  maxQueryLimit,
  maxQueryOrders,
  maxQueryPatternLength,
  maxQuerySkip,
  maxQueryValues,
  type Query,
  type QueryFault,
  type QueryOrder,
  queryFields,
} from './query.ts'

export type ParsedQuery = { readonly ok: true; readonly query: Query } | QueryFault

/** What is left out: everything, the default order, the first ten. */
export function parseQuery(value: unknown): ParsedQuery {
  const parsed = orFault(() => ({ ok: true as const, query: queryOf(value) }))
  return parsed.ok ? parsed : { ok: false, code: 'bad-query', detail: parsed.detail }
}

interface Given {
  readonly where?: Condition
  readonly order?: readonly QueryOrder[]
  readonly limit?: number
  readonly skip?: number
}

function queryOf(value: unknown): Query {
  const given = readRecord<Given>(value, {
    'where?': readTree,
    'order?': (list) => readList(list, 'order', maxQueryOrders).map(readOrder),
    'limit?': (number) => readNumber(number, 'limit', 1, maxQueryLimit),
    'skip?': (number) => readNumber(number, 'skip', 0, maxQuerySkip),
  })
  const { order = [], limit = defaultQueryLimit, skip = 0 } = given
  const where = canonical(given.where ?? { op: 'and', of: [] })
  if (writeAny(toJson(where)).length > maxQueryBytes)
    tooLarge(`the conditions take more than ${maxQueryBytes} bytes`)
  const again = order.find(({ field }, at) => order.findIndex((other) => other.field === field) < at)
  if (again !== undefined) bad(`${again.field} stands twice in the order`)
  return { where, order, limit, skip }
}

/** A tree is plain as it is: the compiler does not see that of an interface of its own. */
export function toJson(condition: Condition): JsonValue {
  return 'of' in condition ? { op: condition.op, of: condition.of.map(toJson) } : { ...condition }
}

function readOrder(value: unknown): QueryOrder {
  return readRecord<QueryOrder>(value, { field: readField, descending: readFlag })
}

function readNumber(value: unknown, name: string, least: number, most: number): number {
  const isWhole = typeof value === 'number' && Number.isInteger(value) && !Object.is(value, -0)
  return isWhole && value >= least && value <= most
    ? value
    : bad(`${name} is a whole number from ${least} to ${most}`)
}

/** How much of a tree has been read. */
interface Count {
  conditions: number
  expressions: number
}

function readTree(value: unknown): Condition {
  return readCondition(value, maxQueryDepth, { conditions: 0, expressions: 0 })
}

function readCondition(value: unknown, depth: number, count: Count): Condition {
  if (!isFields(value)) return bad('a condition is no object')
  count.conditions += 1
  if (count.conditions > maxQueryConditions) tooLarge(`there are more than ${maxQueryConditions} conditions`)
  const { op } = value
  if (op !== 'and' && op !== 'or') return readLeaf(value, count)
  if (depth === 0) tooLarge(`and and or stand in one another more than ${maxQueryDepth} deep`)
  const { of } = readRecord<{ op: string; of: readonly unknown[] }>(value, {
    op: () => op,
    of: (list) => readList(list, op, maxQueryConditions),
  })
  return { op, of: of.map((one) => readCondition(one, depth - 1, count)) }
}

type Leaf = Readonly<Record<string, unknown>>

function readLeaf(leaf: Leaf, count: Count): Condition {
  const { op } = leaf
  switch (op) {
    case 'equalTo':
    case 'notEqualTo':
      return { op, field: only(leaf, 'value'), value: readValue(leaf['value'], leaf['field']) }
    case 'greaterThan':
    case 'greaterThanOrEqualTo':
    case 'lessThan':
    case 'lessThanOrEqualTo':
      return readComparison(op, leaf)
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return { op, field: only(leaf, 'text'), text: readText(leaf['text'], op) }
    case 'matches':
      count.expressions += 1
      if (count.expressions > maxQueryExpressions)
        tooLarge(`there are more than ${maxQueryExpressions} expressions`)
      return readMatches(leaf)
    case 'containsAll':
    case 'containedIn':
    case 'notContainedIn':
      return { op, field: only(leaf, 'values'), values: readValues(leaf['values'], op, leaf['field']) }
    case 'sizeEqualTo':
      return {
        op,
        field: only(leaf, 'size'),
        size: readNumber(leaf['size'], 'size', 0, Number.MAX_SAFE_INTEGER),
      }
    case 'exists':
    case 'doesNotExist':
      return { op, field: only(leaf) }
    case 'containsMembers':
    case 'withMembers':
      return readMembers(op, leaf)
    default:
      return bad('a condition has an op that is none that is known')
  }
}

/** The field, of a leaf that says nothing but it and these. */
function only(leaf: Leaf, ...others: readonly string[]): string {
  if (Object.keys(leaf).some((key) => key !== 'op' && key !== 'field' && !others.includes(key)))
    bad('a condition has a key that is unknown')
  return readField(leaf['field'])
}

function readComparison(op: Comparison, leaf: Leaf): Condition {
  const value = readValue(leaf['value'], leaf['field'])
  if (typeof value !== 'number' && typeof value !== 'string')
    return bad(`${op} compares numbers, texts and dates`)
  return { op, field: only(leaf, 'value'), value }
}

function readMatches(leaf: Leaf): Condition {
  const { pattern, flags } = leaf
  if (typeof pattern !== 'string') return bad('a pattern is a text')
  if (pattern.length > maxQueryPatternLength) tooLarge(`a pattern is longer than ${maxQueryPatternLength}`)
  const isKnown = typeof flags === 'string' && /^[imsu]*$/.test(flags) && new Set(flags).size === flags.length
  if (!isKnown) return bad('flags are i, m, s and u, each once')
  const field = only(leaf, 'pattern', 'flags')
  return {
    op: 'matches',
    field,
    pattern: readText(pattern, 'a pattern'),
    flags: flags.split('').toSorted().join(''),
  }
}

/** Two words for what the others say of the members. Exactly these are all of these, and so many. */
function readMembers(op: 'containsMembers' | 'withMembers', leaf: Leaf): Condition {
  if (Object.keys(leaf).some((key) => key !== 'op' && key !== 'members'))
    bad('a condition has a key that is unknown')
  const values = readValues(leaf['members'], op, 'members')
  const all: Condition = { op: 'containsAll', field: 'members', values }
  if (op === 'containsMembers') return all
  return { op: 'and', of: [all, { op: 'sizeEqualTo', field: 'members', size: new Set(values).size }] }
}

function readValues(value: unknown, op: string, field: unknown): readonly JsonValue[] {
  return readList(value, `the list of ${op}`, maxQueryValues).map((one) => readValue(one, field))
}

function readText(value: unknown, op: string): string {
  if (typeof value !== 'string') bad(`${op} takes a text`)
  return wellFormed(value) === value ? value : bad('a text is not well-formed')
}

/** A date is a number of milliseconds, as times of conversations are; to an attribute it is the text that JSON makes of it. */
function readValue(value: unknown, field: unknown): JsonValue {
  if (!(value instanceof Date)) return isPlain(value) ? value : bad('a value is not plain JSON')
  const time = value.getTime()
  if (Number.isNaN(time)) return bad('a date is none')
  return typeof field === 'string' && field.startsWith('attr.') ? value.toISOString() : time
}

/** A hole in a list is nothing that JSON has. */
function isPlain(value: unknown): value is JsonValue {
  return isJson(value, maxDepth) && !hasHoles(value)
}

function hasHoles(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const inner = Object.values<unknown>({ ...value })
  return (Array.isArray(value) && inner.length !== value.length) || inner.some(hasHoles)
}

/** The names in the guide that people know. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['objectId', 'id'],
  ['m', 'members'],
  ['c', 'creator'],
  ['lm', 'lastMessageAt'],
  ['mu', 'muted'],
])

const known: ReadonlySet<string> = new Set(queryFields)

function readField(value: unknown): string {
  if (typeof value !== 'string') return bad('a field is a text')
  if (value.length > maxQueryFieldLength) tooLarge(`a field is longer than ${maxQueryFieldLength}`)
  const field = aliases.get(value) ?? value
  if (known.has(field)) return field
  const path = field.startsWith('attr.') ? field.slice(5).split('.') : []
  if (path.length === 0) bad(`“${shown(field)}” is no field: attributes are called attr.<key>`)
  if (path.length > maxDepth) tooLarge(`a path has more than ${maxDepth} keys`)
  if (path.some((key) => key === '' || isForbiddenKey(key)) || wellFormed(field) !== field)
    bad(`“${shown(field)}” is no path of an attribute`)
  return field
}

function shown(text: string): string {
  return wellFormed(text.slice(0, 60))
}
