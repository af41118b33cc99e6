/**
 * A page as a Yjs document, for those who need one: a root array `entries`. Rules DO28 to DO31.
 *
 * The writer makes the bytes of this device's own entries. It always appends with `push`, which alone leaves the right
 * origin empty behind an erased tail, and under its own client id: applying one's own stored rows makes Yjs change the
 * id behind one's back, so it is set again before each write.
 */
import * as Y from 'yjs'
import { readAppend, rootName, writeErasure } from './append.ts'
import { readEntry, writeEntry } from '../entry/content.ts'
import type { Entry } from '../entry/entry.ts'
import type { ItemId } from '../ids.ts'
import { applyAll, captured } from '../transactions.ts'

export interface PageWriterOptions {
  readonly client: number
  /** Confirmed, in sequence order. */
  readonly rows: readonly Uint8Array[]
  /** Of this client, made and perhaps sent, not yet confirmed. */
  readonly pending: readonly Uint8Array[]
}

export interface WrittenAppend extends ItemId {
  readonly update: Uint8Array
}

export interface PageWriter {
  readonly doc: Y.Doc
  /** Of the next append. */
  readonly clock: number
  append(entry: Entry): WrittenAppend
  apply(update: Uint8Array): void
  erase(items: readonly ItemId[]): void
  dispose(): void
}

export function createPageWriter({ client, rows, pending }: PageWriterOptions): PageWriter {
  const doc = pageOf([...rows, ...pending])
  const entries = doc.getArray<Entry>(rootName)
  const clock = (): number => Y.getState(doc.store, client)

  return {
    doc,
    get clock() {
      return clock()
    },
    append(entry) {
      const place = { client, clock: clock() }
      const read = readEntry(writeEntry(entry))
      if (!read.ok) throw new Error(`an entry that nobody would accept is not written: ${read.detail}`)
      if (doc.store.pendingStructs !== null) throw new Error('a page that lacks rows is not written to')
      const update = captured(doc, () => {
        doc.clientID = client
        entries.push([read.entry])
      })
      const made = readAppend(update)
      if (!made.ok) throw new Error(`Yjs wrote something else than an append: ${made.detail}`)
      return { ...place, update }
    },
    apply(update) {
      Y.applyUpdate(doc, update)
    },
    erase(items) {
      if (items.length > 0) Y.applyUpdate(doc, writeErasure(items))
    },
    dispose() {
      doc.destroy()
    },
  }
}

/** What Yjs reads from a page's rows, in the order of the array, erased ones left out. For tests and tools. */
export function readPage(updates: readonly Uint8Array[]): readonly Entry[] {
  const doc = pageOf(updates)
  const entries = doc.getArray<Entry>(rootName).toArray()
  doc.destroy()
  return entries
}

function pageOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc()
  doc.getArray(rootName)
  applyAll(doc, updates)
  return doc
}
