/** What users take up, in memory. */
import type { UserId } from '@parley/document'
import { noUsage, sumOfUsage, type UsageRecord, type UsageStore } from './usage-store.ts'

export type MemoryUsage = Map<UserId, UsageRecord>

export function readMemoryUsage(usage: MemoryUsage): UsageStore {
  return {
    async usage(users) {
      return users.map((user) => usage.get(user)).filter((record) => record !== undefined)
    },
  }
}

export function addMemoryUsage(usage: MemoryUsage, record: UsageRecord): void {
  usage.set(record.user, sumOfUsage(usage.get(record.user) ?? noUsage(record.user), record))
}
