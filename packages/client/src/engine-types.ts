/**
 * The engine as its users see it: the public classes (`IMClient`, `Conversation`) and the simulated world.
 */
import type {
  Change,
  Command,
  Contact,
  ConversationId,
  EntryId,
  Head,
  JsonObject,
  Mention,
  Outcome,
  PersonCommand,
  Profile,
  Role,
  UserId,
} from '@parley/document'
import type { Draft, DraftContent, SendContent, SendMessage } from './given-content.ts'
import type { ListChanges } from './list-changes.ts'
import type { LiveCalls } from './live-calls.ts'
import type { PartModules, PartName } from './parts.ts'
import type { UnsentItem } from './unsent-item.ts'

export type { Draft, DraftContent, SendContent, SendMessage } from './given-content.ts'
export type { UnsentItem } from './unsent-item.ts'

/** A change that is safe on this device, and what becomes of it at the relay. */
export interface Queued<T> {
  readonly id: EntryId
  /** Resolves with the relay's outcome, rejects with a `ParleyError`. Nobody has to look: it never counts as unhandled. */
  readonly confirmed: Promise<T>
}

export interface Accepted {
  readonly seq: number
  readonly time: number
}

/** How far a member has got, as sequences; 0 says nothing. */
export interface MemberReached {
  readonly user: UserId
  readonly delivered: number
  readonly read: number
  /** When the relay heard the newest of it. */
  readonly time: number
}

export type MessageState = 'sending' | 'sent' | 'failed'

/** Who set one sign on a message, in the order they did. */
export interface Reacted {
  readonly sign: string
  readonly users: readonly UserId[]
}

/** One message as it stands now. `seq` is 0 and `time` the device's claim until the relay has answered. */
export interface MessageView {
  readonly id: EntryId
  readonly conversation: ConversationId
  readonly from: UserId
  readonly seq: number
  readonly time: number
  readonly sentAt: number
  readonly type: number
  readonly text?: string
  readonly attrs?: JsonObject
  readonly body?: JsonObject
  readonly mentions?: readonly Mention[]
  readonly replyTo?: EntryId
  /** The relay's time of the edit that stands; the device's claim while that waits. */
  readonly editedAt?: number
  /** In the order of their first appearance; waiting ones of this device are in it. */
  readonly reactions: readonly Reacted[]
  readonly recalled: boolean
  readonly state: MessageState
  /** Of an own message: when the last of the others had got it, or read it, by the relay's clock; 0 where that is not known any more. */
  readonly delivered?: number
  readonly read?: number
  readonly error?: { readonly code: string; readonly detail: string }
}

/** A list row: everything shown of a conversation that is not open. */
export interface ConversationView {
  readonly id: ConversationId
  readonly kind: string
  readonly name: string | null
  readonly icon: string | null
  readonly creator: UserId | ''
  readonly createdAt: number
  /** When name, icon, attributes, members or rights changed last. */
  readonly updatedAt: number
  readonly unique: boolean
  /** '' when not a member (left, removed, refused, or not known to the relay yet while `syncState` is 'local'). */
  readonly role: string
  readonly memberCount: number
  readonly lastMessage: MessageView | null
  readonly lastMessageAt: number
  /** The relay's times of the newest own message that all the others have got, or read; 0 for none. */
  readonly lastDeliveredAt: number
  readonly lastReadAt: number
  readonly unread: number
  /** Among what is unread somebody mentions this user, or everybody. */
  readonly mentioned: boolean
  /** It is to look unread, whatever is. */
  readonly flagged: boolean
  readonly draft: Draft | null
  /** Since when it stands first in the list; null when it does not. */
  readonly pinnedAt: number | null
  readonly muted: boolean
  /** Until the next message. */
  readonly hidden: boolean
  /** local: made here and unanswered; synced: all the relay said is held; behind: parts are still to be fetched; unknown: never heard of; left. */
  readonly syncState: 'local' | 'synced' | 'behind' | 'unknown' | 'left'
  readonly seq: number
}

export interface ConversationsOptions {
  /** Hidden ones, too. */
  readonly hidden?: boolean
  /** The first so many; all of them when nothing is said. */
  readonly limit?: number
}

/** `incoming`: he asks; `outgoing`: he is asked; `contact`: both want it. */
export interface ContactView extends Contact {
  readonly user: UserId
}

export interface ProfileView extends Profile {
  readonly user: UserId
  /** This device has heard what he says of himself, be that nothing. */
  readonly known: boolean
}

/**
 * A place in a history: a message, a sequence, or a time of the relay's. With an id the others only help to find it, and
 * stand for it where it cannot be had. `closed` includes what stands at the place itself.
 */
export interface HistoryBound {
  readonly id?: EntryId
  readonly seq?: number
  readonly time?: number
  readonly closed?: boolean
}

export interface HistoryQuery {
  readonly limit?: number
  readonly direction?: 'new-to-old' | 'old-to-new'
  /** Where reading begins and where it ends, in its direction. */
  readonly start?: HistoryBound
  readonly end?: HistoryBound
  readonly type?: number
  /** `apart`: unanswered messages of this device are answered beside the others, all of them, and do not count. */
  readonly tail?: 'apart'
  /** Only what is held here: nothing is fetched. */
  readonly from?: 'device'
}

export interface HistoryPage {
  /** Always in ascending order. */
  readonly messages: readonly MessageView[]
  /** Unanswered ones, when they were asked for apart. */
  readonly tail: readonly MessageView[]
  /** Pages that could not be had (no network): what lies there may be missing from the answer. */
  readonly missing: readonly number[]
  /** How far the conversation had come when its newest end was read. */
  readonly seq: number
}

export type ConnectionState = 'connecting' | 'connected' | 'waiting' | 'offline' | 'paused' | 'stopped'

interface Marked {
  readonly replayed?: true
  readonly partial?: true
}

export type EngineEvent =
  | {
      readonly type: 'connection'
      readonly event: 'DISCONNECT' | 'OFFLINE' | 'ONLINE' | 'RETRY' | 'RECONNECT' | 'SCHEDULE'
      readonly attempt?: number
      readonly delayMs?: number
    }
  | { readonly type: 'state'; readonly state: ConnectionState }
  | ({ readonly type: 'invited'; readonly conversation: ConversationId; readonly invitedBy: UserId } & Marked)
  | ({ readonly type: 'kicked'; readonly conversation: ConversationId; readonly kickedBy: UserId } & Marked)
  | ({
      readonly type: 'members-joined'
      readonly conversation: ConversationId
      readonly members: readonly UserId[]
      readonly invitedBy: UserId
    } & Marked)
  | ({
      readonly type: 'members-left'
      readonly conversation: ConversationId
      readonly members: readonly UserId[]
      readonly kickedBy?: UserId
    } & Marked)
  | ({ readonly type: 'message'; readonly message: MessageView } & Marked)
  | ({ readonly type: 'recalled'; readonly message: MessageView } & Marked)
  | ({ readonly type: 'edited'; readonly message: MessageView } & Marked)
  | ({
      readonly type: 'reaction'
      readonly message: MessageView
      readonly by: UserId
      readonly sign: string
      readonly on: boolean
    } & Marked)
  /** Name, icon, attributes, policy, roles, who may not speak, who is kept out: what changed, and by whom. */
  | ({
      readonly type: 'changed'
      readonly conversation: ConversationId
      readonly change: HeadNews
    } & Marked)
  /** Something moved while away and did not come row by row: the difference, as far as the list row tells it. */
  | {
      readonly type: 'moved'
      readonly conversation: ConversationId
      readonly replayed: true
      readonly partial: true
      readonly changes: ListChanges
    }
  | { readonly type: 'message-status'; readonly message: MessageView }
  /** All the others have got, or read, an own message more; `at` is the relay's time of that message. */
  | { readonly type: 'delivered' | 'read-by'; readonly conversation: ConversationId; readonly at: number }
  | {
      readonly type: 'command-refused'
      readonly conversation: ConversationId
      readonly id: EntryId
      readonly command: Command
      readonly item: UnsentItem
      readonly code: string
      readonly detail: string
    }
  | {
      readonly type: 'operation-refused'
      readonly item: UnsentItem
      readonly code: string
      readonly detail: string
    }
  /** Somebody said something that nobody keeps: its sequence is 0, and it is in no history. */
  | { readonly type: 'transient'; readonly said: MessageView }
  | {
      readonly type: 'typing'
      readonly conversation: ConversationId
      readonly from: UserId
      readonly typing: boolean
    }
  /** Of somebody who is watched. */
  | { readonly type: 'presence'; readonly user: UserId; readonly online: boolean }
  /** A change of what is the user's own. */
  | {
      readonly type: 'person-refused'
      readonly item: UnsentItem
      readonly code: string
      readonly detail: string
    }
  /** What the relay says of him is otherwise now; null for no contact and no request. */
  | ({
      readonly type: 'contact'
      readonly user: UserId
      readonly before: Contact | null
      readonly now: Contact | null
    } & Marked)
  /** What is shown of a person must be read again. */
  | { readonly type: 'profile'; readonly user: UserId }
  /** A list row changed: shown state must be read again. */
  | { readonly type: 'conversation'; readonly conversation: ConversationId }
  | { readonly type: 'unread'; readonly conversation: ConversationId; readonly unread: number }
  | { readonly type: 'storage'; readonly degraded: boolean; readonly kind?: string }
  /** The relay said stop: no connection is tried any more, and everything else goes on as without a network. */
  | { readonly type: 'stopped'; readonly code: string; readonly detail: string }
  /** What a session missed is stored: what could not be fetched before can be asked for now. */
  | { readonly type: 'caught-up' }
  /** The engine has ended: it was closed, or another owner took the store. Nothing is told after this. */
  | { readonly type: 'ended'; readonly code: string; readonly detail: string }
  | { readonly type: 'error'; readonly code: string; readonly detail: string }

type Told<Op extends Change['op']> = Extract<Change, { readonly op: Op }>

/**
 * Changes of a head that are told as they are; entering and leaving have events of their own, blocking both. An owner's
 * successor, too, is told as a role: by the owner who left.
 */
export type HeadNews =
  | Told<'updated' | 'muted' | 'unmuted' | 'blocked' | 'unblocked'>
  | (Omit<Told<'role'>, 'role'> & { readonly role: Role })

export interface Engine extends LiveCalls {
  readonly user: UserId
  readonly connection: ConnectionState
  /** Resolves when the device's data is loaded; the connection is made behind it. Rejects with a `ParleyError` when the store cannot be opened. */
  start(): Promise<void>
  pause(): void
  resume(): void
  /** Try at once (also: the network came back, the page became visible). */
  retry(): void
  network(online: boolean): void

  conversations(options?: ConversationsOptions): readonly ConversationView[]
  /** How many are listed. */
  listed(withHidden: boolean): number
  /** Of all that are listed and not hidden. */
  totalUnread(withMuted: boolean): number
  conversation(id: ConversationId): ConversationView | undefined
  /** With waiting commands laid over it; undefined when this device does not hold the head. */
  head(id: ConversationId): Promise<Head | undefined>
  /** The same of a head that was looked at before, without asking the disk. */
  peekHead(id: ConversationId): Head | undefined
  /** What the relay confirmed. */
  confirmedHead(id: ConversationId): Promise<Head | undefined>
  /** Fetches what is missing of the head, when there is a connection; what is held is enough otherwise. */
  open(id: ConversationId): Promise<void>
  /** Asks the relay about an id this device does not know: 'joinable', 'member' or 'not-found'. Rejects `OFFLINE`. */
  look(id: ConversationId): Promise<'member' | 'joinable' | 'not-found'>

  /** Every changing call resolves when the change is safe on this device, and rejects at once when the local rules forbid it. */
  command(
    conversation: ConversationId,
    command: Command,
  ): Promise<Queued<Outcome> & { readonly predicted: Outcome }>
  send(
    conversation: ConversationId,
    message: SendMessage,
  ): Promise<Queued<Accepted> & { readonly message: MessageView }>
  recall(conversation: ConversationId, target: EntryId): Promise<Queued<Accepted>>
  /** Of what is still unsent, and has no bytes yet: the edit folds into it, and `confirmed` is the message's own. */
  edit(
    conversation: ConversationId,
    target: EntryId,
    content: SendContent,
  ): Promise<Queued<Accepted> & { readonly message: MessageView }>
  react(conversation: ConversationId, target: EntryId, sign: string, on: boolean): Promise<Queued<Accepted>>

  /** For those who are there now, and kept by nobody. Rejects `OFFLINE`, and with what forbids it. */
  sayTransient(conversation: ConversationId, message: SendMessage): Promise<MessageView>

  history(conversation: ConversationId, query: HistoryQuery): Promise<HistoryPage>
  /** The last of them: confirmed ones in relay order, then the outbox's, in the order they were made. */
  timeline(conversation: ConversationId, limit: number): Promise<HistoryPage>

  /** A change of what is the user's own: profile, contacts, settings of conversations, whom he blocks. */
  person(command: PersonCommand): Promise<Queued<Outcome> & { readonly predicted: Outcome }>
  /** Out of the list, until its next message. */
  hide(conversation: ConversationId): Promise<Queued<Outcome> & { readonly predicted: Outcome }>
  /** Nothing of what was said so far is shown to this user any more. */
  clear(conversation: ConversationId): Promise<Queued<Outcome> & { readonly predicted: Outcome }>
  /** As this device holds it; asked for behind it, and told as `profile`. */
  profile(user: UserId): ProfileView
  /** Requests, too; the latest first. */
  contacts(): readonly ContactView[]
  blocked(): readonly UserId[]
  refused(): readonly ConversationId[]

  /** How far the other present members have said to have got, as far as this device has heard. */
  reached(conversation: ConversationId): readonly MemberReached[]
  /** On this device only, unless reading is to follow the user to his other devices, or to be told to the others. */
  read(conversation: ConversationId): Promise<void>
  /** It is to look unread on this device, until it is read. */
  flag(conversation: ConversationId): Promise<void>
  /** Of an empty one nothing is kept. */
  setDraft(conversation: ConversationId, draft: DraftContent): Promise<void>
  cancelDraft(conversation: ConversationId): Promise<void>

  /** The `confirmed` of what waits here, made in whichever life of this device: `Accepted`, or a command's `Outcome`. */
  confirmed<T>(id: EntryId): Promise<T> | undefined
  unsent(): readonly UnsentItem[]
  /** Of what was refused; the promise is that of the new try. */
  retryUnsent(id: EntryId): Promise<Queued<unknown>>
  discardUnsent(id: EntryId): Promise<void>

  /** Everything held of one conversation, for checking replicas against each other: sorted rows of held pages. */
  inspect(conversation: ConversationId): Promise<Inspection>
  /** What is made of a part: in the order of calls, as soon as the part is there. Rejects `part-missing`, with nothing done. */
  with<N extends PartName, T>(name: N, call: (part: PartModules[N]) => Promise<T>): Promise<T>
  /** The same of what is only looked at, and stands in no order. */
  load<N extends PartName>(name: N): Promise<PartModules[N]>
  held<N extends PartName>(name: N): PartModules[N] | undefined
  /** Loads what is otherwise loaded when it is first used. Rejects `part-missing`. */
  preload(): Promise<void>
  on(listener: (event: EngineEvent) => void): () => void
  /** Ends the engine and keeps the data. */
  close(): Promise<void>
  /** Ends the engine and removes the data. */
  wipe(): Promise<void>
}

export interface Inspection {
  readonly seq: number
  readonly pages: readonly {
    readonly page: number
    readonly held: number
    readonly known: number
    readonly digest: string
    /** Stored updates in sequence order; page 0 is the head (a state, then rows). */
    readonly updates: readonly { readonly seq: number; readonly time: number; readonly update: Uint8Array }[]
  }[]
}
