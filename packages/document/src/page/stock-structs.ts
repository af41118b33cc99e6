/** What an update of a stock Yjs tool says, as far as a page has to know: elements to append, all else by its place alone. */
import type { ItemId } from '../ids.ts'
import type { UpdateFault } from './append.ts'

/** One element that wants to stand in the page: `writeAppend` of it are the bytes of an append. */
export interface StockAppend extends ItemId {
  readonly kind: 'append'
  readonly origin: ItemId | null
  /** One value in lib0's any encoding, as it stood in the update. What it says, and whether that is JSON, is not checked. */
  readonly content: Uint8Array
}

/** Anything else, with the clocks it takes: what it is, in plain words. */
export interface StockOther extends ItemId {
  readonly kind: 'other'
  readonly length: number
  readonly what: string
}

export type StockStruct = StockAppend | StockOther

export interface StockDeletion extends ItemId {
  readonly length: number
}

export interface StockUpdate {
  readonly structs: readonly StockStruct[]
  readonly deletions: readonly StockDeletion[]
}

export type ReadStockUpdate = { readonly ok: true; readonly update: StockUpdate } | UpdateFault
export type OrderedAppends = { readonly ok: true; readonly appends: readonly StockAppend[] } | UpdateFault
