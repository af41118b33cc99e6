/** One signed-in user on this device: conversations, events, and what is still unsent. */
import {
  type ConversationId,
  type ConversationKind,
  parseConversationId,
  type Policy,
} from '@parley/document'
import type { ConnectionState, Engine, EngineEvent, UnsentItem } from '../engine-types.ts'
import { ParleyError, refusalError } from '../errors.ts'
import type { Tell } from './client-events.ts'
import { Conversation } from './conversation.ts'
import {
  type ConversationList,
  type ConversationListOptions,
  createConversationList,
} from './conversation-list.ts'
import { Event } from './event.ts'
import type { ConversationHost } from './host.ts'
import { checkListener, listOf, optionsOf, quoted } from './json.ts'
import type { Message } from './message.ts'
import type { MessageClasses } from './message-classes.ts'
import { createOutgoing } from './outgoing.ts'
import { PersonClient } from './person-client.ts'
import { ConversationQuery } from './query.ts'
import { pinged, watchable } from './signals.ts'
import { tellMembers, tellMessage, tellMoved, tellReceipts, tellTransient } from './telling.ts'

export interface CreateConversationOptions {
  readonly members: readonly string[]
  readonly name?: string | null
  /** A URL, or whatever the app shows by it. */
  readonly icon?: string | null
  /** `direct`: with one other member, for good; nobody is added and nobody leaves. Default: `group`. */
  readonly kind?: ConversationKind
  /** The same first members share one conversation. Default: true. */
  readonly unique?: boolean
  /** The rights that are to be other than usual. */
  readonly policy?: Partial<Policy>
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
  readonly now: () => number
  /** Takes what the app's own code has thrown. */
  readonly fault: (error: unknown) => void
}

export class IMClient extends PersonClient {
  readonly id: string
  readonly #engine: Engine
  readonly #random: (bytes: number) => Uint8Array
  readonly #conversations = new Map<ConversationId, Conversation>()
  readonly #host: ConversationHost
  /** Told already, with the difference: the word that they have changed says nothing more. */
  readonly #moved = new Set<ConversationId>()

  constructor({ engine, classes, random, now, fault }: IMClientOptions) {
    super(engine, fault)
    this.id = engine.user
    this.#engine = engine
    this.#random = random
    this.#host = { engine, classes, outgoing: createOutgoing(engine, classes), now, fault }
    engine.on((event) => this.#tell(event))
  }

  get state(): ConnectionState {
    return this.#engine.connection
  }

  /** The new conversation, at once; `conversation.confirmed` for the relay's word. */
  async createConversation(options: CreateConversationOptions): Promise<Conversation> {
    const given = optionsOf(options, 'The members of a conversation and what else is said of it')
    listOf(given.members, 'The members of a conversation')
    // As they are now, whenever the rest is there.
    const wanted = { ...given, members: [...given.members] }
    const { id, confirmed } = await this.#engine.with('changes', async ({ createAsWanted }) =>
      createAsWanted(this.#engine, this.#random, wanted),
    )
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
    if (id === undefined) throw new ParleyError('bad-id', `${quoted(text)} is not a conversation id.`)
    if (this.#engine.conversation(id) !== undefined) return this.#open(id)
    try {
      const found = await this.#engine.look(id)
      return found === 'not-found' ? null : await this.#open(id)
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'OFFLINE') return this.#conversation(id)
      throw error
    }
  }

  /** In the order of the ids; null for one that does not exist, or is not one's own. */
  async getConversations(ids: readonly string[]): Promise<readonly (Conversation | null)[]> {
    listOf(ids, 'The ids of conversations')
    return Promise.all(ids.map(async (id) => this.getConversation(id)))
  }

  /** What `message.toFullJSON()` made, as a message again. */
  async parseMessage(json: unknown): Promise<Message> {
    const { parseFullJSON } = await this.#engine.load('past')
    return parseFullJSON(json, this.#host)
  }

  /** Of this device: those that are pinned, then the latest first. Hidden ones only when asked for. */
  conversations(options: ConversationListOptions = {}): ConversationList {
    const host = {
      engine: this.#engine,
      find: (id: ConversationId) => this.#conversation(id),
      fault: this.#host.fault,
    }
    return createConversationList(host, options)
  }

  /** Asks for one's own conversations on this device, by conditions. */
  getQuery(): ConversationQuery {
    return new ConversationQuery({ engine: this.#engine, conversation: (id) => this.#conversation(id) })
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

  /** Of these users, at most 20, those who are there now. Rejects `OFFLINE` without a connection. */
  async ping(ids: readonly string[]): Promise<readonly string[]> {
    return this.#engine.presence(pinged(ids))
  }

  /**
   * Tells how each of these users stands, and then every change of it, over all connections: as soon as there is one. What
   * it answers ends it.
   */
  subscribePresence(
    ids: readonly string[],
    listener: (presence: { readonly user: string; readonly online: boolean }) => void = () => undefined,
  ): () => void {
    checkListener(listener)
    return this.#engine.watchPresence(watchable(ids), listener)
  }

  /**
   * In a browser some of this SDK comes in chunks, which are loaded in idle time, or when they are needed first. Resolves when
   * all of them are here; rejects `part-missing`.
   */
  async preload(): Promise<void> {
    await this.#engine.preload()
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
      case 'invited':
      case 'kicked':
      case 'members-joined':
      case 'members-left':
        tellMembers(this.#to(event.conversation), event)
        return
      case 'message':
      case 'recalled':
      case 'edited':
      case 'reaction':
      case 'message-status':
        tellMessage(this.#host, this.#to(event.message.conversation), event)
        return
      case 'changed':
        // Whatever raises it has loaded what tells it.
        this.#engine.held('changes')?.tellChange(this.#host, this.#to(event.conversation), event)
        return
      case 'delivered':
      case 'read-by':
        tellReceipts(this.#to(event.conversation), event)
        return
      case 'unread': {
        const { both, conversation } = this.#to(event.conversation)
        const { unread } = event
        both(Event.UNREAD_MESSAGES_COUNT_UPDATE, [unread], [unread, conversation])
        return
      }
      case 'moved':
        this.#moved.add(event.conversation)
        tellMoved(this.#to(event.conversation), event)
        return
      case 'conversation': {
        const { both, conversation } = this.#to(event.conversation)
        if (!this.#moved.delete(event.conversation))
          both(Event.CONVERSATION_UPDATED, [{}], [conversation, {}])
        return
      }
      case 'command-refused':
      case 'operation-refused': {
        const { item, code, detail } = event
        const refused = { item, error: refusalError(code, detail) }
        if (item.conversation !== '')
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
      case 'transient':
        tellTransient(this.#host, this.#to(event.said.conversation), event.said)
        return
      case 'typing': {
        const { both, conversation } = this.#to(event.conversation)
        const { from, typing } = event
        both(Event.TYPING, [{ from, typing }], [{ from, typing }, conversation])
        return
      }
      case 'presence':
        this.emit(Event.PRESENCE, { user: event.user, online: event.online })
        return
      case 'stopped':
        if (event.code === 'conflict') this.emit(Event.CONFLICT, { reason: event.detail })
        this.emit(Event.CLOSE, { code: event.code, detail: event.detail })
        return
      case 'ended':
        this.emit(Event.CLOSE, { code: event.code, detail: event.detail })
        return
      case 'error':
        this.emit(Event.ERROR, { code: event.code, message: event.detail })
        return
      case 'contact':
      case 'person-refused':
      case 'profile':
        this.tellPerson(event)
        return
      case 'connection':
      case 'caught-up':
    }
  }

  /** To the listeners of the conversation, and to those of the client, who are given the conversation too. */
  #to(id: ConversationId): Tell {
    const conversation = this.#conversation(id)
    return {
      conversation,
      both: (name, args, own) => {
        conversation.tell(name, ...args)
        this.emit(name, ...own)
      },
    }
  }
}
