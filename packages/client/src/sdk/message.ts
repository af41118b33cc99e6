/**
 * Messages as apps hold them. An app makes one, sends it, and the same object follows what becomes of it; messages of
 * others are made from what the relay confirmed. An unknown type arrives whole, as a plain `Message`.
 */
import {
  type EntryId,
  everybody,
  type JsonObject,
  maxMentions,
  type Mention,
  type UserId,
} from '@parley/document'
import type { Accepted, MessageView, Reacted, SendContent, SendMessage } from '../engine-types.ts'
import { contentOf } from './content.ts'
import { messageId, type MessageRef, userId } from './given-ids.ts'
import { badArgument, isText, jsonObjectOf } from './json.ts'

export const MessageStatus = {
  NONE: 'none',
  SENDING: 'sending',
  SENT: 'sent',
  DELIVERED: 'delivered',
  READ: 'read',
  FAILED: 'failed',
} as const

export type MessageStatusName = (typeof MessageStatus)[keyof typeof MessageStatus]

export interface MessageReason {
  readonly code: string
  readonly detail: string
}

/** What a message is to know beside its view: whose device this is, and the promise of one that waits. */
export interface Following {
  readonly user: UserId
  readonly sent?: Promise<Accepted> | undefined
}

export interface SendOptions {
  /** For those who are there now: nobody keeps it, and it counts nowhere. Without a connection it is refused (`OFFLINE`). */
  readonly transient?: boolean
  /** The others' devices tell when they have got it, and the message becomes DELIVERED. Not of a transient one. */
  readonly receipt?: boolean
  /** It is what was drafted: the draft goes as the message is safe, in one piece, whatever stops the page. */
  readonly drafted?: boolean
}

export class Message {
  /** Negative: the SDK's, positive: the app's, 0: untyped. */
  static readonly TYPE: number = 0
  /** How messages of this class are sent where `send` does not say otherwise. */
  static sendOptions: SendOptions = {}
  id = ''
  /** The conversation's id. */
  cid = ''
  from = ''
  /** The relay's time; the device's claim until the relay has answered. */
  timestamp: Date = new Date(0)
  sentAt: Date = new Date(0)
  /** The place in the conversation's order, 0 until the relay has answered. */
  seq = 0
  status: MessageStatusName = MessageStatus.NONE
  error: MessageReason | undefined
  /**
   * Of an own message: when the relay heard that the last of the others had got it, or read it; null until then, and where
   * that is not known any more.
   */
  deliveredAt: Date | null = null
  readAt: Date | null = null
  /** When it was edited, null for never. */
  updatedAt: Date | null = null
  /** Who set which sign, in the order of their first appearance. */
  reactions: readonly Reacted[] = []
  /**
   * Resolves at SENT, rejects with the reason at FAILED; tried again, it is another one. Nobody has to look. It is this
   * engine's: after a restart a message that is found again has a new one.
   */
  sent: Promise<Accepted> = notSent
  #type: number
  #text: string | undefined
  #attributes: JsonObject | undefined
  #body: JsonObject | undefined
  #mentions: readonly Mention[] = []
  #replyTo: EntryId | null = null
  #user: UserId | undefined
  readonly #class: typeof Message

  constructor(content?: string) {
    this.#class = new.target
    this.#type = new.target.TYPE
    if (content !== undefined) this.setText(content)
  }

  get type(): number {
    return this.#type
  }

  get text(): string {
    return this.#text ?? ''
  }

  getText(): string {
    return this.text
  }

  setText(text: string): this {
    if (!isText(text)) throw badArgument('The text of a message is a string.')
    this.#text = text
    return this
  }

  getAttributes(): JsonObject {
    return this.#attributes ?? {}
  }

  setAttributes(attributes: JsonObject): this {
    this.#attributes = jsonObjectOf(attributes, 'What was given as attributes')
    return this
  }

  /** What its type alone knows, as it travels. */
  get body(): JsonObject | undefined {
    return this.writeBody()
  }

  /** Whom it names; without everybody, who is named by `mentionAll`. */
  getMentionList(): readonly string[] {
    return this.#mentions.filter((mention) => mention !== everybody)
  }

  setMentionList(users: readonly string[]): this {
    if (!Array.isArray(users)) throw badArgument('The people mentioned are a list of user ids.')
    const all: readonly Mention[] = this.mentionedAll ? [everybody] : []
    this.#mention([...users.map(userId), ...all])
    return this
  }

  mentionAll(): this {
    this.#mention([...this.#mentions, everybody])
    return this
  }

  get mentionedAll(): boolean {
    return this.#mentions.includes(everybody)
  }

  /** Whether this user is meant; never by a message of his own. */
  get mentioned(): boolean {
    const user = this.#user
    if (user === undefined || this.from === user) return false
    return this.mentionedAll || this.#mentions.includes(user)
  }

  /** The id of the message this one answers. It need not be on this device, nor exist any more. */
  get replyTo(): string | null {
    return this.#replyTo
  }
  set replyTo(message: MessageRef | null) {
    this.#replyTo = message === null ? null : messageId(message)
  }

  setReplyTo(message: MessageRef | null): this {
    this.replyTo = message
    return this
  }

  /** What its class says. */
  getSendOptions(): SendOptions {
    return this.#class.sendOptions
  }

  /** What the engine is given to send. */
  toContent(): SendMessage {
    return this.#content()
  }

  /** The whole of it as JSON, for a store of one's own; `client.parseMessage` makes a message of it again. */
  toFullJSON(): JsonObject {
    const { type, text, attrs, body, mentions, replyTo } = this.#content()
    const { id, cid, from, timestamp, sentAt, seq, status, error, updatedAt, reactions } = this
    const { deliveredAt, readAt } = this
    return {
      id,
      cid,
      from,
      type,
      timestamp: timestamp.getTime(),
      sentAt: sentAt.getTime(),
      seq,
      status,
      ...(text === undefined ? undefined : { text }),
      ...(attrs === undefined ? undefined : { attributes: attrs }),
      ...(body === undefined ? undefined : { body }),
      ...(mentions === undefined ? undefined : { mentions }),
      ...(replyTo === undefined ? undefined : { replyTo }),
      ...(deliveredAt === null ? undefined : { deliveredAt: deliveredAt.getTime() }),
      ...(readAt === null ? undefined : { readAt: readAt.getTime() }),
      ...(updatedAt === null ? undefined : { updatedAt: updatedAt.getTime() }),
      ...(reactions.length === 0
        ? undefined
        : { reactions: reactions.map(({ sign, users }) => ({ sign, users })) }),
      ...(error === undefined ? undefined : { error: { code: error.code, detail: error.detail } }),
    }
  }

  /** Takes over a content that arrived; false, and to be thrown away, when the body is none of its type. */
  take({ type, text, attrs, body, mentions = [] }: SendContent): boolean {
    this.#type = type
    this.#text = text
    this.#attributes = attrs
    this.#mentions = mentions
    return this.readBody(body)
  }

  /** Takes over what the engine says of it. Content of another type stays out: that is another message's object. */
  follow(view: MessageView, { user, sent }: Following): this {
    if (view.type === this.#type) this.take(view)
    this.#user = user
    this.#replyTo = view.replyTo ?? null
    this.id = view.id
    this.cid = view.conversation
    this.from = view.from
    this.timestamp = new Date(view.time)
    this.sentAt = new Date(view.sentAt)
    this.seq = view.seq
    this.status = statusOf(view)
    this.deliveredAt = dateOf(view.delivered)
    this.readAt = dateOf(view.read)
    this.error = view.error
    this.updatedAt = view.editedAt === undefined ? null : new Date(view.editedAt)
    this.reactions = view.reactions
    if (sent !== undefined) this.sent = sent
    return this
  }

  /** For classes: what of the message travels as `body`. */
  protected writeBody(): JsonObject | undefined {
    return this.#body
  }

  /** For classes: the way back; false when it is none of theirs. */
  protected readBody(body: JsonObject | undefined): boolean {
    this.#body = body
    return true
  }

  #content(): SendMessage {
    const content = contentOf({
      type: this.#type,
      text: this.#text,
      attrs: this.#attributes,
      body: this.writeBody(),
      mentions: this.#mentions,
    })
    return this.#replyTo === null ? content : { ...content, replyTo: this.#replyTo }
  }

  #mention(mentions: readonly Mention[]): void {
    const once = [...new Set(mentions)]
    if (once.length > maxMentions)
      throw badArgument(`A message mentions at most ${maxMentions} people: mentionAll() means everybody.`)
    this.#mentions = once
  }
}

const notSent: Promise<Accepted> = new Promise(() => {
  // A message that was never sent is never answered.
})

function statusOf({ state, delivered, read }: MessageView): MessageStatusName {
  if (read !== undefined) return MessageStatus.READ
  return delivered === undefined ? statuses[state] : MessageStatus.DELIVERED
}

/** 0 stands for what is not known. */
export function dateOf(time: number | undefined): Date | null {
  return time === undefined || time === 0 ? null : new Date(time)
}

const statuses = {
  sending: MessageStatus.SENDING,
  sent: MessageStatus.SENT,
  failed: MessageStatus.FAILED,
} as const
