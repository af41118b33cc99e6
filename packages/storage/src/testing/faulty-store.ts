/**
 * A store whose k-th call fails as told, over a store that works: for testing what others make of a failure.
 *
 * A loop over k = 1, 2, 3 … tries every place a run can fail at; the run that leaves its fault in `unused` is the last.
 * A call that fails has not reached the store behind.
 */
import { createOwnership } from '../ownership.ts'
import { type DeviceStore, type OpenStore, StorageError, type StorageErrorKind } from '../port.ts'

export type StoreCall = 'open' | 'destroy' | 'read' | 'commit' | 'close'

export interface Fault {
  /** Which calls are counted; left out, all of them. */
  readonly call?: StoreCall
  /** The first such call is 1. Counted over all owners of the store. */
  readonly nth: number
  readonly kind: StorageErrorKind
}

export interface FaultyStore extends DeviceStore {
  /** The faults whose call has not come. */
  readonly unused: readonly Fault[]
  /** Takes the store from its owner, as a browser does. */
  lose(kind: StorageErrorKind): void
}

/** As a backend: a read or commit that fails so is the end of its owner. The others can be tried again. */
const endings: ReadonlySet<StorageErrorKind> = new Set(['closed', 'stale-epoch', 'newer'])

export function createFaultyStore(store: DeviceStore, plan: readonly Fault[]): FaultyStore {
  const counts = new Map<StoreCall | 'any', number>()
  const unused = [...plan]
  let loseOwner: (kind: StorageErrorKind) => void = () => undefined

  /** The failure of this call, if the plan has one for it. */
  function count(call: StoreCall): StorageError | undefined {
    for (const name of [call, 'any'] as const) counts.set(name, (counts.get(name) ?? 0) + 1)
    const index = unused.findIndex(
      (fault) => counts.get(fault.call ?? 'any') === fault.nth && (fault.call ?? call) === call,
    )
    const [fault] = index === -1 ? [] : unused.splice(index, 1)
    return fault && new StorageError(fault.kind, sentence(fault.kind))
  }

  async function unlessFaulty<T>(call: StoreCall, run: () => Promise<T>): Promise<T> {
    const failure = count(call)
    if (failure !== undefined) throw failure
    return run()
  }

  function own(opened: OpenStore): OpenStore {
    const ownership = createOwnership()
    opened.onLost(({ kind, message }) => ownership.lose(kind, message))
    loseOwner = (kind) => ownership.lose(kind, sentence(kind))

    async function guarded<T>(call: StoreCall, run: () => Promise<T>): Promise<T> {
      ownership.assertHeld()
      const failure = count(call)
      if (failure === undefined) return run()
      if (endings.has(failure.kind)) ownership.lose(failure.kind, failure.message)
      throw failure
    }

    return {
      epoch: opened.epoch,
      read: async (reads) => guarded('read', () => opened.read(reads)),
      commit: async (batch) => guarded('commit', () => opened.commit(batch)),
      onLost: ownership.onLost,
      close: async () => {
        ownership.close()
        await unlessFaulty('close', () => opened.close())
      },
    }
  }

  return {
    unused,
    lose: (kind) => loseOwner(kind),
    open: async (look) => unlessFaulty('open', async () => own(await store.open(look))),
    destroy: async () => unlessFaulty('destroy', () => store.destroy()),
  }
}

function sentence(kind: StorageErrorKind): string {
  return `This store was told to fail (${kind}).`
}
