/** A person's rows as the log keeps them: a part of the store's port. */
import type { PersonGroup, UserId } from '@parley/document'
import type { PersonCount, PersonKey } from '@parley/document/person'

export interface PersonRecord extends PersonKey {
  /** As encoded by lib0's any; null for a row that is gone, which stays so that devices hear of it. */
  readonly value: Uint8Array | null
  /** What it counts as; '' for a row that is gone. */
  readonly group: PersonGroup
  readonly time: number
  /** Of its last change: where the owner's devices find it. */
  readonly position: number
}

export interface PeopleStore {
  /** Those that exist, in no particular order; rows that are gone are among them. */
  people(keys: readonly PersonKey[]): Promise<readonly PersonRecord[]>
  /** How many rows of each owner are of each group, in the order asked. */
  peopleCounts(wanted: readonly PersonCount[]): Promise<readonly number[]>
  /** An owner's rows above a position, in ascending order of it. */
  peopleSince(owner: UserId, position: number, limit: number): Promise<readonly PersonRecord[]>
}
