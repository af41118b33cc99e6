/** One signed-in user on this device: conversations, events, and what is still unsent. */
import { makeConversationId, parseConversationId, uniqueConversationId } from '@parley/document'
import type { ConversationId, JsonObject, JsonValue } from '@parley/document'
import type { ConnectionState, Engine, EngineEvent, UnsentItem } from '../engine-types.ts'
import { ParleyError } from '../errors.ts'
import { Conversation, userId } from './conversation.ts'
import type { ConversationEvents, ConversationHost } from './conversation.ts'
import { Emitter } from './emitter.ts'
import { Event } from './event.ts'
import { messageFrom } from './message.ts'
import type { Message, MessageClasses } from './message.ts'

type WithConversation<M> = {
  readonly [K in keyof M]: M[K] extends readonly [infer A, ...infer R]
    ? readonly [A, Conversation, ...R]
    : readonly [Conversation]
}

export type ClientEvents = WithConversation<ConversationEvents> & {
  readonly [Event.CHANGE_REFUSED]: readonly [
    { readonly item: UnsentItem; readonly error: ParleyError },
    Conversation,
  ]
  readonly [Event.STATE]: readonly [ConnectionState]
  readonly [Event.STORAGE_DEGRADED]: readonly [{ readonly kind?: string }]
  readonly [Event.STORAGE_RECOVERED]: readonly []
  readonly [Event.CLOSE]: readonly [{ readonly code: string; readonly detail: string }]
  readonly [Event.ERROR]: readonly [{ readonly code: string; readonly message: string }]
}

export interface CreateConversationOptions {
  readonly members: readonly string[]
  readonly name?: string | null
  /** The same first members share one conversation. Default: true. */
  readonly unique?: boolean
  /** Everything else becomes an attribute of the conversation. */
  readonly [attribute: string]: unknown
}

/** What waits to be sent, or was refused, with what can be done about it. */
export interface Unsent extends UnsentItem {
  retry(): Promise<void>
  discard(): Promise<void>
}

export interface IMClientOptions {
  readonly engine: Engine
  readonly classes: MessageClasses
  readonly random: (bytes: number) => Uint8Array
}

export class IMClient extends Emitter<ClientEvents> {
  readonly id: string
  readonly #engine: Engine
  readonly #classes: MessageClasses
  readonly #random: (bytes: number) => Uint8Array
  readonly #conversations = new Map<ConversationId, Conversation>()
  /** Sent, and not answered yet: the app holds these very objects. */
  readonly #outgoing = new Map<string, Message>()

  constructor({ engine, classes, random }: IMClientOptions) {
    super()
    this.id = engine.user
    this.#engine = engine
    this.#classes = classes
    this.#random = random
    engine.on((event) => this.#tell(event))
  }

  get state(): ConnectionState {
    return this.#engine.connection
  }

  /** The new conversation, at once; `conversation.confirmed` for the relay's word. */
  async createConversation({
    members,
    name = null,
    unique = true,
    ...attributes
  }: CreateConversationOptions): Promise<Conversation> {
    const others = [...new Set(members.map(userId))].filter((member) => member !== this.#engine.user)
    const id = unique
      ? uniqueConversationId('group', [this.#engine.user, ...others])
      : makeConversationId(this.#random(16))
    const { confirmed } = await this.#engine.command(id, {
      op: 'create',
      kind: 'group',
      unique,
      members: others,
      name,
      attributes: plainObject(attributes),
    })
    const conversation = await this.#open(id)
    conversation.confirmed = confirmed
    return conversation
  }

  /**
   * What this device knows, also offline. An id it does not know is looked up at the relay; offline it answers with a
   * conversation of `syncState` 'unknown', which can be joined.
   */
  async getConversation(text: string): Promise<Conversation | null> {
    const id = parseConversationId(text)
    if (id === undefined) throw new ParleyError('bad-id', `“${text}” is not a conversation id.`)
    if (this.#engine.conversation(id) !== undefined) return this.#open(id)
    try {
      const found = await this.#engine.look(id)
      return found === 'not-found' ? null : await this.#open(id)
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'OFFLINE') return this.#conversation(id)
      throw error
    }
  }

  /** Of this device, the latest first. */
  conversations(): readonly Conversation[] {
    return this.#engine.conversations().map(({ id }) => this.#conversation(id))
  }

  get totalUnreadCount(): number {
    return this.#engine.conversations().reduce((sum, { unread }) => sum + unread, 0)
  }

  unsent(): readonly Unsent[] {
    const unsent = this.#engine.unsent().filter(({ offered }) => !offered)
    return unsent.map((item) => ({
      ...item,
      retry: async () => {
        await this.#engine.retryUnsent(item.id)
      },
      discard: async () => this.#engine.discardUnsent(item.id),
    }))
  }

  /** Ends the connection and keeps the data. */
  async close(): Promise<void> {
    await this.#engine.close()
  }

  /** Ends the connection and removes the data from this device, unsent work included. */
  async wipe(): Promise<void> {
    await this.#engine.wipe()
  }

  async #open(id: ConversationId): Promise<Conversation> {
    await this.#engine.open(id)
    return this.#conversation(id)
  }

  #conversation(id: ConversationId): Conversation {
    const known = this.#conversations.get(id)
    if (known !== undefined) return known
    const conversation = new Conversation(id, this.#host)
    this.#conversations.set(id, conversation)
    return conversation
  }

  get #host(): ConversationHost {
    return {
      engine: this.#engine,
      classes: this.#classes,
      follow: (message) => {
        if (message.status === 'sending') this.#outgoing.set(message.id, message)
      },
    }
  }

  #tell(event: EngineEvent): void {
    switch (event.type) {
      case 'invited':
        this.#both(Event.INVITED, event.conversation, { invitedBy: event.invitedBy, ...marks(event) })
        return
      case 'kicked':
        this.#both(Event.KICKED, event.conversation, { kickedBy: event.kickedBy, ...marks(event) })
        return
      case 'members-joined': {
        const { conversation, members, invitedBy } = event
        this.#both(Event.MEMBERS_JOINED, conversation, { members, invitedBy, ...marks(event) })
        return
      }
      case 'members-left': {
        const { conversation, members, kickedBy } = event
        const by = kickedBy === undefined ? {} : { kickedBy }
        this.#both(Event.MEMBERS_LEFT, conversation, { members, ...by, ...marks(event) })
        return
      }
      case 'message':
        this.#message(Event.MESSAGE, event)
        return
      case 'recalled':
        this.#message(Event.MESSAGE_RECALL, event)
        return
      case 'message-status': {
        const { message: view } = event
        const message = this.#outgoing.get(view.id)?.follow(view) ?? messageFrom(view, this.#classes)
        if (message.status !== 'sending') this.#outgoing.delete(view.id)
        const conversation = this.#conversation(view.conversation)
        conversation.tell(Event.MESSAGE_STATUS, message)
        this.emit(Event.MESSAGE_STATUS, message, conversation)
        return
      }
      case 'unread': {
        const conversation = this.#conversation(event.conversation)
        conversation.tell(Event.UNREAD_MESSAGES_COUNT_UPDATE, event.unread)
        this.emit(Event.UNREAD_MESSAGES_COUNT_UPDATE, event.unread, conversation)
        return
      }
      case 'moved':
      case 'conversation': {
        const conversation = this.#conversation(event.conversation)
        conversation.tell(Event.CONVERSATION_UPDATED)
        this.emit(Event.CONVERSATION_UPDATED, conversation)
        return
      }
      case 'command-refused':
      case 'operation-refused': {
        const item = this.#engine
          .unsent()
          .find(({ id }) => id === (event.type === 'command-refused' ? event.id : event.item.id))
        if (item === undefined) return
        const error = new ParleyError('refused', `${event.code}: ${event.detail}`)
        this.emit(Event.CHANGE_REFUSED, { item, error }, this.#conversation(item.conversation))
        return
      }
      case 'state':
        this.emit(Event.STATE, event.state)
        return
      case 'storage':
        if (event.degraded)
          this.emit(Event.STORAGE_DEGRADED, event.kind === undefined ? {} : { kind: event.kind })
        else this.emit(Event.STORAGE_RECOVERED)
        return
      case 'stopped':
      case 'ended':
        this.emit(Event.CLOSE, { code: event.code, detail: event.detail })
        return
      case 'error':
        this.emit(Event.ERROR, { code: event.code, message: event.detail })
        return
      case 'connection':
    }
  }

  #message(
    name: typeof Event.MESSAGE | typeof Event.MESSAGE_RECALL,
    event: Extract<EngineEvent, { readonly type: 'message' | 'recalled' }>,
  ): void {
    const conversation = this.#conversation(event.message.conversation)
    const message = messageFrom(event.message, this.#classes)
    const replayed = event.replayed === true ? ({ replayed: true } as const) : {}
    conversation.tell(name, message, replayed)
    this.emit(name, message, conversation, replayed)
  }

  #both<
    K extends
      | typeof Event.INVITED
      | typeof Event.KICKED
      | typeof Event.MEMBERS_JOINED
      | typeof Event.MEMBERS_LEFT,
  >(name: K, id: ConversationId, payload: ConversationEvents[K][0]): void {
    const conversation = this.#conversation(id)
    // These four carry one payload each, and the client adds the conversation.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    conversation.tell(name, ...([payload] as unknown as ConversationEvents[K]))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    this.emit(name, ...([payload, conversation] as unknown as ClientEvents[K]))
  }
}

/** `replayed` and `partial`, where they are set. */
function marks({ replayed, partial }: { readonly replayed?: true; readonly partial?: true }): {
  readonly replayed?: true
  readonly partial?: true
} {
  return { ...(replayed === true ? { replayed } : {}), ...(partial === true ? { partial } : {}) }
}

/** Values that have no JSON are refused where they enter. */
function plainObject(attributes: { readonly [key: string]: unknown }): JsonObject {
  const plain: { [key: string]: JsonValue } = {}
  for (const [key, value] of Object.entries(attributes)) {
    if (!isJson(value)) throw new ParleyError('bad-argument', `The attribute “${key}” is not a JSON value.`)
    plain[key] = value
  }
  return plain
}

function isJson(value: unknown): value is JsonValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return (
    typeof value === 'object' &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.values(value).every(isJson)
  )
}
