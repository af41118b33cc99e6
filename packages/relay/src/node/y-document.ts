/**
 * One document of a conversation, loaded for those who read it with stock Yjs tools.
 *
 * Only what the relay has stored is ever applied here: bytes it has checked or written itself. Rule RE115.
 */
import type { StockDeletion } from '@parley/document'
import * as Y from 'yjs'
import { maxUpdatesPerTransaction } from './y-limits.ts'

export interface YDocument {
  /** In sequence; applied in transactions of at most 200. What is known already does nothing. */
  readonly apply: (updates: readonly Uint8Array[]) => void
  /** What somebody with this state vector lacks; deletions whole, as Yjs always sends them. */
  readonly since: (vector: Uint8Array) => Uint8Array
  readonly vector: () => Uint8Array
  /** The first clock of this client that is not there. */
  readonly clockOf: (client: number) => number
  /** Whether all of it is there, and deleted. */
  readonly isDeleted: (range: StockDeletion) => boolean
  readonly dispose: () => void
}

export function createYDocument(): YDocument {
  const doc = new Y.Doc()
  return {
    apply(updates) {
      for (let from = 0; from < updates.length; from += maxUpdatesPerTransaction) {
        doc.transact(() => {
          for (const update of updates.slice(from, from + maxUpdatesPerTransaction))
            Y.applyUpdate(doc, update)
        })
      }
    },
    since: (vector) => Y.encodeStateAsUpdate(doc, vector),
    vector: () => Y.encodeStateVector(doc),
    clockOf: (client) => Y.getState(doc.store, client),
    isDeleted({ client, clock, length }) {
      const structs = doc.store.clients.get(client)
      const end = clock + length
      if (structs === undefined || end > Y.getState(doc.store, client)) return false
      for (let at = Y.findIndexSS(structs, clock); at < structs.length; at += 1) {
        const struct = structs[at]
        if (struct === undefined || struct.id.clock >= end) break
        if (!struct.deleted) return false
      }
      return true
    },
    dispose: () => {
      doc.destroy()
    },
  }
}
