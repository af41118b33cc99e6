/** Rows of the log as devices see them, and lists of them cut to what fits into a frame. */
import { maxRowsPerFrame, type EntryRow, type ErasedRow, type Row, rowSize } from '@parley/wire'
import { readStored } from './stored-any.ts'
import type { LogRow } from './store.ts'

export function wireRow(row: LogRow): Row {
  if (row.kind !== 'head') return entryRow(row)
  const { seq, time, update, id, change } = row
  if (change === null) throw new Error('a row of the head holds its change')
  return { kind: 'head', seq, time, update, command: id, change: readStored(change) }
}

export function entryRow({
  kind,
  seq,
  time,
  page,
  update,
  author,
  id,
  erases,
}: LogRow): EntryRow | ErasedRow {
  return kind === 'erased'
    ? { kind, seq, time, page, update, author, id }
    : { kind: 'entry', seq, time, page, update, erases }
}

/** In sequence, each list within the limits of a frame; a single row always fits. At least one list, if an empty one. */
export function inFrames(rows: readonly Row[], maxBytes: number): readonly (readonly Row[])[] {
  const lists: Row[][] = [[]]
  let bytes = 0
  for (const row of rows) {
    const list = lists.at(-1) ?? []
    const size = rowSize(row)
    if (list.length > 0 && (bytes + size > maxBytes || list.length === maxRowsPerFrame)) {
      lists.push([row])
      bytes = size
    } else {
      list.push(row)
      bytes += size
    }
  }
  return lists
}
