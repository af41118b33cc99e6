/**
 * A data directory: its lock, its epoch, and the file in it. Rules RE67 and RE70.
 *
 * The lock is one of the operating system's, held through a small SQLite file of its own: it ends with the process that
 * holds it, however that dies, so a stale one needs no guessing. A new file is made under another name and renamed when
 * it is whole. What is not ours, or newer than we are, is not touched.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store.ts'
import { errorCode, storeErrorOf } from './sqlite-errors.ts'
import { applicationId, schema, schemaVersion } from './sqlite-schema.ts'

export const dataFile = 'relay.sqlite'
const lockFile = 'relay.lock'

/** A turn's journal is written in pages of this size: larger ones cost less each byte, smaller ones less for a lone message. */
const pageBytes = 4096

/** The ends of the tables and indexes of the conversations that are busy. SQLite's own 2 MB hold some hundred of them. */
const cacheKiB = 32 * 1024

/** 4 MiB: with less, pages that change with every transaction are copied into the file often; with more, a commit waits for it long. */
const checkpointPages = 1024

/** The directory is ours alone; what else may write into the file is a person with a tool. */
export const busyTimeoutMs = 5000

export interface DirectoryLock {
  release(): void
}

export function makeEpoch(): string {
  return randomBytes(16).toString('hex')
}

/** Throws `in-use` while another process, or another store of this one, holds it. */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, lockFile)
  const lock = new DatabaseSync(path)
  try {
    lock.exec(
      'PRAGMA busy_timeout = 0; PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE',
    )
  } catch (error) {
    lock.close()
    const result = (errorCode(error) ?? 0) & 0xff
    if (result === 5) throw new StoreError('in-use', `another relay uses ${directory}`, { cause: error })
    if (result === 26) throw new StoreError('foreign', `${path} is no lock of a relay`, { cause: error })
    throw storeErrorOf(error)
  }
  return { release: () => lock.close() }
}

/** The directory's file, opened for reading and writing; made first where there is none. */
export function openDataFile(directory: string): DatabaseSync {
  const path = join(directory, dataFile)
  if (existsSync(path)) expectOurs(path)
  // SQLite would write what a file that is gone has left behind into the new one, and mix two lives.
  else if (existsSync(`${path}-wal`))
    throw new StoreError('broken', `${path} is gone, its log is still there`)
  else createDataFile(directory)
  const database = new DatabaseSync(path)
  try {
    database.exec(`
      PRAGMA busy_timeout = ${busyTimeoutMs};
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
  const first = mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  // A new directory is on the disk when the one above it is.
  for (let made = resolve(directory); made.length >= resolve(first).length; made = dirname(made)) {
    try {
      syncDirectory(dirname(made))
    } catch (error) {
      // Who may enter a directory but not read it cannot sync it either; most file systems do so by themselves.
      if (!(error instanceof Error && 'code' in error && error.code === 'EACCES')) throw error
    }
  }
}

/** Looks at the file's own header, without opening it: SQLite might change what it opens. */
export function expectOurs(path: string): void {
  if (!statSync(path).isFile()) throw new StoreError('foreign', `${path} is no file`)
  const header = Buffer.alloc(100)
  const file = openSync(path, 'r')
  const length = readSync(file, header, 0, header.length, 0)
  closeSync(file)
  const isSqlite = length === header.length && header.toString('latin1', 0, 16) === 'SQLite format 3\0'
  const version = isSqlite ? header.readUInt32BE(60) : 0
  if (!isSqlite || header.readUInt32BE(68) !== applicationId || version === 0) {
    throw new StoreError('foreign', `${path} is no log of a relay`)
  }
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
    const meta = database.prepare('INSERT INTO meta (key, value) VALUES (?, ?)')
    meta.run('epoch', makeEpoch())
    meta.run('position', '0')
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
