/**
 * What the tests of the SQLite file share: a layout of one table, a batch of one row, everything there is.
 */
import type { Batch, Read, StoreLayout, Value } from '../port.ts'

export const layout: StoreLayout = { format: 1, tables: ['rows'] }
export const everything: readonly Read[] = [{ kind: 'range', table: 'rows', prefix: [] }]

export function put(key: string, value: Value): Batch {
  return { durability: 'strict', puts: [{ table: 'rows', key: [key], value }] }
}
