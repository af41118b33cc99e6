/** A store whose process dies between two of its calls: what was called then never returns. */
import type { RelayStore } from '../store.ts'
import { wrapStore } from './store-wrapper.ts'

export interface Mortal {
  readonly store: RelayStore
  readonly dead: boolean
  /** Dies at the so-many-th call from now; a commit that is that call reaches the disk, or does not. */
  dieIn(calls: number, commitReachesDisk: boolean): void
}

export function makeMortal(store: RelayStore): Mortal {
  let left = Number.POSITIVE_INFINITY
  let reaches = false
  const died = async (): Promise<never> => new Promise(neverSettled)
  return {
    store: wrapStore(
      store,
      {
        async commit(commit) {
          left -= 1
          if (left > 0 || (left === 0 && reaches)) await store.commit(commit)
          if (left <= 0) await died()
        },
      },
      async (call) => {
        left -= 1
        return left > 0 ? call() : died()
      },
    ),
    get dead() {
      return left <= 0
    },
    dieIn(calls, commitReachesDisk) {
      left = calls
      reaches = commitReachesDisk
    },
  }
}

function neverSettled(): void {
  // A dead process answers nobody.
}
