/**
 * What an error of SQLite means for the log: the disk is full (it may be emptied), the store is broken (nobody knows what
 * is on the disk), or we have a bug, which stays the error that it is.
 */
import { StoreError } from '../store.ts'

const full = 13
/** The shared-memory file of the write-ahead log could not grow: the disk is full there too. */
const sharedMemorySize = 4874
/** SQLITE_ERROR, CONSTRAINT, MISMATCH, MISUSE, RANGE: what we asked for cannot be. */
const ours = new Set([1, 19, 20, 21, 25])

export function storeErrorOf(error: unknown): unknown {
  const code = errorCode(error)
  if (code === undefined || ours.has(code & 0xff)) return error
  if ((code & 0xff) === full || code === sharedMemorySize) {
    return new StoreError('full', 'there is no room left for the log', { cause: error })
  }
  return new StoreError('broken', `the log cannot be relied on: ${messageOf(error)}`, { cause: error })
}

/** SQLite's extended result code. */
export function errorCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
