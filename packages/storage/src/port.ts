/**
 * The device store's port: named tables of ordered rows, changed in whole transactions by one owner.
 *
 * Promises (each a rule of SPEC.md, each in the contract suite that every backend runs):
 *  - a commit is all or nothing, and resolved only when it is on disk (`strict`) or handed to the system (`relaxed`);
 *  - opening raises the fencing epoch; a commit of an earlier owner is refused (`stale-epoch`) and changes nothing;
 *  - what was committed is there after a crash; what was not is not there in parts;
 *  - a failure is a `StorageError` with a kind, never a silence.
 */

/** Tuples of strings (printable ASCII) and whole numbers from 0 to 2^53-1; ordered element by element, numbers before strings, a prefix before what it begins. */
export type Key = readonly (string | number)[]

/** Plain values: null, boolean, finite number, string, Uint8Array, arrays and plain objects of them. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value | undefined }

export type TableName = string

export interface Put {
  readonly table: TableName
  readonly key: Key
  readonly value: Value
}

export interface Remove {
  readonly table: TableName
  readonly key: Key
}

/** Every key that begins with `prefix` ([] for the whole table). */
export interface RemovePrefix {
  readonly table: TableName
  readonly prefix: Key
}

/** Applied in the order: removePrefixes, removes, puts. */
export interface Batch {
  readonly removePrefixes?: readonly RemovePrefix[]
  readonly removes?: readonly Remove[]
  readonly puts?: readonly Put[]
  /** `strict` for what exists nowhere else (unsent work); `relaxed` for what the relay can send again. */
  readonly durability: 'strict' | 'relaxed'
}

export type Read =
  | { readonly kind: 'get'; readonly table: TableName; readonly key: Key }
  | {
      readonly kind: 'range'
      readonly table: TableName
      readonly prefix: Key
      /** Bounds on what follows the prefix, both inclusive. */
      readonly from?: Key
      readonly to?: Key
      readonly reverse?: boolean
      readonly limit?: number
    }

export interface Row {
  readonly key: Key
  readonly value: Value
}

/** One row that is looked at before the store is taken over, so that whoever finds it is not for him can turn back. */
export interface FirstLook {
  readonly table: TableName
  readonly key: Key
  /** Given what stands there; undefined where nothing does; perhaps more than once. The error it throws is what opening rejects with. */
  readonly see: (value: Value | undefined) => void
}

export interface DeviceStore {
  /**
   * Takes ownership. Rejects with a `StorageError` when it cannot (foreign, newer, blocked, unavailable), and with what the
   * first look has thrown, which then was all that happened: an owner there is goes on.
   */
  open(look?: FirstLook): Promise<OpenStore>
  /** Removes all of it, also under an owner, who then finds it `closed`. */
  destroy(): Promise<void>
}

export interface OpenStore {
  readonly epoch: number
  /** All reads see one state. A `get` answers one row or none. */
  read(reads: readonly Read[]): Promise<readonly (readonly Row[])[]>
  commit(batch: Batch): Promise<void>
  /** Called once when the store is lost to this owner (fenced, closed by the browser, upgraded by a newer build). */
  onLost(listener: (error: StorageError) => void): void
  close(): Promise<void>
}

export type StorageErrorKind =
  | 'quota'
  | 'closed'
  | 'stale-epoch'
  | 'blocked'
  | 'corrupt'
  | 'foreign'
  | 'newer'
  | 'unavailable'

export class StorageError extends Error {
  readonly kind: StorageErrorKind
  constructor(kind: StorageErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StorageError'
    this.kind = kind
  }
}

/** The tables of a store are fixed when it is made; `format` is the version of what is kept in them. */
export interface StoreLayout {
  readonly format: number
  readonly tables: readonly TableName[]
}
