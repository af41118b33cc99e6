/** How its user keeps a conversation: it follows him to his other devices, and nobody else hears of it. Rules CL285 to CL288. */
import type { ConversationId, Outcome, PersonCommand } from '@parley/document'
import type { Queued } from '../engine-types.ts'
import type { ConversationEvents } from './conversation-events.ts'
import { Emitter } from './emitter.ts'
import type { Changed, ConversationHost } from './host.ts'

type Kept = Omit<Extract<PersonCommand, { readonly op: 'setting' }>, 'op' | 'conversation' | 'read'>

export abstract class MyConversation extends Emitter<ConversationEvents> {
  readonly id: ConversationId
  readonly #engine: ConversationHost['engine']

  constructor(id: ConversationId, { engine, fault }: ConversationHost) {
    super(fault)
    this.id = id
    this.#engine = engine
  }

  /** It stands before those that are not. */
  get pinned(): boolean {
    return this.pinnedAt !== null
  }
  get pinnedAt(): Date | null {
    const since = this.#engine.conversation(this.id)?.pinnedAt ?? null
    return since === null ? null : new Date(since)
  }
  /** By this user, for himself: it counts as unread, and is not to ring. */
  get muted(): boolean {
    return this.#engine.conversation(this.id)?.muted ?? false
  }
  /** It is not among `client.conversations()` until its next message. */
  get hidden(): boolean {
    return this.#engine.conversation(this.id)?.hidden ?? false
  }
  /** Nobody may bring this user into it. */
  get refusesInvitations(): boolean {
    return this.#engine.refused().includes(this.id)
  }

  async pin(): Promise<Changed> {
    return this.#keep({ pinned: true })
  }

  async unpin(): Promise<Changed> {
    return this.#keep({ pinned: false })
  }

  async mute(): Promise<Changed> {
    return this.#keep({ muted: true })
  }

  async unmute(): Promise<Changed> {
    return this.#keep({ muted: false })
  }

  async hide(): Promise<Changed> {
    return changed(await this.#engine.hide(this.id))
  }

  async show(): Promise<Changed> {
    return this.#keep({ hidden: null })
  }

  /** Nothing of what was said so far is shown to this user any more; to the others it is. */
  async clearHistory(): Promise<Changed> {
    return changed(await this.#engine.clear(this.id))
  }

  async refuseInvitations(): Promise<Changed> {
    return changed(await this.#engine.person({ op: 'refuse', conversations: [this.id] }))
  }

  async admitInvitations(): Promise<Changed> {
    return changed(await this.#engine.person({ op: 'admit', conversations: [this.id] }))
  }

  async #keep(kept: Kept): Promise<Changed> {
    return changed(await this.#engine.person({ op: 'setting', conversation: this.id, ...kept }))
  }
}

function changed({ confirmed }: Queued<Outcome>): Changed {
  return { confirmed }
}
