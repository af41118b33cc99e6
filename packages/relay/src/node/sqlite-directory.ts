/**
 * A data directory: its lock, its epoch, and the file in it. Rules RE67 and RE70.
 *
 * The lock is one of the operating system's, held through a small SQLite file of its own: it ends with the process that
 * holds it, however that dies, so a stale one needs no guessing. A new file is made under another name and renamed when
 * it is whole. What is not ours, or newer than we are, is not touched.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store.ts'
import { errorCode, storeErrorOf } from './sqlite-errors.ts'
import { applicationId, schema, schemaVersion } from './sqlite-schema.ts'

export const dataFile = 'relay.sqlite'
const lockFile = 'relay.lock'

/** A message touches nine pages, and each is written whole: at 4,096 bytes nearly twice as much goes to the disk. */
const pageBytes = 2048

/** The ends of the tables and indexes of the conversations that are busy. SQLite's own 2 MB hold some hundred of them. */
const cacheKiB = 32 * 1024

/** 16 MiB: a page that changes with every transaction is copied into the file less often. */
const checkpointPages = 8192

export interface DirectoryLock {
  release(): void
}

export function makeEpoch(): string {
  return randomBytes(16).toString('hex')
}

/** Throws `in-use` while another process, or another store of this one, holds it. */
export function lockDirectory(directory: string): DirectoryLock {
  const lock = new DatabaseSync(join(directory, lockFile))
  try {
    lock.exec(
      'PRAGMA busy_timeout = 0; PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE',
    )
  } catch (error) {
    lock.close()
    const busy = (errorCode(error) ?? 0) & 0xff
    if (busy !== 5) throw error
    throw new StoreError('in-use', `another relay uses ${directory}`, { cause: error })
  }
  return { release: () => lock.close() }
}

/** The directory's file, opened for reading and writing; made first where there is none. */
export function openDataFile(directory: string): DatabaseSync {
  const path = join(directory, dataFile)
  if (existsSync(path)) expectOurs(path)
  else createDataFile(directory)
  const database = new DatabaseSync(path)
  try {
    database.exec(`
      PRAGMA busy_timeout = 5000;
      PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -${cacheKiB};
      PRAGMA wal_autocheckpoint = ${checkpointPages};
    `)
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
    if (mode !== 'wal') throw new StoreError('broken', `${path} cannot have a write-ahead log`)
  } catch (error) {
    database.close()
    throw storeErrorOf(error)
  }
  return database
}

export function makeDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
}

/** Looks at the file's own header, without opening it: SQLite might change what it opens. */
export function expectOurs(path: string): void {
  const header = Buffer.alloc(100)
  const file = openSync(path, 'r')
  const length = readSync(file, header, 0, header.length, 0)
  closeSync(file)
  const isSqlite = length === header.length && header.toString('latin1', 0, 16) === 'SQLite format 3\0'
  if (!isSqlite || header.readUInt32BE(68) !== applicationId) {
    throw new StoreError('foreign', `${path} is no log of a relay`)
  }
  const version = header.readUInt32BE(60)
  if (version > schemaVersion) {
    throw new StoreError('newer', `${path} has version ${version}, and this relay knows ${schemaVersion}`)
  }
}

function createDataFile(directory: string): void {
  const made = join(directory, `${dataFile}.new`)
  for (const left of [made, `${made}-journal`]) rmSync(left, { force: true })
  const database = new DatabaseSync(made)
  try {
    database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; ${schema}`)
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`)
    database.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run('epoch', makeEpoch())
    database.exec('COMMIT')
  } catch (error) {
    throw storeErrorOf(error)
  } finally {
    database.close()
  }
  renameSync(made, join(directory, dataFile))
  syncDirectory(directory)
}

/** A rename is on the disk when its directory is. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
