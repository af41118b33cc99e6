/**
 * A batch and a list of reads as one transaction each. Both throw where the connection is closed (`InvalidStateError` of
 * `transaction`), before anything is begun, so that the caller may try again on another connection.
 */
import { isKey } from '../key.ts'
import type { Batch, Read, Row, StorageError } from '../port.ts'
import { isValue } from '../value.ts'
import { compactBytes } from './compact-bytes.ts'
import { databaseError, transactionError } from './database-errors.ts'
import { type Claim, metaTable, parseMeta, requestMeta } from './meta.ts'
import { rangeOfPrefix, type RawRow, requestRange } from './range-requests.ts'

/**
 * Resolves when the browser says that the transaction is complete, and no earlier: a full disk shows as an abort after
 * every request has succeeded. All requests go out at once; the claim is the first, and ends the rest if it is stale.
 */
export async function commit(db: IDBDatabase, claim: Claim, batch: Batch): Promise<void> {
  const { durability } = batch
  const transaction = db.transaction([metaTable, ...tablesOf(batch)], 'readwrite', { durability })
  return new Promise((resolve, reject) => {
    let reason: StorageError | undefined
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(reason ?? transactionError(transaction.error)))
    const request = requestMeta(transaction)
    request.addEventListener('success', () => {
      const meta = parseMeta(request.result)
      if (meta?.epoch === claim.epoch && meta.owner === claim.owner) return
      reason = databaseError('stale-epoch')
      transaction.abort()
    })
    try {
      apply(transaction, batch)
    } catch (error) {
      transaction.abort()
      throw error
    }
  })
}

export async function read(db: IDBDatabase, reads: readonly Read[]): Promise<readonly (readonly Row[])[]> {
  if (reads.length === 0) return []
  const transaction = db.transaction([...new Set(reads.map(({ table }) => table))], 'readonly')
  const answers: (readonly RawRow[])[] = reads.map(() => [])
  await new Promise<void>((resolve, reject) => {
    reads.forEach((one, index) => {
      requestRows(transaction.objectStore(one.table), one, (rows) => {
        answers[index] = rows
      })
    })
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transactionError(transaction.error)))
  })
  return answers.map((rows) => rows.map(parseRow))
}

function requestRows(store: IDBObjectStore, one: Read, answer: (rows: readonly RawRow[]) => void): void {
  if (one.kind === 'range') return requestRange(store, one, answer)
  const request: IDBRequest<unknown> = store.get([...one.key])
  request.addEventListener('success', () => {
    if (request.result !== undefined) answer([{ key: [...one.key], value: request.result }])
  })
}

function apply(transaction: IDBTransaction, batch: Batch): void {
  for (const { table, prefix } of batch.removePrefixes ?? []) {
    transaction.objectStore(table).delete(rangeOfPrefix(prefix))
  }
  for (const { table, key } of batch.removes ?? []) transaction.objectStore(table).delete([...key])
  for (const { table, key, value } of batch.puts ?? []) {
    transaction.objectStore(table).put(compactBytes(value), [...key])
  }
}

function tablesOf({ removePrefixes, removes, puts }: Batch): ReadonlySet<string> {
  return new Set([...(removePrefixes ?? []), ...(removes ?? []), ...(puts ?? [])].map(({ table }) => table))
}

function parseRow({ key, value }: RawRow): Row {
  if (isKey(key) && isValue(value)) return { key, value }
  throw databaseError('corrupt')
}
