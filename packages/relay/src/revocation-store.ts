/** Whose tokens are taken no more: a part of the store's port. */
import type { DeviceId, UserId } from '@parley/document'

export interface RevocationRecord {
  readonly user: UserId
  /** '' for every device of his. */
  readonly device: DeviceId | ''
  /** Tokens made up to then, in milliseconds. */
  readonly at: number
}

export interface RevocationStore {
  /** Those of a user, one for each device and one for all of them, in no particular order. */
  revocations(user: UserId): Promise<readonly RevocationRecord[]>
  /**
   * On the disk when it resolves. Of the same user and device the later one stays; those of everybody from before
   * `keptFrom` are dropped.
   */
  revoke(record: RevocationRecord, keptFrom: number): Promise<void>
}
