/** Revoked tokens in memory. */
import type { DeviceId, UserId } from '@parley/document'
import type { RevocationStore } from './revocation-store.ts'

/** Until when, by user and device. */
export type MemoryRevocations = Map<UserId, Map<DeviceId | '', number>>

export function createMemoryRevocations(held: MemoryRevocations): RevocationStore {
  return {
    async revocations(user) {
      return [...(held.get(user) ?? [])].map(([device, at]) => ({ user, device, at }))
    },
    async revoke({ user, device, at }, keptFrom) {
      const devices = held.get(user) ?? new Map<DeviceId | '', number>()
      held.set(user, devices)
      devices.set(device, Math.max(at, devices.get(device) ?? at))
      for (const [owner, his] of held) {
        for (const [name, until] of his) if (until < keptFrom) his.delete(name)
        if (his.size === 0) held.delete(owner)
      }
    },
  }
}
