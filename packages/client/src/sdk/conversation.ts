/** A conversation as apps hold it: one object per id and client, always showing what the engine holds now. */
import { parseEntryId, parseUserId } from '@parley/document'
import type { ConversationId, EntryId, Outcome, UserId } from '@parley/document'
import type { ConversationView, Draft, Engine, HistoryQuery } from '../engine-types.ts'
import { ParleyError } from '../errors.ts'
import { Emitter } from './emitter.ts'
import type { Event } from './event.ts'
import { MessageStatus, TextMessage } from './message.ts'
import type { Message } from './message.ts'
import type { Outgoing } from './outgoing.ts'

/** What happened while the device was away. */
export interface Replayed {
  readonly replayed?: true
}

export type ConversationEvents = {
  readonly [Event.INVITED]: readonly [{ readonly invitedBy: string } & Replayed]
  readonly [Event.KICKED]: readonly [{ readonly kickedBy: string } & Replayed]
  readonly [Event.MEMBERS_JOINED]: readonly [
    { readonly members: readonly string[]; readonly invitedBy: string } & Replayed,
  ]
  readonly [Event.MEMBERS_LEFT]: readonly [
    { readonly members: readonly string[]; readonly kickedBy?: string } & Replayed,
  ]
  readonly [Event.MESSAGE]: readonly [Message, Replayed]
  readonly [Event.MESSAGE_RECALL]: readonly [Message, Replayed]
  readonly [Event.MESSAGE_STATUS]: readonly [Message]
  readonly [Event.UNREAD_MESSAGES_COUNT_UPDATE]: readonly [number]
  /** What is shown of it is to be read again. `partial`: it moved while away, and not all of that came as events. */
  readonly [Event.CONVERSATION_UPDATED]: readonly [Replayed & { readonly partial?: true }]
}

/** What bulk member calls answer: predicted at once, and `confirmed` by the relay. */
export interface MembersResult extends Outcome {
  readonly confirmed: Promise<Outcome>
}

export interface QueryMessagesOptions {
  readonly limit?: number
  readonly direction?: 'new-to-old' | 'old-to-new'
  readonly type?: number
  readonly startTime?: Date
  readonly startMessageId?: string
  readonly startClosed?: boolean
  readonly endTime?: Date
  readonly endMessageId?: string
  readonly endClosed?: boolean
}

/** In ascending order. `missing`: parts of this range are not on this device, and could not be fetched. */
export type MessageList = readonly Message[] & { readonly missing: boolean }

/** What the client shares with its conversations. */
export interface ConversationHost {
  readonly engine: Engine
  readonly outgoing: Outgoing
  /** Takes what a listener of the app has thrown. */
  readonly fault: (error: unknown) => void
}

export class Conversation extends Emitter<ConversationEvents> {
  readonly id: ConversationId
  /** The relay's answer to its creation; of one that exists, resolved. */
  confirmed: Promise<unknown> = Promise.resolve()
  readonly #host: ConversationHost

  constructor(id: ConversationId, host: ConversationHost) {
    super(host.fault)
    this.id = id
    this.#host = host
  }

  get #view(): ConversationView | undefined {
    return this.#host.engine.conversation(this.id)
  }

  get kind(): string {
    return this.#view?.kind ?? ''
  }
  get name(): string | null {
    return this.#view?.name ?? null
  }
  get creator(): string {
    return this.#view?.creator ?? ''
  }
  get createdAt(): Date {
    return new Date(this.#view?.createdAt ?? 0)
  }
  get unique(): boolean {
    return this.#view?.unique ?? false
  }
  /** What one is here: owner, member, or '' for not a member. */
  get role(): string {
    return this.#view?.role ?? ''
  }
  /** Known once the conversation was opened; `memberCount` is known before. */
  get members(): readonly string[] {
    return [...(this.#host.engine.peekHead(this.id)?.members.keys() ?? [])]
  }
  get memberCount(): number {
    return this.#host.engine.peekHead(this.id)?.members.size ?? this.#view?.memberCount ?? 0
  }
  get attributes(): ReadonlyMap<string, unknown> {
    return this.#host.engine.peekHead(this.id)?.attributes ?? new Map()
  }
  get lastMessage(): Message | null {
    const last = this.#view?.lastMessage ?? null
    return last === null ? null : this.#host.outgoing.of(last)
  }
  get lastMessageAt(): Date {
    return new Date(this.#view?.lastMessageAt ?? 0)
  }
  get unreadMessagesCount(): number {
    return this.#view?.unread ?? 0
  }
  get draft(): Draft | null {
    return this.#view?.draft ?? null
  }
  get syncState(): ConversationView['syncState'] {
    return this.#view?.syncState ?? 'unknown'
  }

  /**
   * Resolves when the message is safe on this device; `await message.sent` for the relay's answer. One that failed is
   * tried again.
   */
  async send(message: Message | string): Promise<Message> {
    const sending = typeof message === 'string' ? new TextMessage(message) : message
    const { status } = sending
    if (status !== MessageStatus.NONE && status !== MessageStatus.FAILED)
      throw new ParleyError('bad-argument', 'This message has been sent: make another one.')
    // Not twice, however quickly one clicks.
    sending.status = MessageStatus.SENDING
    try {
      if (status === MessageStatus.FAILED && sending.cid === this.id && (await this.#retried(sending)))
        return sending
      const { message: view, confirmed } = await this.#host.engine.send(this.id, sending.toContent())
      sending.follow(view, confirmed)
      this.#host.outgoing.add(sending)
      return sending
    } catch (error) {
      sending.status = status
      throw error
    }
  }

  /** Whether it was still here to be tried again. */
  async #retried({ id }: Message): Promise<boolean> {
    const { engine } = this.#host
    const kept = engine.unsent().find((item) => item.id === id && item.state === 'refused')
    if (kept === undefined) return false
    await engine.retryUnsent(kept.id)
    return true
  }

  async recall(message: Message): Promise<{ readonly confirmed: Promise<unknown> }> {
    const { confirmed } = await this.#host.engine.recall(this.id, messageId(message.id))
    return { confirmed }
  }

  async queryMessages(options: QueryMessagesOptions = {}): Promise<MessageList> {
    const { messages, missing } = await this.#host.engine.history(this.id, historyQuery(options))
    const list = messages.map((view) => this.#host.outgoing.of(view))
    return Object.assign(list, { missing: missing.length > 0 })
  }

  async add(members: readonly string[]): Promise<MembersResult> {
    return this.#members({ op: 'add', members: members.map(userId) })
  }

  async remove(members: readonly string[]): Promise<MembersResult> {
    return this.#members({ op: 'remove', members: members.map(userId) })
  }

  async join(): Promise<MembersResult> {
    return this.#members({ op: 'join' })
  }

  async quit(): Promise<MembersResult> {
    return this.#members({ op: 'quit' })
  }

  async count(): Promise<number> {
    return (await this.#host.engine.head(this.id))?.members.size ?? this.memberCount
  }

  /** Everything up to here has been seen. It never leaves this device. */
  async read(): Promise<void> {
    await this.#host.engine.read(this.id)
  }

  /** It never leaves this device. */
  async setDraft(text: string): Promise<void> {
    await this.#host.engine.setDraft(this.id, text)
  }

  async cancelDraft(): Promise<void> {
    await this.#host.engine.cancelDraft(this.id)
  }

  /** For the client alone: what happened, told to this conversation's listeners. */
  tell<K extends keyof ConversationEvents>(event: K, ...args: ConversationEvents[K]): void {
    this.emit(event, ...args)
  }

  async #members(command: Parameters<Engine['command']>[1]): Promise<MembersResult> {
    const { predicted, confirmed } = await this.#host.engine.command(this.id, command)
    return { ...predicted, confirmed }
  }
}

export function userId(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) {
    throw new ParleyError('bad-id', `“${text}” is not a user id: 1 to 64 characters of A-Z a-z 0-9 _ - . @ :`)
  }
  return id
}

function messageId(text: string): EntryId {
  const id = parseEntryId(text)
  if (id === undefined)
    throw new ParleyError('bad-argument', 'This is not the id of a message that was sent.')
  return id
}

function historyQuery(options: QueryMessagesOptions): HistoryQuery {
  const { limit = 20 } = options
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 100) {
    throw new ParleyError('bad-argument', 'limit is a whole number from 1 to 100.')
  }
  const start = bound(options.startTime, options.startMessageId, options.startClosed)
  const end = bound(options.endTime, options.endMessageId, options.endClosed)
  return {
    limit,
    ...(options.direction === undefined ? undefined : { direction: options.direction }),
    ...(options.type === undefined ? undefined : { type: options.type }),
    ...(start === undefined ? undefined : { start }),
    ...(end === undefined ? undefined : { end }),
  }
}

function bound(
  time: Date | undefined,
  id: string | undefined,
  closed: boolean | undefined,
): HistoryQuery['start'] {
  if (time === undefined && id === undefined) return undefined
  return {
    ...(id === undefined ? { time: time?.getTime() ?? 0 } : { id: messageId(id) }),
    ...(closed === undefined ? undefined : { closed }),
  }
}
