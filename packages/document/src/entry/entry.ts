/**
 * Entries: the elements of a page. A message, or an operation on one.
 *
 * The key order written here is the canonical one: a rebuilt entry encodes to the very bytes it came from, or it is
 * refused (`not-canonical`).
 */
import type { EntryId, UserId } from '../ids.ts'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue
}

export interface Message {
  readonly id: EntryId
  readonly from: UserId
  /** The device's claim, in milliseconds; order and time shown come from the relay. */
  readonly sentAt: number
  /** Negative: ours, positive: the app's, 0: untyped. */
  readonly type: number
  readonly text?: string
  readonly attrs?: JsonObject
}

export interface Operation {
  readonly id: EntryId
  readonly from: UserId
  readonly sentAt: number
  readonly op: 'recall'
  readonly target: EntryId
}

export type Entry = Message | Operation
