/**
 * The device's store as the engine uses it: what the relay can send again may wait in memory while the store fails,
 * what exists nowhere else may not. Rules CL20 and CL21.
 *
 * A relaxed batch that fails is kept and laid over every read until the store takes it; nothing claims to be saved. While
 * one waits, later ones join it without a try of their own: a strict batch takes them all along, before itself, so that
 * the store never holds a later state without the earlier one. A strict batch that fails is the caller's to report.
 */
import { StorageError } from '@parley/storage'
import type { OpenStore, Read, Row } from '@parley/storage'
import { createOverlay, unlimited } from './overlay.ts'
import type { Changes, Overlay } from './overlay.ts'

export interface Disk {
  read(reads: readonly Read[]): Promise<readonly (readonly Row[])[]>
  /** Rejects with the `StorageError` when the store refused; then nothing of it stands. */
  commitStrict(changes: Changes): Promise<void>
  /** Answers why the changes stand in memory only, when they do. Rejects only when this owner has lost the store. */
  commitRelaxed(changes: Changes): Promise<StorageError | undefined>
  /** Something stands in memory only. */
  readonly degraded: boolean
}

export function createDisk(store: OpenStore): Disk {
  let waiting: { readonly overlay: Overlay; readonly reason: StorageError } | undefined
  return {
    get degraded() {
      return waiting !== undefined
    },
    async read(reads) {
      if (waiting === undefined) return store.read(reads)
      const { overlay } = waiting
      const found = await store.read(reads.map(unlimited))
      return reads.map((read, index) => overlay.lay(read, found[index] ?? []))
    },
    async commitStrict(changes) {
      if (waiting === undefined) {
        await store.commit({ ...changes, durability: 'strict' })
        return
      }
      const all = createOverlay(waiting.overlay.changes)
      all.add(changes)
      await store.commit({ ...all.changes, durability: 'strict' })
      waiting = undefined
    },
    async commitRelaxed(changes) {
      if (waiting !== undefined) {
        waiting.overlay.add(changes)
        return waiting.reason
      }
      try {
        await store.commit({ ...changes, durability: 'relaxed' })
      } catch (error) {
        if (!(error instanceof StorageError) || isLost(error)) throw error
        waiting = { overlay: createOverlay(changes), reason: error }
      }
      return waiting?.reason
    },
  }
}

/** The store belongs to somebody else now, or is gone: there is nothing to go on with. */
export function isLost(error: unknown): boolean {
  return (
    error instanceof StorageError &&
    (error.kind === 'stale-epoch' || error.kind === 'closed' || error.kind === 'newer')
  )
}
