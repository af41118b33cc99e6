/** A store that is watched: what it was given, and when it takes it. */
import {
  type Batch,
  type DeviceStore,
  type OpenStore,
  type Read,
  StorageError,
  type StorageErrorKind,
} from '@parley/storage'
import { createMemoryStore } from '@parley/storage/memory'
import { deviceLayout } from '../records.ts'

export interface WatchedStore extends DeviceStore {
  /** What it took, in order. */
  readonly batches: readonly Batch[]
  /** What it was asked for, in order. */
  readonly reads: readonly Read[]
  /** How often it refused. */
  readonly refusals: number
  /** From now on it refuses commits with this; undefined: it takes them again. */
  refuse(kind: StorageErrorKind | undefined): void
  /** From now on it refuses strict commits with this, and takes others. */
  refuseStrict(kind: StorageErrorKind | undefined): void
  /** From now on it refuses reads with this. */
  refuseReads(kind: StorageErrorKind | undefined): void
  /** The same, when it has taken one more commit. */
  failReadsAfterNextCommit(kind: StorageErrorKind): void
  /** Commits wait until the answer is called. */
  hold(): () => void
}

export function watchStore(store: DeviceStore = createMemoryStore(deviceLayout)): WatchedStore {
  const batches: Batch[] = []
  const reads: Read[] = []
  let refusals = 0
  let refusal: StorageErrorKind | undefined
  let strictly: StorageErrorKind | undefined
  let unreadable: StorageErrorKind | undefined
  let unreadableNext: StorageErrorKind | undefined
  let held: Promise<void> | undefined

  function own(opened: OpenStore): OpenStore {
    return {
      epoch: opened.epoch,
      async read(asked) {
        if (unreadable !== undefined) throw new StorageError(unreadable, 'It cannot be read.')
        reads.push(...asked)
        return opened.read(asked)
      },
      async commit(batch) {
        await held
        const why = refusal ?? (batch.durability === 'strict' ? strictly : undefined)
        if (why !== undefined) {
          refusals += 1
          throw new StorageError(why, 'It takes nothing.')
        }
        await opened.commit(batch)
        batches.push(batch)
        unreadable = unreadableNext ?? unreadable
        unreadableNext = undefined
      },
      onLost: (listener) => opened.onLost(listener),
      close: async () => opened.close(),
    }
  }

  return {
    batches,
    reads,
    get refusals() {
      return refusals
    },
    open: async (look) => own(await store.open(look)),
    destroy: async () => store.destroy(),
    refuse(kind) {
      refusal = kind
    },
    refuseStrict(kind) {
      strictly = kind
    },
    refuseReads(kind) {
      unreadable = kind
    },
    failReadsAfterNextCommit(kind) {
      unreadableNext = kind
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return () => {
        held = undefined
        resolve()
      }
    },
  }
}
