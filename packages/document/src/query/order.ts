/** The order of what was found. Rules DO186 and DO187. */
import type { JsonValue } from '../entry/entry.ts'
import { byCodeUnit } from '../ids.ts'
import { type Fact, factOf, unknownFact } from './facts.ts'
import type { Condition, ConversationFacts, Query, QueryOrder } from './query.ts'

/** What decides the place of a conversation: kept instead of all that is known of it. */
export interface Ranked {
  readonly id: string
  readonly keys: readonly Fact[]
}

export function rankOf(facts: ConversationFacts, order: readonly QueryOrder[]): Ranked {
  const { id, lastMessageAt, createdAt } = facts
  return {
    id,
    keys: order.length === 0 ? [lastMessageAt ?? createdAt] : order.map(({ field }) => factOf(facts, field)),
  }
}

const usual: readonly QueryOrder[] = [{ field: 'lastMessageAt', descending: true }]

/** Where all else is equal, by id: an order in which nothing stands at the same place is the same everywhere. */
export function compareRanks(order: readonly QueryOrder[], a: Ranked, b: Ranked): number {
  for (const [at, { descending }] of (order.length === 0 ? usual : order).entries()) {
    const difference = compareFacts(a.keys[at], b.keys[at])
    if (difference !== 0) return descending ? -difference : difference
  }
  return byCodeUnit(a.id, b.id)
}

/** By their kind first: what is missing, no and yes, numbers, texts, and all else, which is one. */
function compareFacts(a: Fact, b: Fact): number {
  const [kind, other] = [kindOf(a), kindOf(b)]
  if (kind !== other) return kind - other
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  return typeof a === 'string' && typeof b === 'string' ? byCodeUnit(a, b) : 0
}

function kindOf(fact: Fact): number {
  if (fact === undefined || fact === unknownFact || fact === null) return 0
  const place = ['boolean', 'number', 'string'].indexOf(typeof fact)
  return place === -1 ? 4 : place + 1
}

/** Whether the places of conversations hang on something that is not known. */
export function isRankKnown({ keys }: Ranked): boolean {
  return !keys.includes(unknownFact)
}

/** The fields that a query looks at. */
export function fieldsOf({ where, order }: Pick<Query, 'where' | 'order'>): ReadonlySet<string> {
  const fields = new Set(
    order.length === 0 ? ['lastMessageAt', 'createdAt'] : order.map(({ field }) => field),
  )
  const follow = (condition: Condition): void => {
    if ('of' in condition) for (const one of condition.of) follow(one)
    else fields.add(condition.field)
  }
  follow(where)
  return fields
}

/**
 * Values of which a conversation has one under this field, or is none that is asked for; undefined where conditions do not say.
 * `equalTo` and `containedIn` say it, alone or as a part of an `and`.
 */
export function valuesOf(where: Condition, field: string): readonly JsonValue[] | undefined {
  if (where.op === 'and')
    return where.of.map((one) => valuesOf(one, field)).find((values) => values !== undefined)
  if (where.op === 'equalTo' && where.field === field) return [where.value]
  if (where.op === 'containedIn' && where.field === field) return where.values
  return undefined
}

/** Who is a member of every conversation that is asked for, as far as the conditions say it. */
export function membersOf(where: Condition): readonly string[] {
  const found = new Set<string>()
  const follow = (condition: Condition): void => {
    if (condition.op === 'and') for (const one of condition.of) follow(one)
    else if ('field' in condition && condition.field === 'members')
      for (const value of namedBy(condition)) if (typeof value === 'string') found.add(value)
  }
  follow(where)
  return [...found].toSorted(byCodeUnit)
}

function namedBy(condition: Condition): readonly JsonValue[] {
  if (condition.op === 'equalTo') return [condition.value]
  if (condition.op === 'containsAll') return condition.values
  return condition.op === 'containedIn' && condition.values.length === 1 ? condition.values : []
}
