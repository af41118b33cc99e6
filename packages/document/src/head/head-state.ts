/**
 * Heads as bytes, for those who hold no Yjs documents (the relay): an exact state in, an update and the next state out.
 * Rules DO45 and DO46.
 */
import * as Y from 'yjs'
import type { Change, Head } from './head.ts'
import { applyChange, compactHeadMaps, readHead } from './head-document.ts'
import { applyAll, captured } from '../transactions.ts'

export interface HeadChange {
  /** null for a conversation that is being created. */
  readonly state: Uint8Array | null
  /** The relay's writer. It goes on at the clock where the state has it. */
  readonly client: number
  readonly change: Change
  readonly time: number
}

export interface WrittenHead {
  /** What the change added, and a compaction of the maps where it was due: for everybody who has the state before. */
  readonly update: Uint8Array
  readonly state: Uint8Array
  /** The update holds whole maps, however little the change was. */
  readonly compacted: boolean
}

export function writeHeadChange({ state, client, change, time }: HeadChange): WrittenHead {
  return withDocument(state === null ? [] : [state], (doc) => {
    // After loading: when Yjs meets its own id in what it applies, it takes another one.
    doc.clientID = client
    let compacted = false
    const update = captured(doc, () => {
      applyChange(doc, change, time)
      compacted = compactHeadMaps(doc)
    })
    return { update, state: Y.encodeStateAsUpdate(doc), compacted }
  })
}

/** undefined where the state holds no head. */
export function readHeadState(state: Uint8Array): Head | undefined {
  return withDocument([state], readHead)
}

/** The state that a head's rows add up to, in sequence; the first may be a state itself. */
export function mergeHeadUpdates(updates: readonly Uint8Array[]): Uint8Array {
  return withDocument(updates, (doc) => Y.encodeStateAsUpdate(doc))
}

function withDocument<T>(updates: readonly Uint8Array[], use: (doc: Y.Doc) => T): T {
  // Named: a name of its own would be drawn at random for each, which is a tenth of the cost.
  const doc = new Y.Doc({ guid: 'head' })
  try {
    applyAll(doc, updates)
    return use(doc)
  } finally {
    doc.destroy()
  }
}
