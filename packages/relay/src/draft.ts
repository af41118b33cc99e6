/**
 * A turn's drafts: what was loaded for it, and what it would make of that. Nothing outside sees a draft before its commit.
 */
import type { ConversationId, EntryId, Head, UserId } from '@parley/document'
import type { ConversationState } from './conversation-state.ts'
import { createOverlay, type Overlay } from './overlay.ts'
import type { MarkRecord } from './marks-store.ts'
import { createPeopleDraft, type LoadedPeople, type PeopleDraft } from './people-draft.ts'
import type {
  CommandRecord,
  ConversationRecord,
  HeadRecord,
  LogRow,
  MemberRecord,
  MentionRecord,
  MessageRecord,
  PageRecord,
  RelayCommit,
  Rewrite,
  WriterRecord,
} from './store.ts'
import { addUsage, bytesOfRow, changedUsage, createUsageDraft, type UsageDraft } from './usage-draft.ts'
import type { UsageRecord } from './usage-store.ts'

/** What the turn's inputs refer to, beyond the conversations themselves. Keys by the functions below. */
export interface Loaded {
  readonly writers: ReadonlyMap<string, WriterRecord>
  readonly messages: ReadonlyMap<string, MessageRecord>
  readonly commands: ReadonlyMap<string, CommandRecord>
  /** Pages before the open one that operations go to. */
  readonly pages: ReadonlyMap<string, PageRecord>
  /** Rows that may be what was sent again, targets of operations, and the edits that stand on them. */
  readonly rows: ReadonlyMap<string, LogRow>
  readonly people: LoadedPeople
  /** Of those who say how far they have got. */
  readonly marks: ReadonlyMap<string, MarkRecord>
  readonly usage: ReadonlyMap<UserId, UsageRecord>
}

/** The four go together: a conversation has all of them or does not exist yet. */
export interface ConversationCore {
  record: ConversationRecord
  head: HeadRecord
  value: Head
}

export interface ConversationDraft {
  readonly id: ConversationId
  readonly base: ConversationState | undefined
  core: ConversationCore | undefined
  readonly members: Overlay<UserId, MemberRecord>
  readonly pages: Overlay<number, PageRecord>
  /** New ones, in sequence. */
  readonly rows: LogRow[]
  readonly marks: Overlay<UserId, MarkRecord>
}

export interface TurnDraft {
  readonly now: number
  position: number
  readonly conversations: ReadonlyMap<ConversationId, ConversationDraft>
  readonly writers: Overlay<string, WriterRecord>
  readonly messages: Overlay<string, MessageRecord>
  readonly commands: Overlay<string, CommandRecord>
  /** By place and by sequence: loaded ones and new ones. */
  readonly rows: Overlay<string, LogRow>
  readonly rewrites: Rewrite[]
  /** Of messages accepted in this turn. */
  readonly mentions: MentionRecord[]
  readonly people: PeopleDraft
  readonly usage: UsageDraft
}

export const writerKey = (conversation: ConversationId, page: number, client: number): string =>
  `${conversation}/${page}/${client}`
export const placeKey = (conversation: ConversationId, page: number, client: number, clock: number): string =>
  `${conversation}/${page}/${client}/${clock}`
export const seqKey = (conversation: ConversationId, seq: number): string => `${conversation}/${seq}`
export const entryKey = (conversation: ConversationId, id: EntryId): string => `${conversation}/${id}`
export const commandKey = (user: UserId, id: EntryId): string => `${user}/${id}`
export const pageKey = (conversation: ConversationId, page: number): string => `${conversation}/${page}`

export function createDraft(
  now: number,
  position: number,
  states: ReadonlyMap<ConversationId, ConversationState | undefined>,
  loaded: Loaded,
): TurnDraft {
  const conversations = new Map<ConversationId, ConversationDraft>()
  for (const [id, base] of states) conversations.set(id, conversationDraft(id, base, loaded))
  return {
    now,
    position,
    conversations,
    writers: createOverlay(loaded.writers),
    messages: createOverlay(loaded.messages),
    commands: createOverlay(loaded.commands),
    rows: createOverlay(loaded.rows),
    rewrites: [],
    mentions: [],
    people: createPeopleDraft(loaded.people),
    usage: createUsageDraft(loaded.usage),
  }
}

function conversationDraft(
  id: ConversationId,
  base: ConversationState | undefined,
  loaded: Loaded,
): ConversationDraft {
  const pages = new Map<number, PageRecord>()
  const marks = new Map<UserId, MarkRecord>()
  for (const mark of loaded.marks.values()) if (mark.conversation === id) marks.set(mark.user, mark)
  for (const page of loaded.pages.values()) if (page.conversation === id) pages.set(page.page, page)
  if (base !== undefined) pages.set(base.openPage.page, base.openPage)
  return {
    id,
    base,
    core: base === undefined ? undefined : { record: base.record, head: base.head, value: base.value },
    members: createOverlay(base?.members ?? new Map<UserId, MemberRecord>()),
    pages: createOverlay(pages),
    rows: [],
    marks: createOverlay(marks),
  }
}

/** Adds a row to its conversation, and to what later inputs of the turn may refer to. */
export function addRow(draft: TurnDraft, conversation: ConversationDraft, row: LogRow): void {
  conversation.rows.push(row)
  if (row.author !== '') addUsage(draft.usage, row.author, { bytes: bytesOfRow(row) })
  draft.rows.set(seqKey(row.conversation, row.seq), row)
  if (row.page > 0) draft.rows.set(placeKey(row.conversation, row.page, row.client, row.clock), row)
}

/** What became of a command, for whenever it comes again. */
export function keepCommand(draft: TurnDraft, record: CommandRecord): void {
  draft.commands.set(commandKey(record.user, record.id), record)
  addUsage(draft.usage, record.user, { bytes: record.outcome.length })
}

/** undefined when the turn changed nothing that is kept. */
export function commitOf(draft: TurnDraft): RelayCommit | undefined {
  const moved = [...draft.conversations.values()].filter(hasMoved)
  if (moved.length === 0 && draft.commands.changed.size === 0) return undefined
  return {
    position: draft.position,
    conversations: moved.flatMap(({ core }) => (core === undefined ? [] : [core.record])),
    members: moved.flatMap(({ members }) => [...members.changed.values()]),
    pages: moved.flatMap(({ pages }) => [...pages.changed.values()]),
    rows: moved.flatMap(({ rows }) => rows),
    rewrites: draft.rewrites,
    writers: [...draft.writers.changed.values()],
    messages: [...draft.messages.changed.values()],
    mentions: draft.mentions,
    commands: [...draft.commands.changed.values()],
    people: [...draft.people.rows.changed.values()],
    heads: moved.flatMap(({ core, base }) =>
      core === undefined || core.head === base?.head ? [] : [core.head],
    ),
    tags: [],
    marks: moved.flatMap(({ marks }) => [...marks.changed.values()]),
    usage: changedUsage(draft.usage),
  }
}

export function hasMoved({ rows, marks }: ConversationDraft): boolean {
  return rows.length > 0 || marks.changed.size > 0
}

/** What a committed draft leaves for the turns after it. The members of the state it rests on are changed in place. */
export function adopted(conversation: ConversationDraft): ConversationState | undefined {
  const { core, base } = conversation
  if (core === undefined) return undefined
  const openPage = conversation.pages.get(core.record.pages)
  if (openPage === undefined) throw new Error(`the open page of ${conversation.id} is not there`)
  const members = base?.members ?? new Map<UserId, MemberRecord>()
  for (const [user, member] of conversation.members.changed) members.set(user, member)
  return { ...core, members, openPage }
}
