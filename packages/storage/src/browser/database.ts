/**
 * Opening and deleting a database, with an end to every wait: another tab that does not let go is waited for
 * `maxBlockedMs`, a browser that says nothing `maxSilentMs`. A request cannot be taken back, so one that is granted after
 * that is undone at once.
 */
import { maxBlockedMs, maxSilentMs } from '../limits.ts'
import type { StorageError } from '../port.ts'
import { databaseError, openingError, transactionError } from './database-errors.ts'

export interface Upgrade {
  readonly db: IDBDatabase
  readonly transaction: IDBTransaction
  /** 0 if there was no database of this name. */
  readonly oldVersion: number
  /** Leaves everything as it was; opening fails with this error. */
  readonly stop: (reason: Error) => void
}

/** Opens the version, or without one whichever there is. */
export async function openDatabase(
  name: string,
  version: number | undefined,
  upgrade: (upgrade: Upgrade) => void,
): Promise<IDBDatabase> {
  const request = begin((factory) => factory.open(name, version))
  let reason: Error | undefined
  const waiting = startWaiting(request)
  request.addEventListener('upgradeneeded', ({ oldVersion }) => {
    const { transaction } = request
    if (transaction === null) throw new Error('A database is upgraded without a transaction.')
    const stop = (why: Error): void => {
      reason = why
      transaction.abort()
    }
    // A full disk is named by the transaction alone; the request only says that it was aborted.
    transaction.addEventListener('abort', () => {
      reason ??= transactionError(transaction.error)
    })
    if (waiting.isAnswered()) upgrade({ db: request.result, transaction, oldVersion, stop })
    else stop(databaseError('blocked'))
  })
  return new Promise((resolve, reject) => {
    waiting.onGivenUp(reject)
    request.addEventListener('success', () => {
      const db = request.result
      // Until it has an owner, who asks for it gets it.
      db.addEventListener('versionchange', () => db.close())
      if (waiting.isAnswered()) resolve(db)
      else db.close()
    })
    request.addEventListener('error', () => {
      if (waiting.isAnswered()) reject(reason ?? openingError(request.error))
    })
  })
}

export async function deleteDatabase(name: string): Promise<void> {
  const request = begin((factory) => factory.deleteDatabase(name))
  const waiting = startWaiting(request)
  return new Promise((resolve, reject) => {
    waiting.onGivenUp(reject)
    request.addEventListener('success', () => {
      if (waiting.isAnswered()) resolve()
    })
    request.addEventListener('error', () => {
      if (waiting.isAnswered()) reject(openingError(request.error))
    })
  })
}

interface Waiting {
  /** To be called when the browser answers: ends the waiting, and says whether anybody waited still. */
  readonly isAnswered: () => boolean
  readonly onGivenUp: (listener: (error: StorageError) => void) => void
}

function startWaiting(request: IDBOpenDBRequest): Waiting {
  let isAwaited = true
  let tell: (error: StorageError) => void = () => undefined
  function giveUp(): void {
    isAwaited = false
    tell(databaseError('blocked'))
  }
  let timer = setTimeout(giveUp, maxSilentMs)
  request.addEventListener('blocked', () => {
    clearTimeout(timer)
    if (isAwaited) timer = setTimeout(giveUp, maxBlockedMs)
  })
  return {
    isAnswered() {
      clearTimeout(timer)
      return isAwaited
    },
    onGivenUp(listener) {
      tell = listener
    },
  }
}

function begin(request: (factory: IDBFactory) => IDBOpenDBRequest): IDBOpenDBRequest {
  try {
    // Missing in some private modes, whatever its type says; refused by a throw where the page has no origin of its own.
    const factory: IDBFactory | undefined = globalThis.indexedDB
    if (factory !== undefined) return request(factory)
  } catch (error) {
    throw openingError(error)
  }
  throw databaseError('unavailable')
}
