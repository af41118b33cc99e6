/**
 * What callers hand over, checked before anything is begun, so that a batch with a fault in its last row changes nothing
 * (ST1, ST4, ST6). Such a fault is the caller's own bug, hence a TypeError and no StorageError. No content is in the
 * message, only the place.
 */
import { faultOfKey } from './key.ts'
import { maxTableNameCharacters } from './limits.ts'
import type { Batch, FirstLook, Key, Read, StoreLayout, TableName } from './port.ts'
import { faultOfValue } from './value.ts'

const tableName = /^[A-Za-z][A-Za-z0-9_-]*$/

export function assertLayout(layout: StoreLayout): void {
  if (!Number.isInteger(layout.format) || layout.format < 1 || layout.format > 0x7fff_ffff) {
    throw new TypeError(`The format of a store is a whole number from 1 on, not ${layout.format}.`)
  }
  const names = new Set<string>()
  for (const name of layout.tables) {
    if (!tableName.test(name) || name.length > maxTableNameCharacters) {
      throw new TypeError(
        `A table's name is a letter and at most ${maxTableNameCharacters - 1} letters, digits, - or _; "${name}" is not.`,
      )
    }
    // Names in SQL do not know capitals.
    if (names.has(name.toLowerCase())) throw new TypeError(`The layout names the table "${name}" twice.`)
    names.add(name.toLowerCase())
  }
}

export function assertBatch(layout: StoreLayout, batch: Batch): void {
  for (const { table, prefix } of batch.removePrefixes ?? []) assertPlace(layout, table, prefix)
  for (const { table, key } of batch.removes ?? []) assertPlace(layout, table, key)
  for (const { table, key, value } of batch.puts ?? []) {
    assertPlace(layout, table, key)
    const fault = faultOfValue(value)
    if (fault !== undefined)
      throw new TypeError(`A value for the table "${table}" cannot be kept: value${fault}.`)
  }
}

export function assertLook(layout: StoreLayout, look: FirstLook | undefined): void {
  if (look !== undefined) assertPlace(layout, look.table, look.key)
}

export function assertReads(layout: StoreLayout, reads: readonly Read[]): void {
  for (const read of reads) {
    if (read.kind === 'get') {
      assertPlace(layout, read.table, read.key)
      continue
    }
    assertPlace(layout, read.table, read.prefix)
    assertPlace(layout, read.table, read.from ?? [])
    assertPlace(layout, read.table, read.to ?? [])
    if (read.limit !== undefined && (!Number.isSafeInteger(read.limit) || read.limit < 0)) {
      throw new TypeError(`A limit is a whole number from 0 on, not ${read.limit}.`)
    }
  }
}

function assertPlace(layout: StoreLayout, table: TableName, key: Key): void {
  if (!layout.tables.includes(table)) throw new TypeError(`The layout of this store has no table "${table}".`)
  const fault = faultOfKey(key)
  if (fault !== undefined) throw new TypeError(`The key for the table "${table}" ${fault}.`)
}
