/** One signed-in user on this device: conversations, events, and what is still unsent. */
import { makeConversationId, parseConversationId, uniqueConversationId } from '@parley/document'
import type { ConversationId, JsonObject, JsonValue } from '@parley/document'
import type { ConnectionState, Engine, EngineEvent, UnsentItem } from '../engine-types.ts'
import { ParleyError, refusalError } from '../errors.ts'
import type { Logger } from '../ports.ts'
import { Conversation, userId } from './conversation.ts'
import type { ConversationEvents, ConversationHost } from './conversation.ts'
import { Emitter } from './emitter.ts'
import { Event } from './event.ts'
import type { MessageClasses } from './message.ts'
import { createOutgoing } from './outgoing.ts'

type WithConversation<M> = {
  readonly [K in keyof M]: M[K] extends readonly [infer A, ...infer R]
    ? readonly [A, Conversation, ...R]
    : readonly [Conversation]
}

export type ClientEvents = Omit<WithConversation<ConversationEvents>, typeof Event.CONVERSATION_UPDATED> & {
  /** `partial`: it moved while away, and not all of that came as events. */
  readonly [Event.CONVERSATION_UPDATED]: readonly [
    Conversation,
    { readonly replayed?: true; readonly partial?: true },
  ]
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
  readonly log: Logger
}

export class IMClient extends Emitter<ClientEvents> {
  readonly id: string
  readonly #engine: Engine
  readonly #random: (bytes: number) => Uint8Array
  readonly #conversations = new Map<ConversationId, Conversation>()
  readonly #host: ConversationHost
  /** Of which not all came as events; told with the next word of them. */
  readonly #moved = new Set<ConversationId>()

  constructor({ engine, classes, random, log }: IMClientOptions) {
    const fault = (error: unknown): void => log.error('a listener threw', { error: String(error) })
    super(fault)
    this.id = engine.user
    this.#engine = engine
    this.#random = random
    this.#host = { engine, outgoing: createOutgoing(engine, classes), fault }
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
    const creation = this.#creationOf(id)
    if (creation !== undefined) conversation.confirmed = creation
    return conversation
  }

  /** What the relay will say of a creation that waits from an earlier life. */
  #creationOf(id: ConversationId): Promise<unknown> | undefined {
    if (this.#engine.conversation(id)?.syncState !== 'local') return undefined
    const waits = this.#engine
      .unsent()
      .find((item) => item.conversation === id && item.state === 'waiting' && item.command?.op === 'create')
    return waits === undefined ? undefined : this.#engine.confirmed(waits.id)
  }

  #tell(event: EngineEvent): void {
    switch (event.type) {
      case 'invited': {
        const conversation = this.#conversation(event.conversation)
        const payload = { invitedBy: event.invitedBy, ...marks(event) }
        this.#both(Event.INVITED, conversation, [payload], [payload, conversation])
        return
      }
      case 'kicked': {
        const conversation = this.#conversation(event.conversation)
        const payload = { kickedBy: event.kickedBy, ...marks(event) }
        this.#both(Event.KICKED, conversation, [payload], [payload, conversation])
        return
      }
      case 'members-joined': {
        const conversation = this.#conversation(event.conversation)
        const payload = { members: event.members, invitedBy: event.invitedBy, ...marks(event) }
        this.#both(Event.MEMBERS_JOINED, conversation, [payload], [payload, conversation])
        return
      }
      case 'members-left': {
        const conversation = this.#conversation(event.conversation)
        const by = event.kickedBy === undefined ? {} : { kickedBy: event.kickedBy }
        const payload = { members: event.members, ...by, ...marks(event) }
        this.#both(Event.MEMBERS_LEFT, conversation, [payload], [payload, conversation])
        return
      }
      case 'message':
      case 'recalled': {
        const name = event.type === 'message' ? Event.MESSAGE : Event.MESSAGE_RECALL
        const conversation = this.#conversation(event.message.conversation)
        const message = this.#host.outgoing.of(event.message)
        this.#both(name, conversation, [message, marks(event)], [message, conversation, marks(event)])
        return
      }
      case 'message-status': {
        const conversation = this.#conversation(event.message.conversation)
        const message = this.#host.outgoing.of(event.message)
        this.#both(Event.MESSAGE_STATUS, conversation, [message], [message, conversation])
        return
      }
      case 'unread': {
        const conversation = this.#conversation(event.conversation)
        const { unread } = event
        this.#both(Event.UNREAD_MESSAGES_COUNT_UPDATE, conversation, [unread], [unread, conversation])
        return
      }
      case 'moved':
        this.#moved.add(event.conversation)
        return
      case 'conversation': {
        const conversation = this.#conversation(event.conversation)
        const moved = this.#moved.delete(event.conversation)
        const how = moved ? ({ replayed: true, partial: true } as const) : {}
        this.#both(Event.CONVERSATION_UPDATED, conversation, [how], [conversation, how])
        return
      }
      case 'command-refused':
      case 'operation-refused': {
        const { item, code, detail } = event
        const refused = { item, error: refusalError(code, detail) }
        this.emit(Event.CHANGE_REFUSED, refused, this.#conversation(item.conversation))
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

  /** To the listeners of the conversation, and to those of the client, who are given the conversation too. */
  #both<K extends keyof ConversationEvents>(
    name: K,
    conversation: Conversation,
    args: ConversationEvents[K],
    own: ClientEvents[K],
  ): void {
    conversation.tell(name, ...args)
    this.emit(name, ...own)
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
