/** The one form of conditions that say the same in other words or another order. Rule DO175. */
import type { JsonValue } from '../entry/entry.ts'
import { byCodeUnit } from '../ids.ts'
import type { Condition } from './query.ts'

/** Of a tree that has been read: as deep as that at most. */
export function canonical(condition: Condition): Condition {
  if ('of' in condition) return canonicalOf(condition.op, condition.of)
  if ('values' in condition) return { ...condition, values: distinct(condition.values.map(sorted)) }
  if (condition.op === 'equalTo' || condition.op === 'notEqualTo')
    return { ...condition, value: sorted(condition.value) }
  return condition
}

function canonicalOf(op: 'and' | 'or', given: readonly Condition[]): Condition {
  const inner = given.map(canonical).flatMap((one) => (one.op === op ? one.of : [one]))
  const of = distinct(inner)
  return of.length === 1 && of[0] !== undefined ? of[0] : { op, of }
}

function distinct<One>(all: readonly One[]): readonly One[] {
  const byText = new Map(all.map((one) => [JSON.stringify(one), one] as const))
  return [...byText].toSorted(([a], [b]) => byCodeUnit(a, b)).map(([, one]) => one)
}

/** Keys in one order: which one they had says nothing. */
function sorted(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(sorted)
  const entries = Object.entries(value).toSorted(([a], [b]) => byCodeUnit(a, b))
  return Object.fromEntries(entries.map(([key, inner]: readonly [string, JsonValue]) => [key, sorted(inner)]))
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
