/**
 * The one record about the whole database, in an object store of its own: whose it is, and who owns it.
 *
 * It stands under the random name of its owner, beside the epoch that orders owners, and a unique index admits no second
 * one. So an owner that puts its record again is refused by the database itself wherever somebody else's stands, also
 * where the browser has removed the data and somebody has begun anew; no answer is needed in between (ST100).
 */
import type { FirstLook, StoreLayout } from '../port.ts'
import { isValue } from '../value.ts'
import { databaseError, transactionError } from './database-errors.ts'
import type { Upgrade } from './database.ts'

/** No table of a layout can have this name. */
export const metaTable = '$parley'
const magic = 'parley'

/** The record without its magic: what an owner shows at every commit. */
export interface Claim {
  readonly epoch: number
  readonly owner: string
}

/** Fails as a `ConstraintError` where the record of another owner stands. */
export function putMeta(transaction: IDBTransaction, claim: Claim): IDBRequest {
  return transaction.objectStore(metaTable).put({ magic, ...claim })
}

/** undefined if it is not a record of ours. */
function parseMeta(value: unknown): Claim | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('epoch' in value) || typeof value.epoch !== 'number') return undefined
  if (!('owner' in value) || typeof value.owner !== 'string') return undefined
  return { epoch: value.epoch, owner: value.owner }
}

/** Whether a database that is open was made here. */
export async function isOurs(db: IDBDatabase): Promise<boolean> {
  if (!db.objectStoreNames.contains(metaTable)) return false
  const transaction = db.transaction(metaTable, 'readonly')
  return new Promise((resolve, reject) => {
    transaction.addEventListener('abort', () => reject(transactionError(transaction.error)))
    inspect(
      transaction,
      undefined,
      () => resolve(false),
      () => resolve(true),
    )
  })
}

/** Makes the record and the tables of a layout, in a database that is new, or ours and older and no first look forbids it. */
export function upgradeTo(layout: StoreLayout, look: FirstLook | undefined): (upgrade: Upgrade) => void {
  return ({ db, transaction, oldVersion, stop }) => {
    function makeTables(): void {
      for (const table of layout.tables) {
        if (!db.objectStoreNames.contains(table)) db.createObjectStore(table)
      }
    }
    if (oldVersion === 0) {
      db.createObjectStore(metaTable, { keyPath: 'owner' }).createIndex(magic, 'magic', { unique: true })
      putMeta(transaction, { epoch: 0, owner: '' })
      makeTables()
    } else inspect(transaction, look, stop, makeTables)
  }
}

/**
 * Raises the epoch, on disk before it resolves, unless the first look forbids it. Everything is asked for at once, and
 * what follows from the answer is handed over at once: a page stopped between the two holds up the others.
 */
export async function takeOwnership(
  db: IDBDatabase,
  layout: StoreLayout,
  look: FirstLook | undefined,
): Promise<Claim> {
  if (!db.objectStoreNames.contains(metaTable)) throw databaseError('foreign')
  const hasTables = layout.tables.every((table) => db.objectStoreNames.contains(table))
  const seen = hasTables ? look : undefined
  const owner = crypto.getRandomValues(new Uint32Array(4)).join('-')
  const names = seen === undefined ? [metaTable] : [metaTable, seen.table]
  const transaction = db.transaction(names, 'readwrite', { durability: 'strict' })
  return new Promise((resolve, reject) => {
    let claim: Claim | undefined
    let reason: Error | undefined
    function stop(why: Error): void {
      reason = why
      transaction.abort()
    }
    inspect(transaction, seen, stop, (meta) => {
      if (!hasTables) return stop(databaseError('corrupt'))
      claim = { epoch: meta.epoch + 1, owner }
      transaction.objectStore(metaTable).delete(meta.owner)
      putMeta(transaction, claim)
      transaction.commit()
    })
    transaction.addEventListener('complete', () => {
      if (claim !== undefined) resolve(claim)
    })
    transaction.addEventListener('abort', () => reject(reason ?? transactionError(transaction.error)))
  })
}

/** Goes on where the record is ours, and nobody looks, or who does has nothing against it. */
function inspect(
  transaction: IDBTransaction,
  look: FirstLook | undefined,
  stop: (reason: Error) => void,
  goOn: (meta: Claim) => void,
): void {
  const names = transaction.objectStoreNames
  const store = names.contains(metaTable) ? transaction.objectStore(metaTable) : undefined
  if (store?.indexNames.contains(magic) !== true) return stop(databaseError('foreign'))
  const request: IDBRequest<unknown> = store.index(magic).get(magic)
  const looked: IDBRequest<unknown> | undefined =
    look !== undefined && names.contains(look.table)
      ? transaction.objectStore(look.table).get([...look.key])
      : undefined
  function judge(): void {
    const meta = parseMeta(request.result)
    if (meta === undefined) return stop(databaseError('foreign'))
    const found = looked?.result
    if (found !== undefined && !isValue(found)) return stop(databaseError('corrupt'))
    try {
      look?.see(found)
    } catch (error) {
      return stop(
        error instanceof Error ? error : new Error('Whoever looked threw no error.', { cause: error }),
      )
    }
    goOn(meta)
  }
  // Requests of one transaction are answered in their order.
  const last = looked ?? request
  last.addEventListener('success', judge)
}
