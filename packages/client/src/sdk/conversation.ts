/** A conversation as apps hold it: one object per id and client, always showing what the engine holds now. */
import type { ConversationId, Policy } from '@parley/document'
import type { ConversationView } from '../engine-types.ts'
import type { PartModules } from '../parts.ts'
import type { RecalledMessage } from './built-in-messages.ts'
import type { ConversationEvents } from './conversation-events.ts'
import { type ConversationInfo, createConversationInfo } from './conversation-info.ts'
import { type Draft, draftContent, type DraftOptions, draftOf } from './draft.ts'
import { type MessageRef, userId, userIds } from './given-ids.ts'
import type { MessagesIterator, MessagesIteratorOptions } from './history-iterator.ts'
import type { MessageList, QueryMessagesOptions } from './history.ts'
import type { At, Changed, ConversationHost } from './host.ts'
import { flagOf } from './json.ts'
import { type ConversationMemberInfo, inOrder, type MemberRole } from './member-info.ts'
import { laterIterator } from './later-iterator.ts'
import {
  changeMembers,
  type MembersResult,
  mutedNow,
  type MuteOptions,
  type PageOptions,
  type UsersPage,
} from './members-changed.ts'
import { dateOf, type Message, type SendOptions } from './message.ts'
import { MyConversation } from './my-conversation.ts'
import { sendAsWanted } from './own-messages.ts'
import { readStatus, type ReadStatus } from './receipts.ts'
import { createTimeline, type MessageTimeline, type TimelineOptions } from './timeline.ts'

export class Conversation extends MyConversation {
  /** The relay's answer to its creation; of one that exists, resolved. */
  confirmed: Promise<unknown> = Promise.resolve()
  readonly #host: ConversationHost
  readonly #info: ConversationInfo

  constructor(id: ConversationId, host: ConversationHost) {
    super(id, host)
    this.#host = host
    this.#info = createConversationInfo(host, id)
  }

  get #view(): ConversationView | undefined {
    return this.#host.engine.conversation(this.id)
  }

  get kind(): string {
    return this.#view?.kind ?? ''
  }
  /** What was set and is not saved yet is shown; for everybody else it is there after `save()`. */
  get name(): string | null {
    return this.#line('name')
  }
  set name(name: string | null) {
    this.set('name', name)
  }
  /** A URL, or whatever the app shows by it. */
  get icon(): string | null {
    return this.#line('icon')
  }
  set icon(icon: string | null) {
    this.set('icon', icon)
  }
  get creator(): string {
    return this.#view?.creator ?? ''
  }
  get createdAt(): Date {
    return new Date(this.#view?.createdAt ?? 0)
  }
  /** When name, icon, attributes, members or rights changed last. */
  get updatedAt(): Date {
    return new Date(this.#view?.updatedAt ?? 0)
  }
  get unique(): boolean {
    return this.#view?.unique ?? false
  }
  /** What one is here: owner, manager, member, or '' for not a member. */
  get role(): string {
    return this.#view?.role ?? ''
  }
  /** Known once the conversation was opened; `memberCount` is known before. */
  get members(): readonly string[] {
    const head = this.#host.engine.peekHead(this.id)
    return head === undefined ? [] : inOrder(head).map(([user]) => user)
  }
  get memberCount(): number {
    return this.#host.engine.peekHead(this.id)?.members.size ?? this.#view?.memberCount ?? 0
  }
  /** As they are held; `get('attr.…')` also shows what is set and not saved yet. */
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
  /** The time of the newest own message that all the others have got, or read; null for none. */
  get lastDeliveredAt(): Date | null {
    return dateOf(this.#view?.lastDeliveredAt)
  }
  get lastReadAt(): Date | null {
    return dateOf(this.#view?.lastReadAt)
  }
  get unreadMessagesCount(): number {
    return this.#view?.unread ?? 0
  }
  /** Among what is unread somebody mentions this user, or everybody. */
  get unreadMessagesMentioned(): boolean {
    return this.#view?.mentioned ?? false
  }
  /** It was put back for later: something is unread, or it was marked as unread. */
  get looksUnread(): boolean {
    const view = this.#view
    return view !== undefined && (view.flagged || view.unread > 0)
  }
  /** Who may not speak now; known once the conversation was opened. */
  get mutedMembers(): readonly string[] {
    const { engine, now } = this.#host
    const head = engine.peekHead(this.id)
    return head === undefined ? [] : mutedNow(head, now())
  }
  /** Who has which right; null before the conversation was opened. */
  get policy(): Policy | null {
    return this.#host.engine.peekHead(this.id)?.info.policy ?? null
  }
  get draft(): Draft | null {
    return draftOf(this.#view?.draft ?? null, this.#host.classes)
  }
  get syncState(): ConversationView['syncState'] {
    return this.#view?.syncState ?? 'unknown'
  }

  /**
   * Resolves when the message is safe on this device; `await message.sent` for the relay's answer. One that failed is
   * tried again.
   */
  async send(message: Message | string, options: SendOptions = {}): Promise<Message> {
    return sendAsWanted(this.#at, message, options)
  }

  /** Who of the others has got a message, and who has read it, as far as they tell; for groups of at most 100 members. */
  readStatus(message: Message): ReadStatus {
    return readStatus(this.#at, message)
  }

  /** Tells the others that this user types, or with false that he has stopped; sending a message tells it too. */
  typing(on = true): void {
    this.#host.engine.typing(this.id, flagOf(on, 'Whether somebody types'))
  }

  /** Who of the others types just now. */
  get typingMembers(): readonly string[] {
    return this.#host.engine.typingMembers(this.id)
  }

  /** The same content as a new message, here: what it answered and whom it named stays behind. */
  async forward(message: Message): Promise<Message> {
    return this.#changing(async ({ forwardMessage }) => forwardMessage(this.#at, message))
  }

  /** Puts another message in the place of one's own; its type may be another one, and what it answers stays. */
  async update<M extends Message>(old: MessageRef, message: M): Promise<M & Changed> {
    return this.#changing(async ({ updateMessage }) => updateMessage(this.#at, old, message))
  }

  /** What stands there from now on, without its content. */
  async recall(message: MessageRef): Promise<RecalledMessage & Changed> {
    return this.#changing(async ({ recallMessage }) => recallMessage(this.#at, message))
  }

  /** Sets a sign of one's own on a message, mostly an emoji. */
  async react(message: MessageRef, sign: string): Promise<Changed> {
    return this.#changing(async ({ reactTo }) => reactTo(this.#at, message, sign, true))
  }

  async unreact(message: MessageRef, sign: string): Promise<Changed> {
    return this.#changing(async ({ reactTo }) => reactTo(this.#at, message, sign, false))
  }

  async queryMessages(options: QueryMessagesOptions = {}): Promise<MessageList> {
    const { queryMessages } = await this.#host.engine.load('past')
    return queryMessages(this.#host, this.id, options)
  }

  /** The same batch by batch, each message once. */
  createMessagesIterator(options: MessagesIteratorOptions = {}): MessagesIterator {
    const { engine } = this.#host
    const there = engine.held('past')
    if (there !== undefined) return there.createMessagesIterator(this.#host, this.id, options)
    return laterIterator(async () => {
      const { createMessagesIterator } = await engine.load('past')
      return createMessagesIterator(this.#host, this.id, options)
    })
  }

  /** A live window on the messages, as a page shows them; `close()` it when it is not shown any more. */
  timeline(options: TimelineOptions = {}): MessageTimeline {
    return createTimeline(this.#host, this.id, options)
  }

  async add(members: readonly string[]): Promise<MembersResult> {
    return changeMembers(this.#at, { op: 'add', members: userIds(members) })
  }

  async remove(members: readonly string[]): Promise<MembersResult> {
    return changeMembers(this.#at, { op: 'remove', members: userIds(members) })
  }

  async join(): Promise<MembersResult> {
    return changeMembers(this.#at, { op: 'join' })
  }

  /** A direct one is hidden, since nobody leaves it: its next message brings it back. */
  async quit(): Promise<MembersResult> {
    if (this.kind === 'direct') {
      const { predicted, confirmed } = await this.#host.engine.hide(this.id)
      return { ...predicted, confirmed }
    }
    return changeMembers(this.#at, { op: 'quit' })
  }

  async count(): Promise<number> {
    return (await this.#host.engine.head(this.id))?.members.size ?? this.memberCount
  }

  /** Everybody who is in it, with his role. */
  async getAllMemberInfo(): Promise<readonly ConversationMemberInfo[]> {
    const { allMemberInfo } = await this.#host.engine.load('changes')
    return allMemberInfo(this.#at)
  }

  /** null: he is not in it. */
  async getMemberInfo(member: string): Promise<ConversationMemberInfo | null> {
    const id = userId(member)
    return (await this.getAllMemberInfo()).find(({ memberId }) => memberId === id) ?? null
  }

  async updateMemberRole(member: string, role: MemberRole): Promise<MembersResult> {
    return this.#changing(async ({ changeRole }) => changeRole(this.#at, member, role))
  }

  /** They read on, and may not write. */
  async muteMembers(members: readonly string[], options: MuteOptions = {}): Promise<MembersResult> {
    return this.#changing(async ({ mute }) => mute(this.#at, members, options))
  }

  async unmuteMembers(members: readonly string[]): Promise<MembersResult> {
    return changeMembers(this.#at, { op: 'unmute', members: userIds(members) })
  }

  async queryMutedMembers(options: PageOptions = {}): Promise<UsersPage> {
    const { mutedPage } = await this.#host.engine.load('changes')
    return mutedPage(this.#at, options)
  }

  /** They are removed, and kept out. */
  async blockMembers(members: readonly string[]): Promise<MembersResult> {
    return changeMembers(this.#at, { op: 'block', members: userIds(members) })
  }

  async unblockMembers(members: readonly string[]): Promise<MembersResult> {
    return changeMembers(this.#at, { op: 'unblock', members: userIds(members) })
  }

  async queryBlockedMembers(options: PageOptions = {}): Promise<UsersPage> {
    const { blockedPage } = await this.#host.engine.load('changes')
    return blockedPage(this.#at, options)
  }

  /** Changes only the rights that are named; the owner alone may. */
  async setPolicy(policy: Partial<Policy>): Promise<Changed> {
    return this.#changing(async ({ policyOf }) => {
      const command = { op: 'update', policy: policyOf(policy) } as const
      const { confirmed } = await this.#host.engine.command(this.id, command)
      return { confirmed }
    })
  }

  /** `name`, `icon`, or an attribute by its path: `attr.seat.row`. */
  get(key: string): unknown {
    return this.#info.get(key)
  }

  set(key: string, value: unknown): this {
    this.#info.set(key, value)
    return this
  }

  unset(key: string): this {
    this.#info.unset(key)
    return this
  }

  /** Everything that was set since the last time, as one change. */
  async save(): Promise<Changed> {
    return this.#info.save()
  }

  /** Asks the relay for what this device lacks of it, where there is a connection. */
  async fetch(): Promise<this> {
    await this.#host.engine.open(this.id)
    return this
  }

  /** Everything up to here has been seen. It leaves this device only with `syncReadMarks`, to one's others, or `readReceipts`, to everybody. */
  async read(): Promise<void> {
    await this.#host.engine.read(this.id)
  }

  /** It looks unread on this device until it is read; the count stays what it is. */
  async markAsUnread(): Promise<void> {
    await this.#host.engine.flag(this.id)
  }

  /** It never leaves this device. */
  async setDraft(draft: string | Message, options: DraftOptions = {}): Promise<void> {
    await this.#host.engine.setDraft(this.id, draftContent(draft, options))
  }

  async cancelDraft(): Promise<void> {
    await this.#host.engine.cancelDraft(this.id)
  }

  /** For the client alone: what happened, told to this conversation's listeners. */
  tell<K extends keyof ConversationEvents>(event: K, ...args: ConversationEvents[K]): void {
    this.emit(event, ...args)
  }

  /** In the order of calls, whatever has to be loaded for them. */
  async #changing<T>(call: (part: PartModules['changes']) => Promise<T>): Promise<T> {
    return this.#host.engine.with('changes', call)
  }

  get #at(): At {
    return { host: this.#host, id: this.id }
  }

  #line(key: 'name' | 'icon'): string | null {
    const line = this.#info.get(key)
    return typeof line === 'string' ? line : null
  }
}
