/** How far members have got, as the log keeps it: a part of the store's port. */
import type { ConversationId, UserId } from '@parley/document'

export interface MarkKey {
  readonly conversation: ConversationId
  readonly user: UserId
}

export interface MarkRecord extends MarkKey {
  /** Sequences; they only grow. */
  readonly delivered: number
  readonly read: number
  readonly time: number
  /** Of its last move: where the feed finds it. */
  readonly position: number
}

export interface MovedMarks {
  /** Of present members, by user. */
  readonly marks: readonly MarkRecord[]
  /** Somebody came or went above the position: `marks` are all there are. */
  readonly all: boolean
}

export interface MarksStore {
  /** Those that exist, in no particular order. */
  marks(keys: readonly MarkKey[]): Promise<readonly MarkRecord[]>
  /** Those that moved above a position, at most `limit`. */
  marksSince(conversation: ConversationId, position: number, limit: number): Promise<MovedMarks>
}
