/**
 * What is in the file: a table per table of the layout, and the one record about the whole.
 *
 * `epoch` is the last owner's. `born` is the epoch these data began with: an owner below it belongs to data that were
 * destroyed. Destroying sets it above the epoch, so that a file in the middle of being destroyed is told apart.
 */
import type { DatabaseSync } from 'node:sqlite'
import { type FirstLook, StorageError, type StoreLayout } from '../port.ts'
import { sentence } from './sqlite-errors.ts'
import { applicationId, inTransaction, numberOf } from './sqlite-file.ts'
import { nameOf, sqlName } from './sqlite-names.ts'
import { createSqliteRows } from './sqlite-rows.ts'

export interface StoreRecord {
  readonly format: number
  readonly epoch: number
  readonly born: number
}

/**
 * Raises the epoch, and makes what the layout asks for and the file has not, unless the first look forbids it; in one
 * transaction. Answers the epoch.
 */
export function takeOwnership(db: DatabaseSync, layout: StoreLayout, path: string, look?: FirstLook): number {
  const epoch = inTransaction(db, 'IMMEDIATE', () => {
    if (numberOf(db, 'PRAGMA application_id') !== applicationId) createSchema(db, path)
    const record = prepareRecord(db, path)()
    const isFresh = record.born > record.epoch
    if (!isFresh && record.format > layout.format) {
      throw new StorageError(
        'newer',
        sentence('newer', path, `format ${record.format}, not ${layout.format}`),
      )
    }
    const present = tablesOf(db)
    const missing = layout.tables.filter((table) => !present.has(nameOf(table)))
    if (!isFresh && record.format === layout.format && missing.length > 0) {
      throw new StorageError('corrupt', sentence('corrupt', path, `no table ${missing.join(', ')}`))
    }
    if (look !== undefined) lookAt(db, look, path, present.has(nameOf(look.table)))
    for (const table of missing) {
      db.exec(`CREATE TABLE ${sqlName(table)} (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID, STRICT`)
    }
    const next = record.epoch + 1
    db.prepare('UPDATE parley SET format = ?, epoch = ?').run(layout.format, next)
    return next
  })
  // Only now, since the mode cannot be changed inside a transaction; a file that has it already is left alone.
  const { journal_mode: mode } = db.prepare('PRAGMA journal_mode = WAL').get() ?? {}
  if (mode !== 'wal')
    throw new StorageError(
      'unavailable',
      sentence('unavailable', path, 'no write-ahead log can be kept there'),
    )
  return epoch
}

function lookAt(db: DatabaseSync, { table, key, see }: FirstLook, path: string, isThere: boolean): void {
  const [row] = isThere ? createSqliteRows(db, path).answer({ kind: 'get', table, key }) : []
  see(row?.value)
}

/** Empties the file for good: its rows are overwritten, and owners it has are told apart from those to come. */
export function wipe(db: DatabaseSync, path: string): void {
  inTransaction(db, 'IMMEDIATE', () => {
    prepareRecord(db, path)()
    for (const name of tablesOf(db)) if (name.startsWith('t_')) db.exec(`DROP TABLE "${name}"`)
    db.exec('UPDATE parley SET epoch = epoch + 1, born = epoch + 2')
  })
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

/** Reads the record as the transaction sees it. */
export function prepareRecord(db: DatabaseSync, path: string): () => StoreRecord {
  const damaged = (): StorageError =>
    new StorageError('corrupt', sentence('corrupt', path, 'no record about the whole'))
  if (!tablesOf(db).has('parley')) throw damaged()
  const select = db.prepare('SELECT format, epoch, born FROM parley')
  return () => {
    const { format, epoch, born } = select.get() ?? {}
    if (typeof format !== 'number' || typeof epoch !== 'number' || typeof born !== 'number') throw damaged()
    return { format, epoch, born }
  }
}

function createSchema(db: DatabaseSync, path: string): void {
  // The file was empty a moment ago; whoever came in between keeps it.
  if (tablesOf(db).size > 0) throw new StorageError('foreign', sentence('foreign', path, ''))
  db.exec(`PRAGMA application_id = ${applicationId}`)
  db.exec(
    'CREATE TABLE parley (format INTEGER NOT NULL, epoch INTEGER NOT NULL, born INTEGER NOT NULL) STRICT',
  )
  db.exec('INSERT INTO parley VALUES (0, 0, 1)')
}

function tablesOf(db: DatabaseSync): ReadonlySet<string> {
  const rows = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()
  return new Set(rows.map(({ name }) => String(name)))
}
