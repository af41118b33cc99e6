/** Rows: the relay's log, as devices see it. */

/** What JSON can say. Commands, changes and outcomes travel as such; @parley/document says what they mean. */
export type Any = null | boolean | number | string | readonly Any[] | { readonly [key: string]: Any }

/** One accepted entry: a message, or an operation. `erases` names what a recall or an edit took away, all on the same page. */
export interface EntryRow {
  readonly kind: 'entry'
  readonly seq: number
  readonly time: number
  readonly page: number
  readonly update: Uint8Array
  readonly erases: readonly ErasedItem[]
}

export interface ErasedItem {
  readonly seq: number
  readonly client: number
  readonly clock: number
}

/** An entry whose content has been erased since. */
export interface ErasedRow {
  readonly kind: 'erased'
  readonly seq: number
  readonly time: number
  readonly page: number
  readonly update: Uint8Array
  readonly author: string
  readonly id: string
  /** It was an operation (an edit that another one replaced), and no message. */
  readonly operation: boolean
}

/** A change of the head, written by the relay. `command` is the id of the command it answers, or ''. */
export interface HeadRow {
  readonly kind: 'head'
  readonly seq: number
  readonly time: number
  readonly update: Uint8Array
  readonly command: string
  /** `Change` of @parley/document; parsed there. */
  readonly change: Any
}

/** A row of a page that is hidden from this user: that it is there, and nothing of it. It keeps sequences without a gap. */
export interface HiddenRow {
  readonly kind: 'hidden'
  readonly seq: number
  readonly time: number
}

export type Row = EntryRow | ErasedRow | HeadRow | HiddenRow
