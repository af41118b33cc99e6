/**
 * SQLite's and the file system's errors as the port's, with a sentence that says what to do. Anything else is a bug of
 * ours and is passed on as it is.
 */
import { StorageError, type StorageErrorKind } from '../port.ts'

/** Primary result codes, https://sqlite.org/rescode.html. */
const kinds: ReadonlyMap<number, StorageErrorKind> = new Map([
  [3, 'unavailable'], // PERM
  [5, 'blocked'], // BUSY
  [6, 'blocked'], // LOCKED
  [7, 'unavailable'], // NOMEM
  [8, 'unavailable'], // READONLY
  [10, 'unavailable'], // IOERR
  [11, 'corrupt'], // CORRUPT
  [13, 'quota'], // FULL
  [14, 'unavailable'], // CANTOPEN
  [15, 'blocked'], // PROTOCOL: many others open and close the file at this moment
  [26, 'corrupt'], // NOTADB
])

/** A full disk shows so when the file shared by the connections is to grow. */
const sharedMemoryTooSmall = 4874

const fullDisk = new Set(['ENOSPC', 'EDQUOT'])

export function storageError(error: unknown, path: string): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error
  const kind = kindOf(error)
  return kind === undefined
    ? error
    : new StorageError(kind, sentence(kind, path, error.message), { cause: error })
}

function kindOf(error: Error): StorageErrorKind | undefined {
  const code = 'code' in error ? error.code : undefined
  if (code === 'ERR_SQLITE_ERROR') {
    const result = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0
    return result === sharedMemoryTooSmall ? 'quota' : kinds.get(result & 0xff)
  }
  // What is left with a code and a call is the file system's.
  if (typeof code !== 'string' || !('syscall' in error)) return undefined
  return fullDisk.has(code) ? 'quota' : 'unavailable'
}

export function sentence(kind: StorageErrorKind, path: string, detail: string): string {
  switch (kind) {
    case 'quota':
      return `There is no room left for ${path}. Free some space, or raise the store's limit.`
    case 'blocked':
      return `Another process keeps ${path} locked. End it, or try again.`
    case 'corrupt':
      return `The file ${path} is damaged (${detail}). Move it away to begin anew; what the relay has comes back.`
    case 'foreign':
      return `The file ${path} was not written by Parley. Move it away, or choose another path.`
    case 'newer':
      return `The file ${path} was written by a newer version of this program (${detail}). Use that version.`
    case 'unavailable':
      return `The file ${path} cannot be used (${detail}). Check that its folder exists and may be written to.`
    case 'stale-epoch':
      return `Another owner has opened ${path} since. Open the store again to take it back.`
    case 'closed':
      return `The file ${path} was removed under its owner. Open the store again.`
  }
}
