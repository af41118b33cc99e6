/**
 * What is asked of conversations: a tree of conditions, an order, a part of what is found. Plain values, so that they travel
 * as they are. Rules DO170 to DO188.
 */
import type { JsonObject, JsonValue } from '../entry/entry.ts'

/** What a conversation says of itself, by the names the tree uses; attributes are `attr.` and a path. */
export const queryFields = [
  'id',
  'kind',
  'name',
  'creator',
  'createdAt',
  'updatedAt',
  'lastMessageAt',
  'members',
  'unique',
  'muted',
] as const

export type QueryField = (typeof queryFields)[number]

/** The rest may not be known to whoever evaluates: then neither is what depends on it. */
export interface ConversationFacts {
  readonly id: string
  readonly kind: string
  readonly name: string | null
  readonly creator: string
  readonly createdAt: number
  readonly updatedAt: number
  /** null where nobody has said anything. */
  readonly lastMessageAt: number | null
  readonly unique: boolean
  /** By whoever asks, for himself. */
  readonly muted: boolean | undefined
  readonly members: readonly string[] | undefined
  readonly attributes: JsonObject | undefined
}

export type Condition =
  | { readonly op: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'equalTo' | 'notEqualTo'; readonly field: string; readonly value: JsonValue }
  | { readonly op: Comparison; readonly field: string; readonly value: number | string }
  | { readonly op: 'contains' | 'startsWith' | 'endsWith'; readonly field: string; readonly text: string }
  | { readonly op: 'matches'; readonly field: string; readonly pattern: string; readonly flags: string }
  | {
      readonly op: 'containsAll' | 'containedIn' | 'notContainedIn'
      readonly field: string
      readonly values: readonly JsonValue[]
    }
  | { readonly op: 'sizeEqualTo'; readonly field: string; readonly size: number }
  | { readonly op: 'exists' | 'doesNotExist'; readonly field: string }

export type Comparison = 'greaterThan' | 'greaterThanOrEqualTo' | 'lessThan' | 'lessThanOrEqualTo'

export interface QueryOrder {
  readonly field: string
  readonly descending: boolean
}

export interface Query {
  readonly where: Condition
  /** None: by the last message, or the making where there is none, newest first. */
  readonly order: readonly QueryOrder[]
  readonly limit: number
  readonly skip: number
}

export interface QueryFault {
  readonly ok: false
  readonly code: 'bad-query'
  readonly detail: string
}

/** An expression of somebody, ready for texts; undefined for a pattern that is none here. */
export type Matcher = (pattern: string, flags: string) => ((text: string) => boolean) | undefined

/** What is found when nobody says how many, and at most. */
export const defaultQueryLimit = 10
export const maxQueryLimit = 100

/** As many conversations as one person has. */
export const maxQuerySkip = 20_000

/** `and` and `or` inside one another. */
export const maxQueryDepth = 8

/** Conditions of one tree, `and` and `or` among them. */
export const maxQueryConditions = 64

/** Expressions of one tree: each is made, and tried on each text. */
export const maxQueryExpressions = 4

/** UTF-16 units of a pattern. */
export const maxQueryPatternLength = 512

/** Values of one list: the ids of a list on a screen. */
export const maxQueryValues = 100

/** UTF-16 units of a field: a path into attributes. */
export const maxQueryFieldLength = 200

export const maxQueryOrders = 4

/** The tree, encoded. */
export const maxQueryBytes: number = 16 * 1024
