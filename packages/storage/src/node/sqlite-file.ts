/**
 * The file of a SQLite store: whether it is ours, and one connection to it.
 *
 * Whose file it is says the application id in its header, which is read as bytes before SQLite sees the file: SQLite
 * would leave its own side files beside a stranger's database, and fold a stranger's log into it. Where this process has
 * the file open already, the header is not read: closing any descriptor of a file drops all locks the process has on it.
 */
import { closeSync, mkdirSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** "Parl", in the header of every file of ours. */
export const applicationId = 0x5061_726c

const headerMagic = 'SQLite format 3\u0000'
const headerBytes = 100
const applicationIdOffset = 68

export type FileKind = 'missing' | 'empty' | 'ours' | 'foreign'

export interface FileOptions {
  readonly path: string
  readonly maxBytes: number | undefined
  readonly blockedAfterMs: number
}

export interface Connection {
  readonly db: DatabaseSync
  /** Whether the path still leads to the file this connection has open. */
  readonly isAtPath: () => boolean
  /** Closing once more does nothing. */
  readonly close: () => void
}

/** How many connections this process has to a file. */
const openHere = new Map<string, number>()

export function kindOfFile(path: string): FileKind {
  const file = statSync(path, { throwIfNoEntry: false })
  if (file === undefined) return 'missing'
  if (!file.isFile()) return 'foreign'
  if (file.size === 0) return 'empty'
  if (openHere.has(realpathSync(path))) return 'ours'
  const header = Buffer.alloc(headerBytes)
  const descriptor = openSync(path, 'r')
  try {
    const isWhole = readSync(descriptor, header, 0, headerBytes, 0) === headerBytes
    const isSqlite = header.toString('latin1', 0, headerMagic.length) === headerMagic
    return isWhole && isSqlite && header.readUInt32BE(applicationIdOffset) === applicationId
      ? 'ours'
      : 'foreign'
  } finally {
    closeSync(descriptor)
  }
}

/** Makes an empty file only its owner may read, and the folders above it. */
export function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
}

export function connect({ path, maxBytes, blockedAfterMs }: FileOptions): Connection {
  const opened = statSync(path)
  const place = realpathSync(path)
  const db = new DatabaseSync(path)
  openHere.set(place, (openHere.get(place) ?? 0) + 1)
  let isOpen = true
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    db.close()
    const left = (openHere.get(place) ?? 1) - 1
    if (left === 0) openHere.delete(place)
    else openHere.set(place, left)
  }
  try {
    db.exec(`PRAGMA busy_timeout = ${blockedAfterMs}`)
    // What was removed or replaced is to be gone from the file, not only from view.
    db.exec('PRAGMA secure_delete = ON')
    if (maxBytes !== undefined) {
      db.exec(
        `PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / numberOf(db, 'PRAGMA page_size')))}`,
      )
    }
  } catch (error) {
    close()
    throw error
  }
  return {
    db,
    close,
    isAtPath() {
      const now = statSync(path, { throwIfNoEntry: false })
      return now !== undefined && now.ino === opened.ino && now.dev === opened.dev
    },
  }
}

/** One transaction: all of `run`, or nothing of it. */
export function inTransaction<T>(db: DatabaseSync, mode: 'DEFERRED' | 'IMMEDIATE', run: () => T): T {
  db.exec(`BEGIN ${mode}`)
  try {
    const result = run()
    db.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(db)
    throw error
  }
}

/** The one number a statement answers. */
export function numberOf(db: DatabaseSync, sql: string): number {
  const [value] = Object.values(db.prepare(sql).get() ?? {})
  if (typeof value !== 'number') throw new Error(`No number was answered to: ${sql}`)
  return value
}

function rollBack(db: DatabaseSync): void {
  try {
    db.exec('ROLLBACK')
  } catch {
    // After some errors, a full disk among them, SQLite has rolled back by itself, and says that there is nothing to do.
  }
}
