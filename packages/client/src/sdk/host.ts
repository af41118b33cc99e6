/** What a client shares with its conversations. */
import type { ConversationId } from '@parley/document'
import type { Engine } from '../engine-types.ts'
import type { MessageClasses } from './message-classes.ts'
import type { Outgoing } from './outgoing.ts'

export interface ConversationHost {
  readonly engine: Engine
  readonly classes: MessageClasses
  readonly outgoing: Outgoing
  readonly now: () => number
  /** Takes what a listener of the app has thrown. */
  readonly fault: (error: unknown) => void
}

/** One conversation of a client. */
export interface At {
  readonly host: ConversationHost
  readonly id: ConversationId
}

/** A change that is safe on this device; `confirmed` is the relay's word on it. */
export interface Changed {
  readonly confirmed: Promise<unknown>
}
