/**
 * What commands and changes have in common. Rules DO63 to DO65 and DO75.
 */
import type { JsonObject, JsonValue } from '../entry/entry.ts'
import {
  bad,
  readChoice,
  readDistinct,
  readFlag,
  readJson,
  readJsonObject,
  readName,
  readText,
  readUser,
  type Shape,
} from '../fields.ts'
import type { ConversationKind, UserId } from '../ids.ts'
import { maxAttributesBytes, maxDepth, maxIconLength, maxMembers } from '../limits.ts'
import type { Policy } from './head.ts'
import { policyOf } from './policy.ts'

export interface Creation {
  readonly kind: ConversationKind
  readonly unique: boolean
  readonly members: readonly UserId[]
  readonly name: string | null
  readonly attributes: JsonObject
  readonly icon?: string
  readonly policy?: Partial<Policy>
}

export const creation: Shape<Creation> = {
  kind: readKind,
  unique: readFlag,
  members: readUsers,
  name: readName,
  attributes: readAttributes,
  'icon?': (value, name) => readText(value, name, maxIconLength),
  'policy?': policyOf,
}

function readKind(value: unknown, name: string): ConversationKind {
  return readChoice(value, name, ['group', 'direct'])
}

/** Nobody twice. */
export function readUsers(value: unknown, name: string): readonly UserId[] {
  return readDistinct(value, name, maxMembers, readUser)
}

export function readRole(value: unknown, name: string): 'manager' | 'member' {
  return readChoice(value, name, ['manager', 'member'])
}

export function readAttributes(value: unknown, name: string): JsonObject {
  return readJsonObject(value, name, maxAttributesBytes, maxDepth)
}

export function readKeys(value: unknown, name: string): readonly string[] {
  const keys = readJson(value, name, maxAttributesBytes, maxDepth)
  return Array.isArray(keys) && keys.every((key: JsonValue) => typeof key === 'string')
    ? keys
    : bad(`${name} is not a list of texts`)
}

/** Of an update: it says something besides what it is and whose. */
export function someOf<T extends object>(update: T, others: number): T {
  return Object.keys(update).length > others ? update : bad('an update says nothing')
}
