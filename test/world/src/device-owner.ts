/**
 * One owner of a simulated device's store, as the storage port describes him: his calls are served one after the other,
 * and he learns that he has lost the store when he writes, or when it is taken from him.
 */
import {
  type Batch,
  type OpenStore,
  type Read,
  type Row,
  StorageError,
  type StorageErrorKind,
} from '@parley/storage'
import type { Power } from './power.ts'

/** A commit that has been asked for and has not landed. */
export interface Flight {
  readonly owner: Owner
  readonly batch: Batch
}

export interface Owner {
  readonly power: Power
  readonly epoch: number
  readonly store: OpenStore
  /** Why nothing of his is served any more. */
  readonly gone: () => StorageErrorKind | null
  /** Taken from him: he is told, once. */
  readonly lose: (kind: StorageErrorKind) => void
}

/** What an owner needs of his disk. */
export interface Counter {
  /** In the order of the calls: the work is done, then the process hears of it. */
  readonly serve: <T>(power: Power, work: () => T) => Promise<T>
  readonly read: (reads: readonly Read[]) => readonly (readonly Row[])[]
  readonly launch: (owner: Owner, batch: Batch) => Flight
  /** Throws what the disk has against it. */
  readonly land: (flight: Flight) => void
  readonly later: (power: Power, run: () => void) => void
  readonly leave: (owner: Owner) => void
}

export function createOwner(disk: Counter, power: Power, epoch: number): Owner {
  let gone: StorageErrorKind | null = null
  let closed = false
  let told: StorageError | null = null
  const listeners: ((error: StorageError) => void)[] = []

  const refuseEnded = (): void => {
    if (gone !== null) throw storageError(gone)
  }
  const call = <T>(work: () => T): Promise<T> =>
    closed
      ? Promise.reject(storageError('closed'))
      : disk.serve(power, () => {
          refuseEnded()
          return work()
        })

  const owner: Owner = {
    power,
    epoch,
    gone: () => gone,
    lose(kind) {
      if (gone !== null || closed) return
      gone = kind
      const error = storageError(kind)
      told = error
      disk.later(power, () => {
        for (const listener of listeners.splice(0)) listener(error)
      })
    },
    store: {
      epoch,
      read: (reads) => call(() => disk.read(reads)),
      commit(batch) {
        if (closed) return Promise.reject(storageError('closed'))
        const flight = disk.launch(owner, batch)
        return call(() => {
          disk.land(flight)
        })
      },
      onLost(listener) {
        const error = told
        if (error === null) listeners.push(listener)
        else
          disk.later(power, () => {
            listener(error)
          })
      },
      async close() {
        if (closed) return
        const done = disk.serve(power, () => {
          disk.leave(owner)
        })
        closed = true
        await done
      },
    },
  }
  return owner
}

const sentences: Readonly<Partial<Record<StorageErrorKind, string>>> = {
  quota: 'The simulated disk is full.',
  closed: 'The simulated store is closed.',
  'stale-epoch': 'Another owner has opened the simulated store.',
  unavailable: 'The simulated store cannot be opened just now.',
}

export function storageError(kind: StorageErrorKind): StorageError {
  return new StorageError(kind, sentences[kind] ?? 'The simulated store has failed.')
}
