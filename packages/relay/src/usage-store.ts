/** What users take up, as the log keeps it: a part of the store's port. */
import type { UserId } from '@parley/document'

/** In a commit: what is added to what stands, less than nothing where something is given back. */
export interface UsageRecord {
  readonly user: UserId
  /** Conversations he has made, for good. */
  readonly created: number
  /** Conversations he is a member of. */
  readonly joined: number
  /** Of the rows he wrote, the outcomes of his commands, and his profile. */
  readonly bytes: number
}

export interface UsageStore {
  /** Of those who take up anything, in no particular order. */
  usage(users: readonly UserId[]): Promise<readonly UsageRecord[]>
}

export function noUsage(user: UserId): UsageRecord {
  return { user, created: 0, joined: 0, bytes: 0 }
}

export function sumOfUsage(a: UsageRecord, b: UsageRecord): UsageRecord {
  return {
    user: a.user,
    created: a.created + b.created,
    joined: a.joined + b.joined,
    bytes: a.bytes + b.bytes,
  }
}
