/** What a conversation tells its listeners, and with what. */
import type { ConversationChanges } from './conversation-changes.ts'
import type { Event } from './event.ts'
import type { ConversationMemberInfo, MemberRole } from './member-info.ts'
import type { Message, MessageReason } from './message.ts'

/** What happened while the device was away. */
export interface Replayed {
  readonly replayed?: true
  /** Not all of it came as events. */
  readonly partial?: true
}

interface Members extends Replayed {
  readonly members: readonly string[]
}

/** Until when; null for good. */
interface Until {
  readonly until: Date | null
}

export interface ReactionNews extends Replayed {
  readonly message: Message
  readonly sign: string
  readonly by: string
  /** Set, or taken back. */
  readonly on: boolean
}

export interface InfoNews extends Replayed {
  /** By the keys that `get` takes: `name`, `icon`, `attr.…`; what is gone is undefined. `policy` holds what changed of it. */
  readonly attributes: { readonly [key: string]: unknown }
  readonly updatedBy: string
}

export interface MemberNews extends Replayed {
  readonly member: string
  readonly memberInfo: ConversationMemberInfo & { readonly role: MemberRole }
  readonly updatedBy: string
}

export interface UpdateNews extends Replayed {
  /** With `partial`: what was another one before; nothing of a conversation that this device did not know. */
  readonly changes?: ConversationChanges
}

export type ConversationEvents = {
  readonly [Event.INVITED]: readonly [{ readonly invitedBy: string } & Replayed]
  readonly [Event.KICKED]: readonly [{ readonly kickedBy: string } & Replayed]
  readonly [Event.MEMBERS_JOINED]: readonly [{ readonly invitedBy: string } & Members]
  readonly [Event.MEMBERS_LEFT]: readonly [{ readonly kickedBy?: string } & Members]
  readonly [Event.MEMBER_INFO_UPDATED]: readonly [MemberNews]
  readonly [Event.MUTED]: readonly [{ readonly mutedBy: string } & Until & Replayed]
  readonly [Event.UNMUTED]: readonly [{ readonly unmutedBy: string } & Replayed]
  readonly [Event.MEMBERS_MUTED]: readonly [{ readonly mutedBy: string } & Until & Members]
  readonly [Event.MEMBERS_UNMUTED]: readonly [{ readonly unmutedBy: string } & Members]
  readonly [Event.BLOCKED]: readonly [{ readonly blockedBy: string } & Replayed]
  /** To him, who is no member then; not again when he is a member by the time this device hears of it. */
  readonly [Event.UNBLOCKED]: readonly [{ readonly unblockedBy: string } & Replayed]
  readonly [Event.MEMBERS_BLOCKED]: readonly [{ readonly blockedBy: string } & Members]
  readonly [Event.MEMBERS_UNBLOCKED]: readonly [{ readonly unblockedBy: string } & Members]
  readonly [Event.CONVERSATION_INFO_UPDATED]: readonly [InfoNews]
  readonly [Event.MESSAGE]: readonly [Message, Replayed]
  /** Without a reason its sender did it. */
  readonly [Event.MESSAGE_UPDATE]: readonly [Message, MessageReason | undefined, Replayed]
  readonly [Event.MESSAGE_RECALL]: readonly [Message, Replayed]
  readonly [Event.MESSAGE_STATUS]: readonly [Message]
  readonly [Event.LAST_DELIVERED_AT_UPDATE]: readonly []
  readonly [Event.LAST_READ_AT_UPDATE]: readonly []
  readonly [Event.REACTION]: readonly [ReactionNews]
  /** Somebody else has begun to type, or has stopped. */
  readonly [Event.TYPING]: readonly [{ readonly from: string; readonly typing: boolean }]
  readonly [Event.UNREAD_MESSAGES_COUNT_UPDATE]: readonly [number]
  /** What is shown of it is to be read again. `partial`: it moved while away, and not all of that came as events. */
  readonly [Event.CONVERSATION_UPDATED]: readonly [UpdateNews]
}
