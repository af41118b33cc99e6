/**
 * Whether a conversation is one that is asked for: the same function on a device and on a relay, so that they cannot answer
 * differently. Rules DO176 to DO185.
 */
import type { JsonValue } from '../entry/entry.ts'
import { sameJson } from '../entry/json.ts'
import { type Fact, factOf, unknownFact } from './facts.ts'
import type { Comparison, Condition, ConversationFacts, Matcher, QueryFault } from './query.ts'

/** `unknown`: it hangs on something that whoever evaluates does not know. */
export type Truth = 'yes' | 'no' | 'unknown'

export type Evaluate = (facts: ConversationFacts) => Truth

export type PreparedQuery = { readonly ok: true; readonly evaluate: Evaluate } | QueryFault

type Test = (fact: JsonValue | undefined) => boolean

/** Of a condition that has been read. Expressions are made once, for all conversations. */
export function prepareQuery(where: Condition, matcher: Matcher): PreparedQuery {
  try {
    return { ok: true, evaluate: evaluateOf(where, matcher) }
  } catch (error) {
    if (error instanceof BadPattern) return { ok: false, code: 'bad-query', detail: error.message }
    throw error
  }
}

class BadPattern extends Error {
  constructor() {
    super('a pattern is no regular expression, or one that is not known here')
    this.name = 'BadPattern'
  }
}

function evaluateOf(where: Condition, matcher: Matcher): Evaluate {
  if ('of' in where) {
    const inner = where.of.map((one) => evaluateOf(one, matcher))
    return where.op === 'and' ? (facts) => all(inner, facts, 'no') : (facts) => all(inner, facts, 'yes')
  }
  const { field } = where
  const test = testOf(where, matcher)
  return (facts) => {
    const fact: Fact = factOf(facts, field)
    if (fact === unknownFact) return 'unknown'
    return test(fact) ? 'yes' : 'no'
  }
}

/** One that is `decisive` decides, and what is not known decides nothing. */
function all(inner: readonly Evaluate[], facts: ConversationFacts, decisive: 'yes' | 'no'): Truth {
  let answer: Truth = decisive === 'yes' ? 'no' : 'yes'
  for (const evaluate of inner) {
    const truth = evaluate(facts)
    if (truth === decisive) return truth
    if (truth === 'unknown') answer = truth
  }
  return answer
}

function testOf(where: Exclude<Condition, { readonly of: unknown }>, matcher: Matcher): Test {
  switch (where.op) {
    case 'equalTo':
      return (fact) => isEqual(fact, where.value)
    case 'notEqualTo':
      return (fact) => !isEqual(fact, where.value)
    case 'greaterThan':
    case 'greaterThanOrEqualTo':
    case 'lessThan':
    case 'lessThanOrEqualTo':
      return (fact) => some(fact, (one) => compares(where.op, one, where.value))
    case 'contains':
      return (fact) => someText(fact, (text) => text.includes(where.text))
    case 'startsWith':
      return (fact) => someText(fact, (text) => text.startsWith(where.text))
    case 'endsWith':
      return (fact) => someText(fact, (text) => text.endsWith(where.text))
    case 'matches':
      return matching(matcher(where.pattern, where.flags))
    case 'containsAll':
      return (fact) =>
        fact !== undefined && where.values.every((value) => some(fact, (one) => sameJson(one, value)))
    case 'containedIn':
      return (fact) => where.values.some((value) => isEqual(fact, value))
    case 'notContainedIn':
      return (fact) => !where.values.some((value) => isEqual(fact, value))
    case 'sizeEqualTo':
      return (fact) => isList(fact) && fact.length === where.size
    case 'exists':
      return (fact) => fact !== undefined
    case 'doesNotExist':
      return (fact) => fact === undefined
  }
}

/** A list is equal to itself, and to each value in it; null to what is not there. */
function isEqual(fact: JsonValue | undefined, value: JsonValue): boolean {
  if (value === null && fact === undefined) return true
  return sameJson(fact, value) || (isList(fact) && fact.some((one) => sameJson(one, value)))
}

function some(fact: JsonValue | undefined, test: (value: JsonValue) => boolean): boolean {
  if (fact === undefined) return false
  return isList(fact) ? fact.some(test) : test(fact)
}

function someText(fact: JsonValue | undefined, test: (text: string) => boolean): boolean {
  return some(fact, (one) => typeof one === 'string' && test(one))
}

/** Numbers with numbers, texts with texts: nothing is made into another. */
function compares(op: Comparison, one: JsonValue, value: number | string): boolean {
  if (typeof one === 'number' && typeof value === 'number') return isOrdered(op, one - value)
  if (typeof one === 'string' && typeof value === 'string')
    return isOrdered(op, one < value ? -1 : one > value ? 1 : 0)
  return false
}

function isOrdered(op: Comparison, difference: number): boolean {
  switch (op) {
    case 'greaterThan':
      return difference > 0
    case 'greaterThanOrEqualTo':
      return difference >= 0
    case 'lessThan':
      return difference < 0
    case 'lessThanOrEqualTo':
      return difference <= 0
  }
}

function matching(test: ((text: string) => boolean) | undefined): Test {
  if (test === undefined) throw new BadPattern()
  return (fact) => someText(fact, test)
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}
