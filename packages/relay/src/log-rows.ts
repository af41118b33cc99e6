/** Rows of the log as devices see them, and lists of them cut to what fits into a frame. */
import { maxRowsPerFrame, type EntryRow, type ErasedRow, type Row, rowSize } from '@parley/wire'
import { readStored } from './stored-any.ts'
import type { LogRow, ToldRow } from './store.ts'

export function wireRow(row: LogRow | ToldRow): Row {
  if (row.kind !== 'head') return entryRow(row)
  const { seq, time, update, id, change } = row
  if (change === null) throw new Error('a row of the head holds its change')
  return { kind: 'head', seq, time, update, command: id, change: readStored(change) }
}

export function entryRow(row: LogRow | ToldRow): EntryRow | ErasedRow {
  const { seq, time, page, update, erases } = row
  if (row.kind !== 'erased') return { kind: 'entry', seq, time, page, update, erases }
  const { kind, author, id, operation } = row
  return { kind, seq, time, page, update, author, id, operation: operation !== null }
}

/** As `wireRow`, for somebody from whom the pages before `since` are hidden: of their rows he learns that they are there. */
export function rowFor(since: number, row: ToldRow): Row {
  const { seq, time } = row
  return isHidden(since, row) ? { kind: 'hidden', seq, time } : wireRow(row)
}

/** Rows of the head are for everybody. */
export function isHidden(since: number, { page }: Pick<LogRow, 'page'>): boolean {
  return page > 0 && page < since
}

/** In sequence, each list within the limits of a frame. At least one list, if an empty one. */
export function inFrames(rows: readonly Row[], maxBytes: number): readonly (readonly Row[])[] {
  const lists = inLists(rows, { sizeOf: rowSize, maxBytes, maxCount: maxRowsPerFrame })
  return lists.length === 0 ? [[]] : lists
}

interface ListLimits<T> {
  readonly sizeOf: (one: T) => number
  readonly maxBytes: number
  readonly maxCount: number
}

/** Cut where one more would be too much; what is too much alone has a list of its own. */
export function inLists<T>(
  all: readonly T[],
  { sizeOf, maxBytes, maxCount }: ListLimits<T>,
): readonly (readonly T[])[] {
  const lists: T[][] = []
  let bytes = 0
  for (const one of all) {
    const list = lists.at(-1)
    const size = sizeOf(one)
    if (list === undefined || bytes + size > maxBytes || list.length === maxCount) {
      lists.push([one])
      bytes = size
    } else {
      list.push(one)
      bytes += size
    }
  }
  return lists
}
