/**
 * One document of a conversation, loaded for those who read it with stock Yjs tools.
 *
 * Only what the relay has stored is ever applied here: bytes it has checked or written itself. Rule RE115.
 */
import * as Y from 'yjs'
import { maxUpdatesPerTransaction } from './y-limits.ts'

export interface YDocument {
  /** In sequence; applied in transactions of at most 200. What is known already does nothing. */
  readonly apply: (updates: readonly Uint8Array[]) => void
  /** What somebody with this state vector lacks; deletions whole, as Yjs always sends them. */
  readonly since: (vector: Uint8Array) => Uint8Array
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
    dispose: () => {
      doc.destroy()
    },
  }
}
