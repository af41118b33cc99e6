/**
 * One table in memory: rows in the order of their keys, in blocks. A binary search for the block and one in it, and a splice
 * that moves a block's rows at most, however many there are in all.
 */
import { beginsWith, compareKeys } from './key.ts'
import type { Key, Read, Row } from './port.ts'

export interface SortedRows {
  get(key: Key): Row | undefined
  range(read: Extract<Read, { readonly kind: 'range' }>): readonly Row[]
  put(row: Row): void
  remove(key: Key): void
  removePrefix(prefix: Key): void
}

/** Where a row stands, or would; behind the last one it is a block that is not there. */
interface Place {
  readonly block: number
  readonly at: number
}

/** A block that would hold more becomes two. */
const usualBlockRows = 512

export function createSortedRows(maxBlockRows: number = usualBlockRows): SortedRows {
  /** None of them is empty. */
  const blocks: Row[][] = []

  /** The first row for which `isPast` holds; it must hold for all rows after that one. */
  function firstWhere(isPast: (key: Key) => boolean): Place {
    const isPastRow = (row: Row | undefined): boolean => row !== undefined && isPast(row.key)
    const block = firstIndex(blocks.length, (index) => isPastRow(blocks[index]?.at(-1)))
    const rows = blocks[block] ?? []
    return { block, at: firstIndex(rows.length, (index) => isPastRow(rows[index])) }
  }

  const firstFrom = (key: Key): Place => firstWhere((other) => compareKeys(other, key) >= 0)
  const firstAfter = (key: Key): Place => firstWhere((other) => compareKeys(other, key) > 0)
  const endOf = (prefix: Key): Place =>
    firstWhere((other) => compareKeys(other, prefix) > 0 && !beginsWith(other, prefix))

  function rowAt({ block, at }: Place, key: Key): Row | undefined {
    const row = blocks[block]?.[at]
    return row !== undefined && compareKeys(row.key, key) === 0 ? row : undefined
  }

  /** What of a block lies between two places. */
  function between(block: number, start: Place, end: Place): readonly Row[] {
    const from = block === start.block ? start.at : 0
    return blocks[block]?.slice(from, block === end.block ? end.at : undefined) ?? []
  }

  function collect(start: Place, end: Place, limit: number): readonly Row[] {
    const found: Row[] = []
    for (let block = start.block; block <= end.block && found.length < limit; block += 1)
      found.push(...between(block, start, end))
    return found.slice(0, limit)
  }

  function collectBack(start: Place, end: Place, limit: number): readonly Row[] {
    const found: Row[] = []
    for (let block = end.block; block >= start.block && found.length < limit; block -= 1)
      found.push(...between(block, start, end).toReversed())
    return found.slice(0, limit)
  }

  function replace({ block, at }: Place, count: number, ...rows: readonly Row[]): void {
    const held = blocks[block] ?? []
    if (held.length === 0) blocks.push(held)
    held.splice(at, count, ...rows)
    if (held.length === 0) blocks.splice(block, 1)
    else if (held.length > maxBlockRows) blocks.splice(block + 1, 0, held.splice(held.length >>> 1))
  }

  return {
    get(key) {
      return rowAt(firstFrom(key), key)
    },
    range({ prefix, from, to, reverse, limit = Infinity }) {
      const start = firstFrom([...prefix, ...(from ?? [])])
      const end = to === undefined ? endOf(prefix) : firstAfter([...prefix, ...to])
      return reverse === true ? collectBack(start, end, limit) : collect(start, end, limit)
    },
    put(row) {
      const place = firstFrom(row.key)
      const count = rowAt(place, row.key) === undefined ? 0 : 1
      // Behind the last row: into the last block.
      const last = blocks.at(-1)
      if (place.block === blocks.length && last !== undefined)
        replace({ block: blocks.length - 1, at: last.length }, 0, row)
      else replace(place, count, row)
    },
    remove(key) {
      const place = firstFrom(key)
      if (rowAt(place, key) !== undefined) replace(place, 1)
    },
    removePrefix(prefix) {
      const start = firstFrom(prefix)
      const end = endOf(prefix)
      for (let block = Math.min(end.block, blocks.length - 1); block >= start.block; block -= 1)
        replace({ block, at: block === start.block ? start.at : 0 }, between(block, start, end).length)
    },
  }
}

/** The first index for which it holds; `count` for none. It must hold for all after that one. */
function firstIndex(count: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
