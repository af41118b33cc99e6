/**
 * One owner of a SQLite file. Everything happens inside the call: node:sqlite is synchronous, so calls take effect in
 * their order and none is ever half done.
 *
 * A strict commit is on disk when it resolves (the log is synced). A relaxed one is with the system: it survives the end
 * of the process, and a power cut may take it, together with relaxed ones after it, never parts of it.
 */
import { createOwnership } from '../ownership.ts'
import { type Batch, type OpenStore, StorageError, type StoreLayout } from '../port.ts'
import { assertBatch, assertReads } from '../requests.ts'
import { sentence, storageError } from './sqlite-errors.ts'
import { type Connection, inTransaction } from './sqlite-file.ts'
import { createSqliteRows } from './sqlite-rows.ts'
import { prepareRecord } from './sqlite-schema.ts'

export interface SqliteOwner {
  readonly store: OpenStore
  /** The data are about to be destroyed. */
  readonly dismiss: () => void
}

export function own(
  connection: Connection,
  layout: StoreLayout,
  epoch: number,
  path: string,
  ended: () => void,
): SqliteOwner {
  const { db } = connection
  const ownership = createOwnership()
  const rows = createSqliteRows(db, path)
  const readRecord = prepareRecord(db, path)
  let synchronous: Batch['durability'] | undefined

  /** The data must be the owner's, and for writing, no other owner may have come. */
  function assertOwned(purpose: 'read' | 'write'): void {
    const record = readRecord()
    if (!connection.isAtPath() || epoch < record.born) throw lost('closed')
    if (purpose === 'write' && epoch !== record.epoch) throw lost('stale-epoch')
  }

  function lost(kind: 'closed' | 'stale-epoch'): StorageError {
    return new StorageError(kind, sentence(kind, path, ''))
  }

  function letGo(): void {
    connection.close()
    ended()
  }

  /** Runs it with the errors of the port. Only after its transaction is over do listeners hear that the store is lost. */
  async function guarded<T>(run: () => T): Promise<T> {
    try {
      ownership.assertHeld()
      return run()
    } catch (error) {
      const failure = storageError(error, path)
      if (failure instanceof StorageError && (failure.kind === 'closed' || failure.kind === 'stale-epoch')) {
        letGo()
        ownership.lose(failure.kind, failure.message)
      }
      throw failure
    }
  }

  function setDurability(durability: Batch['durability']): void {
    if (synchronous === durability) return
    db.exec(`PRAGMA synchronous = ${durability === 'strict' ? 'FULL' : 'NORMAL'}`)
    synchronous = durability
  }

  return {
    dismiss() {
      letGo()
      ownership.lose('closed', sentence('closed', path, ''))
    },
    store: {
      epoch,
      read: async (reads) =>
        guarded(() => {
          assertReads(layout, reads)
          return inTransaction(db, 'DEFERRED', () => {
            assertOwned('read')
            return reads.map((read) => rows.answer(read))
          })
        }),
      commit: async (batch) =>
        guarded(() => {
          assertBatch(layout, batch)
          setDurability(batch.durability)
          inTransaction(db, 'IMMEDIATE', () => {
            assertOwned('write')
            rows.apply(batch)
          })
        }),
      onLost: ownership.onLost,
      async close() {
        ownership.close()
        letGo()
      },
    },
  }
}
