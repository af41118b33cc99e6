/** What somebody has written: to be sent, or begun. */
import type { EntryId, JsonObject, Mention } from '@parley/document'

/** What an app gives; checked where it enters. */
export interface SendContent {
  readonly type: number
  readonly text?: string
  readonly attrs?: JsonObject
  readonly body?: JsonObject
  readonly mentions?: readonly Mention[]
}

export interface SendMessage extends SendContent {
  readonly replyTo?: EntryId
  /** The others are asked to tell when they have got it. */
  readonly receipt?: boolean
  /** It is what was drafted: the draft goes in the same transaction. */
  readonly drafted?: boolean
}

/** What somebody has begun to write: what would be sent as it stands, and whatever the app keeps beside it. */
export interface DraftContent extends SendContent {
  readonly replyTo?: EntryId
  readonly data?: string
}

export interface Draft extends DraftContent {
  readonly editedAt: number
}
