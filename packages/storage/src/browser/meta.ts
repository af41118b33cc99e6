/**
 * The one record about the whole database, in an object store of its own: whose it is, in which format, and who owns it.
 *
 * The epoch orders the owners; the random name beside it tells apart owners of the same epoch, as there are when the
 * browser has removed the data and somebody has begun anew.
 */
import type { FirstLook, StoreLayout } from '../port.ts'
import { isValue } from '../value.ts'
import { databaseError, transactionError } from './database-errors.ts'
import type { Upgrade } from './database.ts'

/** No table of a layout can have this name. */
export const metaTable = '$parley'
const metaKey = 'meta'
const magic = 'parley'

/** What an owner shows at every commit. */
export interface Claim {
  readonly epoch: number
  readonly owner: string
}

export interface Meta extends Claim {
  readonly format: number
}

/** Asks for the record. The answer of the request goes through `parseMeta`. */
export function requestMeta(transaction: IDBTransaction): IDBRequest<unknown> {
  return transaction.objectStore(metaTable).get(metaKey)
}

/** undefined if it is not a record of ours. */
export function parseMeta(value: unknown): Meta | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('magic' in value) || value.magic !== magic) return undefined
  if (!('format' in value) || typeof value.format !== 'number') return undefined
  if (!('epoch' in value) || typeof value.epoch !== 'number') return undefined
  if (!('owner' in value) || typeof value.owner !== 'string') return undefined
  return { format: value.format, epoch: value.epoch, owner: value.owner }
}

/** The record of a database that is open; undefined if it is not ours. */
export async function readMeta(db: IDBDatabase): Promise<Meta | undefined> {
  if (!db.objectStoreNames.contains(metaTable)) return undefined
  const transaction = db.transaction(metaTable, 'readonly')
  const request = requestMeta(transaction)
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve(parseMeta(request.result)))
    transaction.addEventListener('abort', () => reject(transactionError(transaction.error)))
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
      putMeta(db.createObjectStore(metaTable), { format: layout.format, epoch: 0, owner: '' })
      makeTables()
      return
    }
    if (!db.objectStoreNames.contains(metaTable)) return stop(databaseError('foreign'))
    const request = requestMeta(transaction)
    request.addEventListener('success', () => {
      const meta = parseMeta(request.result)
      if (meta === undefined) return stop(databaseError('foreign'))
      lookAt(transaction, look, stop, () => {
        putMeta(transaction.objectStore(metaTable), { ...meta, format: layout.format })
        makeTables()
      })
    })
  }
}

/** Raises the epoch, on disk before it resolves, unless the first look forbids it. */
export async function takeOwnership(
  db: IDBDatabase,
  layout: StoreLayout,
  look: FirstLook | undefined,
): Promise<Claim> {
  if (!db.objectStoreNames.contains(metaTable)) throw databaseError('foreign')
  const hasTables = layout.tables.every((table) => db.objectStoreNames.contains(table))
  const names = look !== undefined && hasTables ? [metaTable, look.table] : [metaTable]
  const transaction = db.transaction(names, 'readwrite', { durability: 'strict' })
  const owner = crypto.getRandomValues(new Uint32Array(4)).join('-')
  const request = requestMeta(transaction)
  return new Promise((resolve, reject) => {
    let claim: Claim | undefined
    let reason: Error | undefined
    const stop = (why: Error): void => {
      reason = why
      transaction.abort()
    }
    request.addEventListener('success', () => {
      const meta = parseMeta(request.result)
      if (meta === undefined) return stop(databaseError('foreign'))
      if (!hasTables) return stop(databaseError('corrupt'))
      lookAt(transaction, look, stop, () => {
        claim = { epoch: meta.epoch + 1, owner }
        putMeta(transaction.objectStore(metaTable), { ...claim, format: layout.format })
      })
    })
    transaction.addEventListener('complete', () => {
      if (claim !== undefined) resolve(claim)
    })
    transaction.addEventListener('abort', () => reject(reason ?? transactionError(transaction.error)))
  })
}

/** Goes on where nobody looks, or who does has nothing against it. */
function lookAt(
  transaction: IDBTransaction,
  look: FirstLook | undefined,
  stop: (reason: Error) => void,
  goOn: () => void,
): void {
  if (look === undefined) return goOn()
  const { table, key, see } = look
  function show(found: unknown): void {
    if (found !== undefined && !isValue(found)) return stop(databaseError('corrupt'))
    try {
      see(found)
    } catch (error) {
      return stop(
        error instanceof Error ? error : new Error('Whoever looked threw no error.', { cause: error }),
      )
    }
    goOn()
  }
  if (!transaction.objectStoreNames.contains(table)) return show(undefined)
  const request: IDBRequest<unknown> = transaction.objectStore(table).get([...key])
  request.addEventListener('success', () => show(request.result))
}

function putMeta(store: IDBObjectStore, meta: Meta): void {
  store.put({ magic, ...meta }, metaKey)
}
