/** A store that says it has committed when it has only begun, and peers from whom half of that is kept until it has. */
import { decodeRelayFrame, type RelayFrame } from '@parley/wire'
import type { Peer } from '../ports.ts'
import type { RelayStore } from '../store.ts'
import { wrapStore } from './store-wrapper.ts'

export interface Hasty {
  readonly store: RelayStore
  /** Resolves when everything that was said to be committed is. Never rejects. */
  committed(): Promise<void>
  readonly busy: boolean
}

export function createHasty(store: RelayStore): Hasty {
  let position = store.position
  let open = 0
  let last: Promise<void> = Promise.resolve()
  const hasty = wrapStore(
    store,
    {
      async commit(commit) {
        position = commit.position
        open += 1
        last = last
          .then(async () => store.commit(commit))
          .catch(() => undefined) // that is the bug: nobody waits to hear of it
          .then(() => {
            open -= 1
          })
      },
    },
    async (call) => {
      await last
      return call()
    },
    () => position,
  )
  return {
    store: hasty,
    committed: async () => last,
    get busy() {
      return open > 0
    },
  }
}

const kept: Readonly<Record<'answers' | 'fan-out', (frame: RelayFrame) => boolean>> = {
  answers: ({ frame }) => frame === 'answer' || frame === 'command-answer',
  'fan-out': ({ frame }) => frame === 'rows',
}

/** While a commit is under way, frames of this kind wait for it, and those behind a waiting one of the same kind. */
export function holdBack(hasty: Hasty, peer: Peer, kind: 'answers' | 'fan-out'): Peer {
  const held: Uint8Array[] = []
  const flush = (): void => {
    for (const bytes of held.splice(0)) peer.send(bytes)
  }
  return {
    send(bytes) {
      const decoded = decodeRelayFrame(bytes)
      const waits = decoded.ok && kept[kind](decoded.frame) && hasty.busy
      if (!waits && held.length === 0) peer.send(bytes)
      else if (!waits && kind === 'answers' && decoded.ok && decoded.frame.frame === 'rows') peer.send(bytes)
      else {
        held.push(bytes)
        hasty.committed().then(flush, flush)
      }
    },
    buffered: () => peer.buffered(),
    close(code, detail) {
      flush()
      peer.close(code, detail)
    },
  }
}
