/** What a client tells its listeners: all that its conversations tell, with the conversation, and what concerns the device. */
import type { ConnectionState, UnsentItem } from '../engine-types.ts'
import type { ParleyError } from '../errors.ts'
import type { ContactInfo } from './contacts.ts'
import type { Conversation } from './conversation.ts'
import type { ConversationEvents, Replayed, UpdateNews } from './conversation-events.ts'
import type { Event } from './event.ts'
import type { UserProfile } from './profiles.ts'

type WithConversation<M> = {
  readonly [K in keyof M]: M[K] extends readonly [infer A, ...infer R]
    ? readonly [A, Conversation, ...R]
    : readonly [Conversation]
}

export type ClientEvents = Omit<WithConversation<ConversationEvents>, typeof Event.CONVERSATION_UPDATED> & {
  /** `partial`: it moved while away, and not all of that came as events. */
  readonly [Event.CONVERSATION_UPDATED]: readonly [Conversation, UpdateNews]
  readonly [Event.CHANGE_REFUSED]: readonly [
    { readonly item: UnsentItem; readonly error: ParleyError },
    Conversation,
  ]
  /** A change of what is the user's own: his profile, his contacts, how he keeps a conversation. */
  readonly [Event.OWN_CHANGE_REFUSED]: readonly [{ readonly item: UnsentItem; readonly error: ParleyError }]
  readonly [Event.CONTACT_REQUEST]: readonly [ContactInfo & Replayed]
  readonly [Event.CONTACT_ADDED]: readonly [ContactInfo & Replayed]
  /** With what it was: a contact, or a request that was declined or taken back. */
  readonly [Event.CONTACT_REMOVED]: readonly [ContactInfo & Replayed]
  readonly [Event.PROFILE_UPDATED]: readonly [UserProfile]
  readonly [Event.STATE]: readonly [ConnectionState]
  readonly [Event.STORAGE_DEGRADED]: readonly [{ readonly kind?: string }]
  readonly [Event.STORAGE_RECOVERED]: readonly []
  /** Of somebody whose presence is subscribed to. */
  readonly [Event.PRESENCE]: readonly [{ readonly user: string; readonly online: boolean }]
  /** Somebody has signed in under this tag on another device; `CLOSE` follows. */
  readonly [Event.CONFLICT]: readonly [{ readonly reason: string }]
  readonly [Event.CLOSE]: readonly [{ readonly code: string; readonly detail: string }]
  readonly [Event.ERROR]: readonly [{ readonly code: string; readonly message: string }]
}

/** Where news goes: the listeners of the conversation, and those of the client. */
export interface Tell {
  readonly conversation: Conversation
  readonly both: <K extends keyof ConversationEvents>(
    name: K,
    args: ConversationEvents[K],
    own: ClientEvents[K],
  ) => void
}
