/** A person's rows within a turn: what was loaded of them, and what the turn makes of it. */
import {
  type JsonObject,
  type PersonChange,
  type PersonGroup,
  type PersonKind,
  type UserId,
  writeAny,
} from '@parley/document'
import { personGroup, type PersonCount, type PersonKey } from '@parley/document/person'
import { createOverlay, type Overlay } from './overlay.ts'
import type { PersonRecord } from './people-store.ts'
import { readStoredObject } from './stored-any.ts'

export interface LoadedPeople {
  readonly rows: ReadonlyMap<string, PersonRecord>
  readonly counts: ReadonlyMap<string, number>
}

export interface PeopleDraft {
  readonly rows: Overlay<string, PersonRecord>
  readonly counts: Map<string, number>
}

// No id contains a slash.
export const personKey = ({ owner, kind, key }: PersonKey): string => `${owner}/${kind}/${key}`
export const countKey = ({ owner, group }: PersonCount): string => `${owner}/${group}`

export function createPeopleDraft(loaded: LoadedPeople): PeopleDraft {
  return { rows: createOverlay(loaded.rows), counts: new Map(loaded.counts) }
}

/** undefined where there is no row, or one that is gone. */
export function readPerson(
  { rows }: PeopleDraft,
  owner: UserId,
  kind: PersonKind,
  key: string,
): JsonObject | undefined {
  const value = rows.get(personKey({ owner, kind, key }))?.value ?? null
  return value === null ? undefined : readStoredObject(value)
}

export function hasPerson({ rows }: PeopleDraft, owner: UserId, kind: PersonKind, key: string): boolean {
  return (rows.get(personKey({ owner, kind, key }))?.value ?? null) !== null
}

export function countPeople({ counts }: PeopleDraft, owner: UserId, group: PersonGroup): number {
  const count = counts.get(countKey({ owner, group }))
  if (count === undefined) throw new Error(`rows of ${group} were to be counted, and have not been`)
  return count
}

export function putPerson(
  { rows, counts }: PeopleDraft,
  { owner, kind, key, value }: PersonChange,
  now: number,
  position: number,
): void {
  const group = personGroup(kind, value)
  const before = rows.get(personKey({ owner, kind, key }))
  // The time of a row only grows, whatever the clock does: by it a device knows the newer of two.
  const time = Math.max(now, (before?.time ?? -1) + 1)
  countRow(counts, { owner, group: before?.group ?? '' }, -1)
  countRow(counts, { owner, group }, 1)
  const encoded = value === null ? null : writeAny(value)
  rows.set(personKey({ owner, kind, key }), { owner, kind, key, value: encoded, group, time, position })
}

/** What nobody has asked for in this turn is not kept count of. */
function countRow(counts: Map<string, number>, wanted: PersonCount, by: 1 | -1): void {
  const counted = counts.get(countKey(wanted))
  if (counted !== undefined) counts.set(countKey(wanted), counted + by)
}
