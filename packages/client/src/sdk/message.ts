/**
 * Messages as apps hold them. An app makes one, sends it, and the same object follows what becomes of it; messages of
 * others are made from what the relay confirmed. An unknown type arrives whole, as a plain `Message`.
 */
import type { JsonObject } from '@parley/document'
import type { Accepted, MessageView } from '../engine-types.ts'
import { refusalError } from '../errors.ts'

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

export class Message {
  id = ''
  /** The conversation's id. */
  cid = ''
  from = ''
  readonly type: number
  /** The relay's time; the device's claim until the relay has answered. */
  timestamp: Date = new Date(0)
  sentAt: Date = new Date(0)
  /** The place in the conversation's order, 0 until the relay has answered. */
  seq = 0
  status: MessageStatusName = MessageStatus.NONE
  error: MessageReason | undefined
  /**
   * Resolves at SENT, rejects with the reason at FAILED; tried again, it is another one. Nobody has to look. It is this
   * engine's: after a restart a message that is found again has a new one.
   */
  sent: Promise<Accepted> = notSent
  #text: string | undefined
  #attributes: JsonObject | undefined

  constructor(type = 0) {
    this.type = type
  }

  get text(): string {
    return this.#text ?? ''
  }

  getText(): string {
    return this.text
  }

  setText(text: string): this {
    this.#text = text
    return this
  }

  getAttributes(): JsonObject {
    return this.#attributes ?? {}
  }

  setAttributes(attributes: JsonObject): this {
    this.#attributes = attributes
    return this
  }

  /** What the engine is given to send. */
  toContent(): { readonly type: number; readonly text?: string; readonly attrs?: JsonObject } {
    return {
      type: this.type,
      ...(this.#text === undefined ? undefined : { text: this.#text }),
      ...(this.#attributes === undefined ? undefined : { attrs: this.#attributes }),
    }
  }

  /** Takes over what the engine says of it. */
  follow(view: MessageView, sent?: Promise<Accepted>): this {
    this.id = view.id
    this.cid = view.conversation
    this.from = view.from
    this.timestamp = new Date(view.time)
    this.sentAt = new Date(view.sentAt)
    this.seq = view.seq
    this.status = statuses[view.state]
    this.error = view.error
    this.#text = view.text
    this.#attributes = view.attrs
    if (sent !== undefined) this.sent = sent
    return this
  }
}

const notSent: Promise<Accepted> = new Promise(() => {
  // A message that was never sent is never answered.
})

const statuses = {
  sending: MessageStatus.SENDING,
  sent: MessageStatus.SENT,
  failed: MessageStatus.FAILED,
} as const

export class TextMessage extends Message {
  static readonly TYPE = -1
  constructor(text = '') {
    super(TextMessage.TYPE)
    this.setText(text)
  }
}

/** What stands where a message was taken back: its content is gone everywhere. */
export class RecalledMessage extends Message {
  static readonly TYPE = -127
  constructor() {
    super(RecalledMessage.TYPE)
  }
}

export interface MessageClass {
  readonly TYPE: number
  new (): Message
}

export type MessageClasses = ReadonlyMap<number, MessageClass>

export const builtInMessages: readonly MessageClass[] = [TextMessage, RecalledMessage]

/** `sent`: of one that waits, its promise. */
export function messageFrom(view: MessageView, classes: MessageClasses, sent?: Promise<Accepted>): Message {
  const Known = classes.get(view.type)
  const message = Known === undefined ? new Message(view.type) : new Known()
  return message.follow(view, sent ?? settled(view))
}

function settled({ state, seq, time, error }: MessageView): Promise<Accepted> | undefined {
  if (state === 'sent') return Promise.resolve({ seq, time })
  if (error === undefined) return undefined
  const refused = Promise.reject(refusalError(error.code, error.detail))
  // Nobody has to look.
  refused.catch(() => undefined)
  return refused
}
