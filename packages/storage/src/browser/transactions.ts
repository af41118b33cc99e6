/**
 * A batch and a list of reads as one transaction each. Both throw where the connection is closed (`InvalidStateError` of
 * `transaction`), before anything is begun, so that the caller may try again on another connection.
 *
 * A transaction shuts out other tabs until it ends, and a stopped page ends none. So all requests and the end of it are
 * handed over in one go, after whatever takes time, and the browser does the rest alone (ST101).
 */
import { isKey } from '../key.ts'
import type { Batch, Put, Read, Row } from '../port.ts'
import { isValue } from '../value.ts'
import { compactBytes } from './compact-bytes.ts'
import { databaseError, transactionError } from './database-errors.ts'
import { type Claim, metaTable, putMeta } from './meta.ts'
import { rangeOfPrefix, type RawRow, requestRange } from './range-requests.ts'

/**
 * Resolves when the browser says that the transaction is complete, and no earlier: a full disk shows as an abort after
 * every request has succeeded. The owner's record is the first request, and fails with the rest if another one's stands.
 */
export async function commit(db: IDBDatabase, claim: Claim, batch: Batch): Promise<void> {
  const { durability } = batch
  const names = [metaTable, ...tablesOf(batch)]
  const puts = (batch.puts ?? []).map((put) => ({ ...put, value: compactBytes(put.value) }))
  const transaction = db.transaction(names, 'readwrite', { durability })
  return new Promise((resolve, reject) => {
    let isFenced = false
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => {
      const { error } = transaction
      reject(isFenced ? databaseError('stale-epoch', error) : transactionError(error))
    })
    try {
      const request = putMeta(transaction, claim)
      // Not prevented, so that the browser aborts: also while this page sleeps, and hears of it when it wakes.
      request.addEventListener('error', () => {
        isFenced = request.error?.name === 'ConstraintError'
      })
      apply(transaction, batch, puts)
      transaction.commit()
    } catch (error) {
      transaction.abort()
      throw error
    }
  })
}

/** Waits for the answers and not for the end: Chromium fetches values of more than 64 KiB after it has said `complete`. */
export async function read(db: IDBDatabase, reads: readonly Read[]): Promise<readonly (readonly Row[])[]> {
  if (reads.length === 0) return []
  const transaction = db.transaction([...new Set(reads.map(({ table }) => table))], 'readonly')
  const answers: (readonly RawRow[])[] = reads.map(() => [])
  await new Promise<void>((resolve, reject) => {
    let missing = reads.length
    const areWhole = reads.map((one, index) =>
      requestRows(transaction.objectStore(one.table), one, (rows) => {
        answers[index] = rows
        missing -= 1
        if (missing === 0) resolve()
      }),
    )
    // Of a request, also of one that fails after the end.
    transaction.addEventListener('error', ({ target }) => {
      reject(transactionError(target instanceof IDBRequest ? target.error : null))
    })
    transaction.addEventListener('abort', () => reject(transactionError(transaction.error)))
    if (areWhole.every(Boolean)) transaction.commit()
  })
  return answers.map((rows) => rows.map(parseRow))
}

/** Says whether that was all there is to ask. */
function requestRows(store: IDBObjectStore, one: Read, answer: (rows: readonly RawRow[]) => void): boolean {
  if (one.kind === 'range') return requestRange(store, one, answer)
  const request: IDBRequest<unknown> = store.get([...one.key])
  request.addEventListener('success', () => {
    answer(request.result === undefined ? [] : [{ key: [...one.key], value: request.result }])
  })
  return true
}

function apply(transaction: IDBTransaction, { removePrefixes, removes }: Batch, puts: readonly Put[]): void {
  for (const { table, prefix } of removePrefixes ?? []) {
    transaction.objectStore(table).delete(rangeOfPrefix(prefix))
  }
  for (const { table, key } of removes ?? []) transaction.objectStore(table).delete([...key])
  for (const { table, key, value } of puts) transaction.objectStore(table).put(value, [...key])
}

function tablesOf({ removePrefixes, removes, puts }: Batch): ReadonlySet<string> {
  return new Set([...(removePrefixes ?? []), ...(removes ?? []), ...(puts ?? [])].map(({ table }) => table))
}

function parseRow({ key, value }: RawRow): Row {
  if (isKey(key) && isValue(value)) return { key, value }
  throw databaseError('corrupt')
}
