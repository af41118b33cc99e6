/**
 * The rows of a store in SQLite: prepared statements, keys as bytes that SQLite orders as the port does.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { decodeKey, encodeAfter, encodeEnd, encodeKey } from '../key-bytes.ts'
import { type Batch, type Read, type Row, StorageError, type TableName } from '../port.ts'
import { sentence } from './sqlite-errors.ts'
import { sqlName } from './sqlite-names.ts'
import { decodeValue, encodeValue } from './value-bytes.ts'

export interface SqliteRows {
  readonly apply: (batch: Batch) => void
  readonly answer: (read: Read) => readonly Row[]
}

const statements = {
  put: (name: string) => `INSERT INTO ${name} VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v`,
  remove: (name: string) => `DELETE FROM ${name} WHERE k = ?`,
  removeRange: (name: string) => `DELETE FROM ${name} WHERE k >= ? AND k < ?`,
  get: (name: string) => `SELECT k, v FROM ${name} WHERE k = ?`,
  forwards: (name: string) => `SELECT k, v FROM ${name} WHERE k >= ? AND k < ? ORDER BY k LIMIT ?`,
  backwards: (name: string) => `SELECT k, v FROM ${name} WHERE k >= ? AND k < ? ORDER BY k DESC LIMIT ?`,
}

export function createSqliteRows(db: DatabaseSync, path: string): SqliteRows {
  const prepared = new Map<string, StatementSync>()

  function statement(kind: keyof typeof statements, table: TableName): StatementSync {
    const sql = statements[kind](sqlName(table))
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const made = db.prepare(sql)
    prepared.set(sql, made)
    return made
  }

  function rowOf({ k, v }: Readonly<Record<string, unknown>>): Row {
    const key = k instanceof Uint8Array ? decodeKey(k) : undefined
    const decoded = v instanceof Uint8Array ? decodeValue(v) : undefined
    if (key !== undefined && decoded !== undefined) return { key, value: decoded.value }
    throw new StorageError('corrupt', sentence('corrupt', path, 'a row that cannot be read'))
  }

  return {
    apply(batch) {
      for (const { table, prefix } of batch.removePrefixes ?? []) {
        statement('removeRange', table).run(encodeKey(prefix), encodeEnd(prefix))
      }
      for (const { table, key } of batch.removes ?? []) statement('remove', table).run(encodeKey(key))
      for (const { table, key, value } of batch.puts ?? []) {
        statement('put', table).run(encodeKey(key), encodeValue(value))
      }
    },
    answer(read) {
      if (read.kind === 'get') return statement('get', read.table).all(encodeKey(read.key)).map(rowOf)
      const { table, prefix, from, to, reverse, limit } = read
      const start = encodeKey([...prefix, ...(from ?? [])])
      const end = to === undefined ? encodeEnd(prefix) : encodeAfter([...prefix, ...to])
      // A negative limit is none.
      const rows = statement(reverse === true ? 'backwards' : 'forwards', table).all(start, end, limit ?? -1)
      return rows.map(rowOf)
    },
  }
}
