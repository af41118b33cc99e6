/**
 * A device's store in one SQLite file, through node:sqlite (ST60 to ST69).
 */
import { rmSync, unlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { maxBlockedMs } from '../limits.ts'
import {
  type DeviceStore,
  type FirstLook,
  StorageError,
  type StorageErrorKind,
  type StoreLayout,
} from '../port.ts'
import { assertLayout, assertLook } from '../requests.ts'
import { sentence, storageError } from './sqlite-errors.ts'
import { type Connection, connect, createFile, type FileOptions, kindOfFile } from './sqlite-file.ts'
import { own, type SqliteOwner } from './sqlite-owner.ts'
import { takeOwnership, wipe } from './sqlite-schema.ts'

export interface SqliteOptions {
  /** The file; it and the folders above it are made if they are missing. */
  readonly path: string
  readonly layout: StoreLayout
  /** The file does not grow past this; a commit that would make it is answered `quota`. Without it, the disk decides. */
  readonly maxBytes?: number
  /** How long to wait, with the whole process, for another process to let go of the file. */
  readonly blockedAfterMs?: number
}

export function createSqliteStore(options: SqliteOptions): DeviceStore {
  const { layout } = options
  assertLayout(layout)
  const file: FileOptions = {
    path: resolve(options.path),
    maxBytes: options.maxBytes,
    blockedAfterMs: options.blockedAfterMs ?? maxBlockedMs,
  }
  const owners = new Set<SqliteOwner>()

  /** The port's errors, for what is not an owner's doing. */
  function translated<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      throw storageError(error, file.path)
    }
  }

  return {
    async open(look) {
      assertLook(layout, look)
      const { connection, epoch } = translated(() => take(file, layout, look))
      const owner = own(connection, layout, epoch, file.path, () => owners.delete(owner))
      owners.add(owner)
      return owner.store
    },
    async destroy() {
      for (const owner of owners) owner.dismiss()
      translated(() => destroy(file))
    },
  }
}

/** A damaged file, or a disk too full or too broken to note on it that the file is wiped. */
const unwritable: ReadonlySet<StorageErrorKind> = new Set(['corrupt', 'quota', 'unavailable'])

interface Taken {
  readonly connection: Connection
  readonly epoch: number
}

function take(file: FileOptions, layout: StoreLayout, look: FirstLook | undefined): Taken {
  const { path } = file
  const kind = kindOfFile(path)
  if (kind === 'foreign') throw new StorageError('foreign', sentence('foreign', path, ''))
  if (kind === 'missing') createFile(path)
  const connection = connect(file)
  try {
    const epoch = takeOwnership(connection.db, layout, path, look)
    if (connection.isAtPath()) return { connection, epoch }
  } catch (error) {
    connection.close()
    throw error
  }
  // The data were destroyed while we waited for them: what we hold lies at no path any more.
  connection.close()
  return take(file, layout, look)
}

function destroy(file: FileOptions): void {
  const { path } = file
  const kind = kindOfFile(path)
  if (kind === 'missing' || kind === 'empty') return
  if (kind === 'foreign') throw new StorageError('foreign', sentence('foreign', path, ''))
  try {
    const connection = connect(file)
    try {
      wipe(connection.db, path)
      removeIfAlone(connection, path)
    } finally {
      connection.close()
    }
  } catch (error) {
    const failure = storageError(error, path)
    if (!(failure instanceof StorageError) || !unwritable.has(failure.kind)) throw failure
    // What cannot be wiped can still be taken away; an owner it has sees that it is gone.
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true })
  }
}

/**
 * Takes the emptied file away if no other connection has it: one that had would go on in a file nobody finds, and remove
 * the side files of the next one. Leaving the write-ahead log needs the file for oneself, and takes the side files along;
 * who opens the file from now on waits for the lock, and finds it destroyed.
 */
function removeIfAlone({ db }: Connection, path: string): void {
  db.exec('PRAGMA busy_timeout = 0')
  try {
    db.exec('PRAGMA journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    const failure = storageError(error, path)
    // Another process has it open; it finds it empty, and so does the next owner.
    if (failure instanceof StorageError && failure.kind === 'blocked') return
    throw failure
  }
  unlinkSync(path)
}
