/**
 * The browser's errors as the port's, with a sentence that says what to do.
 */
import { StorageError, type StorageErrorKind } from '../port.ts'

/** Of a transaction that was aborted, or a request in it. */
const kinds: ReadonlyMap<string, StorageErrorKind> = new Map([
  ['QuotaExceededError', 'quota'],
  // The connection was taken from us, with all that ran on it.
  ['AbortError', 'closed'],
  ['InvalidStateError', 'closed'],
  // A value whose bytes cannot be turned into a value again, or whose file has gone.
  ['DataError', 'corrupt'],
  ['DataCloneError', 'corrupt'],
  ['NotReadableError', 'corrupt'],
])

export function transactionError(error: DOMException | null): StorageError {
  // Where we abort ourselves, we know why; an abort without a reason is the browser taking the connection.
  return databaseError(error === null ? 'closed' : (kinds.get(error.name) ?? 'unavailable'), error)
}

/** Of a database that could not be opened: whatever the browser calls it, it gives us none. */
export function openingError(error: unknown): StorageError {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'QuotaExceededError') return databaseError('quota', error)
  return databaseError(name === 'VersionError' ? 'newer' : 'unavailable', error)
}

export function databaseError(kind: StorageErrorKind, cause?: unknown): StorageError {
  return new StorageError(kind, sentence(kind), cause == null ? {} : { cause })
}

function sentence(kind: StorageErrorKind): string {
  switch (kind) {
    case 'quota':
      return 'The browser has no more room for this site. Free some space on the device, or remove some of its data.'
    case 'blocked':
      return 'Another tab of this site keeps the database open. Close it or reload it, then try again.'
    case 'corrupt':
      return 'Stored data of this site are damaged. Remove them to begin anew; what the relay has comes back.'
    case 'foreign':
      return 'The database of this name was not made by Parley. Choose another name.'
    case 'newer':
      return 'The data of this site were written by a newer version of this page. Reload it.'
    case 'unavailable':
      return 'The browser gives this page no database. Leave the private mode, or allow the site to store data.'
    case 'stale-epoch':
      return 'Another tab has opened the store since. Open it again to take it back.'
    case 'closed':
      return 'The browser has closed the store, or its data were removed. Open it again.'
  }
}
