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
  operation,
  erases,
}: LogRow): EntryRow | ErasedRow {
  return kind === 'erased'
    ? { kind, seq, time, page, update, author, id, operation: operation !== null }
    : { kind: 'entry', seq, time, page, update, erases }
}

/** As `wireRow`, for somebody from whom the pages before `since` are hidden: of their rows he learns that they are there. */
export function rowFor(since: number, row: LogRow): Row {
  const { seq, time } = row
  return isHidden(since, row) ? { kind: 'hidden', seq, time } : wireRow(row)
}

/** Rows of the head are for everybody. */
export function isHidden(since: number, { page }: Pick<LogRow, 'page'>): boolean {
  return page > 0 && page < since
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
