/**
 * One owner of a database, over the life of its connections.
 *
 * A connection ends in four ways: by `close`; because another tab wants to upgrade or delete the database; because the
 * browser took it and says so; because the browser took it and says nothing, as some do in the background. After the last
 * one a call finds the connection closed, and opens the database again, once per call, without raising the epoch.
 */
import { createOwnership } from '../ownership.ts'
import { type OpenStore, StorageError, type StoreLayout } from '../port.ts'
import { assertBatch, assertReads } from '../requests.ts'
import { databaseError } from './database-errors.ts'
import type { Claim } from './meta.ts'
import { commit, read } from './transactions.ts'

export function own(
  first: IDBDatabase,
  claim: Claim,
  layout: StoreLayout,
  reconnect: () => Promise<IDBDatabase>,
): OpenStore {
  const ownership = createOwnership()
  const running = new Set<Promise<unknown>>()
  let current = first
  let reopening: Promise<void> | undefined

  function attend(db: IDBDatabase): void {
    db.addEventListener('versionchange', ({ newVersion }) => {
      // What runs on it finishes; what comes is refused, lest it opens the database again in the face of who waits for it.
      db.close()
      if (db === current)
        lose(databaseError(newVersion === null ? 'closed' : 'newer'), Promise.allSettled(running))
    })
    db.addEventListener('close', () => {
      if (db === current) lose(databaseError('closed'))
    })
  }

  function lose({ kind, message }: StorageError, after?: Promise<unknown>): void {
    ownership.lose(kind, message, after)
    current.close()
  }

  async function reopen(): Promise<void> {
    try {
      const db = await reconnect()
      try {
        ownership.assertHeld()
      } catch (error) {
        db.close()
        throw error
      }
      current = db
      attend(db)
    } catch (error) {
      if (isEnding(error)) lose(error)
      throw error
    } finally {
      reopening = undefined
    }
  }

  async function onConnection<T>(run: (db: IDBDatabase) => Promise<T>): Promise<T> {
    try {
      return await run(current)
    } catch (error) {
      if (!isClosedConnection(error)) throw error
    }
    await (reopening ??= reopen())
    try {
      return await run(current)
    } catch (error) {
      throw isClosedConnection(error) ? databaseError('closed', error) : error
    }
  }

  async function attempt<T>(check: () => void, run: (db: IDBDatabase) => Promise<T>): Promise<T> {
    check()
    ownership.assertHeld()
    try {
      return await onConnection(run)
    } catch (error) {
      if (error instanceof StorageError && error.kind === 'stale-epoch') lose(error)
      throw error
    }
  }

  /** The promise the caller gets is the one that is waited for, so that he hears of his batch before he hears of a loss. */
  function call<T>(check: () => void, run: (db: IDBDatabase) => Promise<T>): Promise<T> {
    const answer = attempt(check, run)
    running.add(answer)
    const forget = (): unknown => running.delete(answer)
    answer.then(forget, forget)
    return answer
  }

  attend(first)
  return {
    epoch: claim.epoch,
    read: (reads) =>
      call(
        () => assertReads(layout, reads),
        (db) => read(db, reads),
      ),
    commit: (batch) =>
      call(
        () => assertBatch(layout, batch),
        (db) => commit(db, claim, batch),
      ),
    onLost: ownership.onLost,
    async close() {
      ownership.close()
      await Promise.allSettled(running)
      current.close()
    },
  }
}

function isClosedConnection(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'InvalidStateError'
}

function isEnding(error: unknown): error is StorageError {
  return error instanceof StorageError && (error.kind === 'closed' || error.kind === 'newer')
}
