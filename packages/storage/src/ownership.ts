/**
 * The life of one ownership, the same in every backend: held until its owner closes it or it is lost, and lost once
 * (ST15 to ST17).
 */
import { StorageError, type StorageErrorKind } from './port.ts'

type State =
  | { readonly kind: 'held' }
  /** Calls are refused already, but what runs is still to finish before anybody is told. */
  | { readonly kind: 'losing'; readonly error: StorageError }
  | { readonly kind: 'lost'; readonly error: StorageError }
  | { readonly kind: 'closed' }

export interface Ownership {
  /** Throws the reason why it is not held any more. */
  readonly assertHeld: () => void
  /** Loses it and tells the listeners. With `running`, they hear when that has settled. Only the first loss counts. */
  readonly lose: (kind: StorageErrorKind, message: string, running?: Promise<unknown>) => void
  readonly close: () => void
  readonly onLost: (listener: (error: StorageError) => void) => void
}

export function createOwnership(): Ownership {
  let state: State = { kind: 'held' }
  const listeners: ((error: StorageError) => void)[] = []

  function tell(error: StorageError): void {
    state = { kind: 'lost', error }
    for (const listener of listeners.splice(0)) listener(error)
  }

  return {
    assertHeld() {
      if (state.kind === 'held') return
      if (state.kind === 'closed')
        throw new StorageError('closed', 'The store was closed. Open it again to go on.')
      // An error of its own for every call, so that its stack leads to the call.
      throw new StorageError(state.error.kind, state.error.message, { cause: state.error })
    },
    lose(kind, message, running) {
      if (state.kind !== 'held') return
      const error = new StorageError(kind, message)
      if (running === undefined) return tell(error)
      state = { kind: 'losing', error }
      running.then(
        () => tell(error),
        () => tell(error),
      )
    },
    close() {
      if (state.kind === 'held') state = { kind: 'closed' }
    },
    onLost(listener) {
      if (state.kind === 'lost') listener(state.error)
      else listeners.push(listener)
    },
  }
}
