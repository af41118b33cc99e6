/**
 * What a command of a person comes to, as rows. Rule DO116.
 */
import type { JsonObject } from '../entry/entry.ts'
import { sameJson } from '../entry/json.ts'
import type { Failure } from '../head/head.ts'
import type { UserId } from '../ids.ts'
import type { PersonChange, PersonContext, PersonKind, PersonVerdict } from './person.ts'

/** Owner, kind, key, value. */
export type Written = readonly [UserId, PersonKind, string, JsonObject | null]

/** What is so already is no change; where others' rows are unknown, they are left to who knows them. */
export function written(
  rows: readonly Written[],
  successfulClientIds: readonly UserId[],
  { by, read, othersKnown }: PersonContext,
  failures: readonly Failure[] = [],
): PersonVerdict {
  const changes = rows
    .filter(([owner]) => othersKnown || owner === by)
    .filter(([owner, kind, key, value]) => !sameJson(read(owner, kind, key) ?? null, value))
    .map(([owner, kind, key, value]): PersonChange => ({ owner, kind, key, value }))
  return { accepted: true, changes, outcome: { successfulClientIds, failures } }
}
