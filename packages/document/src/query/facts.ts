/** What a conversation has under the name of a field. Rules DO176 and DO177. */
import type { JsonValue } from '../entry/entry.ts'
import { isObject } from '../entry/json.ts'
import type { Head } from '../head/head.ts'
import { byCodeUnit } from '../ids.ts'
import type { ConversationFacts, QueryField } from './query.ts'

/** Members in one order, since a head tells them in any. */
export function withHead(
  facts: ConversationFacts,
  { members, attributes }: Pick<Head, 'members' | 'attributes'>,
): ConversationFacts {
  return {
    ...facts,
    members: [...members.keys()].toSorted(byCodeUnit),
    attributes: Object.fromEntries(attributes),
  }
}

/** Whoever evaluates does not know it. */
export const unknownFact: unique symbol = Symbol('unknown')

/** undefined for what is not there; null counts as that. */
export type Fact = JsonValue | undefined | typeof unknownFact

export function factOf(facts: ConversationFacts, field: string): Fact {
  if (field.startsWith('attr.')) return attributeOf(facts, field.slice(5).split('.'))
  const value = builtIn[builtInField(field)](facts)
  return value === undefined ? unknownFact : (value ?? undefined)
}

const builtIn: { readonly [Field in QueryField]: (facts: ConversationFacts) => JsonValue | undefined } = {
  id: ({ id }) => id,
  kind: ({ kind }) => kind,
  name: ({ name }) => name,
  creator: ({ creator }) => creator,
  createdAt: ({ createdAt }) => createdAt,
  updatedAt: ({ updatedAt }) => updatedAt,
  lastMessageAt: ({ lastMessageAt }) => lastMessageAt,
  members: ({ members }) => members,
  unique: ({ unique }) => unique,
  muted: ({ muted }) => muted,
}

function builtInField(field: string): QueryField {
  if (!isBuiltIn(field)) throw new Error('a field is known once a query has been read')
  return field
}

function isBuiltIn(field: string): field is QueryField {
  return Object.hasOwn(builtIn, field)
}

function attributeOf({ attributes }: ConversationFacts, path: readonly string[]): Fact {
  if (attributes === undefined) return unknownFact
  let found: JsonValue | undefined = attributes
  for (const key of path) {
    found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
  }
  return found ?? undefined
}
