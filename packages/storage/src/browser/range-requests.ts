/**
 * Ranges of an object store, read in as few requests as the browser allows: keys and values apart, and for the last rows
 * of a range `getAllRecords`; where that does not exist a cursor finds the first of them. For all other ranges
 * `getAllRecords` was measured too and is no faster.
 */
import { compareKeys } from '../key.ts'
import type { Key, Read } from '../port.ts'

export interface RawRow {
  readonly key: unknown
  readonly value: unknown
}

/**
 * Asks for the rows and hands them on when they are there; errors are the transaction's. Says whether that was all there
 * is to ask: false where an answer leads to the next request.
 */
export function requestRange(
  store: IDBObjectStore,
  read: Extract<Read, { readonly kind: 'range' }>,
  answer: (rows: readonly RawRow[]) => void,
): boolean {
  const range = rangeOf(read)
  const isReverse = read.reverse === true
  const count = read.limit === undefined ? undefined : Math.min(read.limit, maxCount)
  // Zero is no limit at all to the browser.
  if (range === undefined || count === 0) answer([])
  else if (!isReverse || count === undefined) requestRows(store, range, count, isReverse, answer)
  else if (hasRecords(store)) requestLastRecords(store, range, count, answer)
  else {
    requestLastByCursor(store, range, count, answer)
    return false
  }
  return true
}

/** Every key that begins with `prefix`: arrays come after all numbers and strings. */
export function rangeOfPrefix(prefix: Key): IDBKeyRange {
  return IDBKeyRange.bound([...prefix], [...prefix, []], false, true)
}

/** The browser counts in 32 bits. */
const maxCount = 2 ** 32 - 1

function rangeOf({ prefix, from, to }: Extract<Read, { readonly kind: 'range' }>): IDBKeyRange | undefined {
  const lower = [...prefix, ...(from ?? [])]
  if (to === undefined) return IDBKeyRange.bound(lower, [...prefix, []], false, true)
  const upper = [...prefix, ...to]
  return compareKeys(lower, upper) > 0 ? undefined : IDBKeyRange.bound(lower, upper)
}

function requestRows(
  store: IDBObjectStore,
  range: IDBKeyRange,
  count: number | undefined,
  isReverse: boolean,
  answer: (rows: readonly RawRow[]) => void,
): void {
  const keys = store.getAllKeys(range, count)
  const values: IDBRequest<unknown[]> = store.getAll(range, count)
  // Requests of one transaction are answered in their order.
  values.addEventListener('success', () => {
    const rows = keys.result.map((key, index) => ({ key, value: values.result[index] }))
    answer(isReverse ? rows.toReversed() : rows)
  })
}

interface RecordOptions {
  readonly query: IDBKeyRange
  readonly count: number
  readonly direction: 'prev'
}

interface RecordStore {
  getAllRecords(
    options: RecordOptions,
  ): IDBRequest<{ readonly primaryKey: unknown; readonly value: unknown }[]>
}

function hasRecords(store: IDBObjectStore): store is IDBObjectStore & RecordStore {
  return 'getAllRecords' in store
}

function requestLastRecords(
  store: RecordStore,
  query: IDBKeyRange,
  count: number,
  answer: (rows: readonly RawRow[]) => void,
): void {
  const request = store.getAllRecords({ query, count, direction: 'prev' })
  request.addEventListener('success', () => {
    answer(request.result.map(({ primaryKey, value }) => ({ key: primaryKey, value })))
  })
}

/** In three steps, however many rows: to the end of the range, from there to the first row wanted, and all from that on. */
function requestLastByCursor(
  store: IDBObjectStore,
  range: IDBKeyRange,
  count: number,
  answer: (rows: readonly RawRow[]) => void,
): void {
  const request = store.openKeyCursor(range, 'prev')
  let isAdvanced = count === 1
  request.addEventListener('success', () => {
    const cursor = request.result
    if (cursor !== null && !isAdvanced) {
      isAdvanced = true
      return cursor.advance(count - 1)
    }
    // Past the beginning: there are fewer rows than asked for.
    const from: unknown = cursor === null ? range.lower : cursor.key
    requestRows(store, IDBKeyRange.bound(from, range.upper, false, range.upperOpen), undefined, true, answer)
  })
}
