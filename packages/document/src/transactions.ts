/**
 * How this package applies and catches Yjs updates. Rule DO32.
 */
import * as Y from 'yjs'

/** Each transaction costs a look over everything it touched, and one over too much is slower than several. */
const maxUpdatesPerTransaction = 200

export function applyAll(doc: Y.Doc, updates: readonly Uint8Array[]): void {
  for (let from = 0; from < updates.length; from += maxUpdatesPerTransaction) {
    const some = updates.slice(from, from + maxUpdatesPerTransaction)
    doc.transact(() => {
      for (const update of some) Y.applyUpdate(doc, update)
    })
  }
}

/** The bytes of one transaction. The listener only keeps them: Yjs goes on wrongly after one that throws. */
export function captured(doc: Y.Doc, write: () => void): Uint8Array {
  let update: Uint8Array | undefined
  const listener = (bytes: Uint8Array): void => {
    update = bytes
  }
  doc.on('update', listener)
  try {
    doc.transact(write)
  } finally {
    doc.off('update', listener)
  }
  if (update === undefined) throw new Error('a transaction that should write wrote nothing')
  return update
}
