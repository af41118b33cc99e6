/**
 * What the page shows and what it can ask for, in the page's own terms. `parley-chat.ts` fills it from the SDK; no other
 * file knows the SDK.
 */

/** What became of the connection, as far as a person cares. */
export type Connection =
  | { readonly is: 'connecting' }
  | { readonly is: 'connected' }
  /** No relay; the next try is at `until`, by the clock of `performance.now()`. */
  | { readonly is: 'waiting'; readonly until: number }
  /** The device says that it has no network. */
  | { readonly is: 'offline' }
  /** Another tab of this browser has taken over. */
  | { readonly is: 'elsewhere' }
  | { readonly is: 'ended'; readonly reason: string }

export interface Reason {
  readonly code: string
  readonly detail: string
}

/** Who set one sign on a message, in the order they did. */
export interface ChatReaction {
  readonly sign: string
  readonly users: readonly string[]
}

export interface ChatMessage {
  readonly id: string
  readonly conversation: string
  readonly from: string
  readonly text: string
  /** A text and nothing else: the page can write another one in its place. */
  readonly plain: boolean
  readonly edited: boolean
  readonly reactions: readonly ChatReaction[]
  /** The message it answers, which need not be on this device. */
  readonly replyTo: string | null
  /** Whom it names; `mentionsAll`: everybody. */
  readonly mentions: readonly string[]
  readonly mentionsAll: boolean
  /** The relay's time; the device's own until the relay has answered. */
  readonly time: number
  /** The relay's number; 0 until it has answered. */
  readonly seq: number
  readonly state: 'sending' | 'sent' | 'failed'
  /** One's own that is sent: all the others have got it, or have read it. */
  readonly reached?: 'delivered' | 'read'
  readonly recalled: boolean
  readonly reason?: Reason
}

export type Role = 'owner' | 'manager' | 'member'

/** What a person may do in a conversation, by its rules as far as this device knows them. */
export type Right = 'invite' | 'rename' | 'speak' | 'remove' | 'mute' | 'block' | 'roles'

/** What people call themselves, by their ids; who says nothing, or of whom nothing is known, is not among them. */
export type Names = Readonly<Record<string, string>>

export interface ChatConversation {
  readonly id: string
  readonly name: string | null
  /** Everybody, oneself included; empty as long as the device does not know them. */
  readonly members: readonly string[]
  readonly memberCount: number
  /** Of those the page shows with it. */
  readonly names: Names
  /** Of its members, as far as the device knows them. */
  readonly roles: Readonly<Record<string, Role>>
  /** Who may not write for the time being. */
  readonly muted: readonly string[]
  /** Who is kept out. */
  readonly blocked: readonly string[]
  readonly rights: readonly Right[]
  readonly last: ChatMessage | null
  readonly lastAt: number
  readonly unread: number
  /** Among what is unread somebody mentions the person. */
  readonly mentioned: boolean
  readonly draft: string
  /** Others who are writing just now. */
  readonly typing: readonly string[]
  readonly sync: 'local' | 'synced' | 'behind' | 'left'
  /** How the person keeps it, for himself: before the others, and without being told of its news. */
  readonly pinned: boolean
  readonly quiet: boolean
}

export interface History {
  /** Oldest first. */
  readonly messages: readonly ChatMessage[]
  /** Whether the beginning of the conversation is among them. */
  readonly complete: boolean
  /** Something older exists, and cannot be had without a network. */
  readonly missing: boolean
}

/** Something that waits for the relay, or that it refused. */
export interface Unsent {
  readonly id: string
  /** '' for what belongs to none. */
  readonly conversation: string
  readonly what: string
  /** The message it is done to, when it is no message itself. */
  readonly about?: string
  readonly state: 'waiting' | 'refused'
  readonly reason?: Reason
}

export type ChatEvent =
  | { readonly type: 'connection' }
  /** Something in the list or among what is unsent. */
  | { readonly type: 'changed' }
  /** A message is new or has changed. `fresh`: somebody said it just now. */
  | { readonly type: 'message'; readonly message: ChatMessage; readonly fresh: boolean }
  /** Its messages are to be read again. */
  | { readonly type: 'moved'; readonly conversation: string }
  | { readonly type: 'notice'; readonly text: string }
  /** Somebody is called otherwise now. */
  | { readonly type: 'names' }
  /** Read out, and shown elsewhere. */
  | { readonly type: 'heard'; readonly text: string }
  | { readonly type: 'storage'; readonly degraded: boolean }

export interface NewConversation {
  readonly members: readonly string[]
  readonly name: string | null
  /** A new one each time, which others may join by its id; otherwise the same people share one. */
  readonly joinable: boolean
}

export interface NewMessage {
  readonly text: string
  /** Whom the text names. */
  readonly mentions: readonly string[]
  readonly mentionsAll: boolean
  /** The message it answers. */
  readonly replyTo?: string
}

/** What one does to other members. */
export type MemberAction =
  | 'remove'
  | 'promote'
  | 'demote'
  | 'mute'
  | 'mute-hour'
  | 'unmute'
  | 'block'
  | 'unblock'

/** What one does with a conversation for oneself. */
export type KeepAction = 'pin' | 'unpin' | 'mute' | 'unmute' | 'hide' | 'clear'

export interface Chat {
  readonly user: string
  connection(): Connection
  /** Asks for a connection at once. */
  retryConnection(): void
  /** Those of the list, in its order. */
  conversations(): readonly ChatConversation[]
  conversation(id: string): ChatConversation | undefined
  history(id: string, options: { readonly before?: ChatMessage; readonly limit: number }): Promise<History>
  /** One message, wherever it stands in the history; undefined when it cannot be had. */
  message(conversation: string, id: string): Promise<ChatMessage | undefined>
  /** Of these people, what this device knows; it learns the rest behind that, and says `names`. */
  namesOf(people: Iterable<string>): Names
  unsent(): readonly Unsent[]

  create(conversation: NewConversation): Promise<string>
  join(id: string): Promise<void>
  quit(id: string): Promise<void>
  add(id: string, members: readonly string[]): Promise<void>
  act(id: string, action: MemberAction, member: string): Promise<void>
  /** null: it is called by its members. */
  rename(id: string, name: string | null): Promise<void>
  keep(id: string, action: KeepAction): Promise<void>
  /** What others see in the place of one's id; null takes it away. */
  callOneself(name: string | null): Promise<void>

  send(id: string, message: NewMessage): Promise<void>
  edit(message: ChatMessage, to: NewMessage): Promise<void>
  react(message: ChatMessage, sign: string, on: boolean): Promise<void>
  recall(message: ChatMessage): Promise<void>
  retry(unsent: string): Promise<void>
  discard(unsent: string): Promise<void>
  read(id: string): Promise<void>
  setDraft(id: string, text: string): Promise<void>
  /** The person is writing, or has stopped; nobody waits for it. */
  typing(id: string, on: boolean): void

  on(listener: (event: ChatEvent) => void): () => void
}
