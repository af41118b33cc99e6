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

/** Everybody in the conversation; no user is called that. */
export const everybody = '*'
export type Mention = UserId | typeof everybody

/** What a message carries, and what an edit puts in its place. Keys stand in this order. */
export interface Content {
  /** Negative: ours, positive: the app's, 0: untyped. */
  readonly type: number
  readonly text?: string
  readonly attrs?: JsonObject
  /** What its type alone knows: a file, a place, elements, fields of an own class. */
  readonly body?: JsonObject
  /** Nobody twice, and never empty. */
  readonly mentions?: readonly Mention[]
}

interface Written {
  readonly id: EntryId
  readonly from: UserId
  /** The device's claim, in milliseconds; order and time shown come from the relay. */
  readonly sentAt: number
}

export interface Message extends Written, Content {
  /** The message this one answers. It need not be on this device, nor exist any more. */
  readonly replyTo?: EntryId
  /** The sender wants to know when it has reached the others. */
  readonly receipt?: true
}

/** Takes a message back: its content is erased everywhere. */
export interface Recall extends Written {
  readonly op: 'recall'
  readonly target: EntryId
}

/** Replaces the whole content; what the message answers stays. */
export interface Edit extends Written, Content {
  readonly op: 'edit'
  readonly target: EntryId
}

/** Sets one reaction of one person on or off; the newest counts. */
export interface Reaction extends Written {
  readonly op: 'react'
  readonly target: EntryId
  /** A sign, mostly an emoji: 1 to `maxReactionBytes` bytes. */
  readonly sign: string
  readonly on: boolean
}

export type Operation = Recall | Edit | Reaction
export type Entry = Message | Operation
