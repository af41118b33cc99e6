/**
 * Whose data a store holds that an engine of this process has open. Whoever opens a store owns it from then on, even if it
 * turns out to be somebody else's: so it is looked here first. Rule CL334.
 */
import type { UserId } from '@parley/document'
import type { DeviceStore } from '@parley/storage'
import { ParleyError } from './errors.ts'

export interface StoresInUse {
  /** Throws when it is another user's. */
  check(store: DeviceStore, user: UserId): void
  /** Answers what ends it. */
  use(store: DeviceStore, user: UserId): () => void
}

export function createStoresInUse(): StoresInUse {
  const uses = new WeakMap<DeviceStore, { readonly user: UserId }>()
  return {
    check(store, user) {
      const use = uses.get(store)
      if (use !== undefined && use.user !== user) throw notHis(use.user)
    },
    use(store, user) {
      const use = { user }
      uses.set(store, use)
      return () => {
        // Another engine of the same user may have it by now.
        if (uses.get(store) === use) uses.delete(store)
      }
    },
  }
}

export function notHis(owner: UserId): ParleyError {
  const detail = `This store holds the data of ${owner}: every user has a store of his own.`
  return new ParleyError('bad-argument', detail)
}
