/**
 * What lies on a simulated device's disk: tables of rows in the order of their keys, as the storage port orders them.
 * Written again here, and plainly, so that the world does not lean on the code it judges.
 */
import type { Batch, Key, Read, Row, Value } from '@parley/storage'

/** Rows are never changed in place, so an image may share them with its copies. */
export type Image = Map<string, Row[]>

export function copyImage(image: Image): Image {
  return new Map([...image].map(([name, rows]) => [name, [...rows]]))
}

export function applyBatch(image: Image, batch: Batch): void {
  for (const { table, prefix } of batch.removePrefixes ?? []) {
    const rows = rowsOf(image, table)
    const first = lowerBound(rows, prefix)
    let end = first
    while (hasPrefix(rows[end], prefix)) end += 1
    rows.splice(first, end - first)
  }
  for (const { table, key } of batch.removes ?? []) {
    const rows = rowsOf(image, table)
    const index = lowerBound(rows, key)
    if (isAt(rows[index], key)) rows.splice(index, 1)
  }
  for (const { table, key, value } of batch.puts ?? []) {
    const rows = rowsOf(image, table)
    const index = lowerBound(rows, key)
    rows.splice(index, isAt(rows[index], key) ? 1 : 0, { key, value })
  }
}

export function readImage(image: Image, read: Read): readonly Row[] {
  const rows = rowsOf(image, read.table)
  if (read.kind === 'get') {
    const row = rows[lowerBound(rows, read.key)]
    return row !== undefined && isAt(row, read.key) ? [copyRow(row)] : []
  }
  const { prefix, from, to } = read
  const found: Row[] = []
  for (let index = lowerBound(rows, prefix); hasPrefix(rows[index], prefix); index += 1) {
    const row = rows[index]
    if (row === undefined) break
    const rest = row.key.slice(prefix.length)
    if (from !== undefined && compareKeys(rest, from) < 0) continue
    if (to !== undefined && compareKeys(rest, to) > 0) break
    found.push(copyRow(row))
  }
  if (read.reverse === true) found.reverse()
  return found.slice(0, read.limit ?? found.length)
}

/** A batch as it is handed over: what the process does with its own objects afterwards changes nothing. */
export function copyBatch(batch: Batch): Batch {
  return {
    durability: batch.durability,
    removePrefixes: (batch.removePrefixes ?? []).map(({ table, prefix }) => ({ table, prefix: [...prefix] })),
    removes: (batch.removes ?? []).map(({ table, key }) => ({ table, key: [...key] })),
    puts: (batch.puts ?? []).map(({ table, key, value }) => ({
      table,
      key: [...key],
      value: copyValue(value),
    })),
  }
}

function copyRow({ key, value }: Row): Row {
  return { key: [...key], value: copyValue(value) }
}

function copyValue(value: Value): Value {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Uint8Array) return value.slice()
  if (isList(value)) return value.map(copyValue)
  const copy: Record<string, Value> = {}
  for (const [name, part] of Object.entries(value)) if (part !== undefined) copy[name] = copyValue(part)
  return copy
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

function rowsOf(image: Image, table: string): Row[] {
  const rows = image.get(table) ?? []
  if (!image.has(table)) image.set(table, rows)
  return rows
}

function lowerBound(rows: readonly Row[], key: Key): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    const row = rows[middle]
    if (row !== undefined && compareKeys(row.key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function isAt(row: Row | undefined, key: Key): boolean {
  return row !== undefined && compareKeys(row.key, key) === 0
}

function hasPrefix(row: Row | undefined, prefix: Key): boolean {
  return row !== undefined && compareKeys(row.key.slice(0, prefix.length), prefix) === 0
}

function compareKeys(a: Key, b: Key): number {
  const shared = Math.min(a.length, b.length)
  for (let index = 0; index < shared; index += 1) {
    const order = compareParts(a[index], b[index])
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Numbers before strings; strings are ASCII, so their own order is the order of their bytes. */
function compareParts(a: string | number | undefined, b: string | number | undefined): number {
  if (a === b || a === undefined || b === undefined) return 0
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return a < b ? -1 : 1
}

/** For a trace. */
export function describeBatch({ puts = [], removes = [], removePrefixes = [] }: Batch): string {
  return [
    ...removePrefixes.map(({ table, prefix }) => `-${table}:${prefix.join('/')}/*`),
    ...removes.map(({ table, key }) => `-${table}:${key.join('/')}`),
    ...puts.map(({ table, key }) => `+${table}:${key.join('/')}`),
  ].join(' ')
}
