/**
 * The stored rows of pages as one job has changed them, page by page: each change and each look-up costs what it touches,
 * however many conversations come in one job.
 */
import type { ConversationId } from '@parley/document'
import type { Put, RemovePrefix, Row } from '@parley/storage'
import { readUpdate } from './read-records.ts'
import { toValue } from './records.ts'
import type { UpdateRecord } from './records.ts'

export interface StoredUpdate {
  readonly seq: number
  readonly record: UpdateRecord
}

export interface RowChanges {
  get(id: ConversationId, page: number, seq: number): UpdateRecord | undefined
  /** Those put. */
  all(id: ConversationId, page: number): ReadonlyMap<number, UpdateRecord>
  /** The newest of those put. */
  last(id: ConversationId, page: number): StoredUpdate | undefined
  /** Nothing of what was stored before counts. */
  isCleared(id: ConversationId, page: number): boolean
  put(id: ConversationId, page: number, seq: number, record: UpdateRecord): void
  clear(id: ConversationId, page: number): void
  clearAll(id: ConversationId): void
  readonly isEmpty: boolean
  readonly puts: readonly Put[]
  readonly prefixes: readonly RemovePrefix[]
}

interface Conversation {
  cleared: boolean
  readonly clearedPages: Set<number>
  readonly pages: Map<number, Map<number, UpdateRecord>>
}

const table = 'updates'

export function createRowChanges(): RowChanges {
  const conversations = new Map<ConversationId, Conversation>()

  function changed(id: ConversationId): Conversation {
    const known = conversations.get(id) ?? { cleared: false, clearedPages: new Set(), pages: new Map() }
    conversations.set(id, known)
    return known
  }

  return {
    get: (id, page, seq) => conversations.get(id)?.pages.get(page)?.get(seq),
    all: (id, page) => conversations.get(id)?.pages.get(page) ?? new Map(),
    last(id, page) {
      let last: StoredUpdate | undefined
      for (const [seq, record] of conversations.get(id)?.pages.get(page) ?? []) {
        if (last === undefined || seq > last.seq) last = { seq, record }
      }
      return last
    },
    isCleared(id, page) {
      const known = conversations.get(id)
      return known !== undefined && (known.cleared || known.clearedPages.has(page))
    },
    put(id, page, seq, record) {
      const { pages } = changed(id)
      const rows = pages.get(page) ?? new Map<number, UpdateRecord>()
      rows.set(seq, record)
      pages.set(page, rows)
    },
    clear(id, page) {
      const { pages, clearedPages } = changed(id)
      pages.delete(page)
      clearedPages.add(page)
    },
    clearAll(id) {
      const known = changed(id)
      known.cleared = true
      known.pages.clear()
    },
    get isEmpty() {
      return conversations.size === 0
    },
    get puts() {
      return [...conversations].flatMap(([id, { pages }]) =>
        [...pages].flatMap(([page, rows]) =>
          [...rows].map(([seq, record]) => ({ table, key: [id, page, seq], value: toValue(record) })),
        ),
      )
    },
    get prefixes() {
      return [...conversations].flatMap(([id, { cleared, clearedPages }]) =>
        cleared
          ? [{ table, prefix: [id] }]
          : [...clearedPages].map((page) => ({ table, prefix: [id, page] })),
      )
    },
  }
}

/** Rows of the store with those put laid over them, in sequence. */
export function mergeRows(
  rows: readonly Row[],
  put: ReadonlyMap<number, UpdateRecord>,
): readonly StoredUpdate[] {
  const stored = rows.flatMap((row): readonly StoredUpdate[] => {
    const seq = row.key[2]
    return typeof seq !== 'number' || put.has(seq) ? [] : [{ seq, record: readUpdate(row.value) }]
  })
  const own = [...put].map(([seq, record]) => ({ seq, record }))
  return own.length === 0 ? stored : [...stored, ...own].toSorted((a, b) => a.seq - b.seq)
}
