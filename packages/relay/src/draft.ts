/**
 * A turn's drafts: what was loaded for it, and what it would make of that. Nothing outside sees a draft before its commit.
 */
import type { ConversationId, EntryId, Head, UserId } from '@parley/document'
import type { ConversationState } from './conversation-state.ts'
import { createOverlay, type Overlay, type Own } from './overlay.ts'
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

/** What the turn's inputs refer to, beyond the conversations themselves. */
export interface Loaded {
  /** Of those of which anything was found. */
  readonly conversations: ReadonlyMap<ConversationId, LoadedConversation>
  readonly commands: ReadonlyMap<string, CommandRecord>
  readonly people: LoadedPeople
  readonly usage: ReadonlyMap<UserId, UsageRecord>
}

export interface LoadedConversation {
  /** By their page, unless that is the open one, and client id. */
  readonly writers: Map<number, Map<number, WriterRecord>>
  readonly messages: Map<EntryId, MessageRecord>
  /** Pages before the open one that operations go to. */
  readonly pages: Map<number, PageRecord>
  /** By sequence: those that may be what was sent again, targets of operations, and the edits that stand on them. */
  readonly rows: Map<number, LogRow>
  /** Of those who say how far they have got. */
  readonly marks: Map<UserId, MarkRecord>
}

/** The four go together: a conversation has all of them or does not exist yet. */
export interface ConversationCore {
  /** The turn's own. */
  record: Own<ConversationRecord>
  head: HeadRecord
  value: Head
}

export interface ConversationDraft {
  readonly id: ConversationId
  readonly base: ConversationState | undefined
  core: ConversationCore | undefined
  readonly members: Overlay<UserId, MemberRecord>
  readonly pages: Overlay<number, PageRecord>
  /** By page, and then by client id. */
  readonly writers: Map<number, Overlay<number, WriterRecord>>
  readonly messages: Overlay<EntryId, MessageRecord>
  /** New ones, in sequence. */
  readonly rows: LogRow[]
  /** By sequence: older ones that inputs refer to, and what has been erased in this turn. */
  readonly otherRows: Map<number, LogRow>
  readonly marks: Overlay<UserId, MarkRecord>
}

export interface TurnDraft {
  readonly now: number
  position: number
  readonly conversations: ReadonlyMap<ConversationId, ConversationDraft>
  readonly commands: Overlay<string, CommandRecord>
  readonly rewrites: Rewrite[]
  /** Of messages accepted in this turn. */
  readonly mentions: MentionRecord[]
  readonly people: PeopleDraft
  readonly usage: UsageDraft
}

export const commandKey = (user: UserId, id: EntryId): string => `${user}/${id}`

export function createDraft(
  now: number,
  position: number,
  states: ReadonlyMap<ConversationId, ConversationState | undefined>,
  loaded: Loaded,
): TurnDraft {
  const conversations = new Map<ConversationId, ConversationDraft>()
  for (const [id, base] of states)
    conversations.set(id, conversationDraft(id, base, loaded.conversations.get(id)))
  return {
    now,
    position,
    conversations,
    commands: createOverlay(loaded.commands),
    rewrites: [],
    mentions: [],
    people: createPeopleDraft(loaded.people),
    usage: createUsageDraft(loaded.usage),
  }
}

export function nothingLoaded(): LoadedConversation {
  return { writers: new Map(), messages: new Map(), pages: new Map(), rows: new Map(), marks: new Map() }
}

/** Of nearly all conversations. A draft only lays something over it. */
const nothing: Pick<LoadedConversation, 'writers' | 'messages' | 'marks'> = nothingLoaded()

function conversationDraft(
  id: ConversationId,
  base: ConversationState | undefined,
  loaded: LoadedConversation | undefined,
): ConversationDraft {
  const { writers: known, messages, marks } = loaded ?? nothing
  const pages = loaded?.pages ?? new Map<number, PageRecord>()
  const writers = new Map<number, Overlay<number, WriterRecord>>()
  for (const [page, ofPage] of known) writers.set(page, createOverlay(ofPage))
  if (base !== undefined) {
    pages.set(base.openPage.page, base.openPage)
    writers.set(base.openPage.page, createOverlay(base.writers))
  }
  return {
    id,
    base,
    core: base === undefined ? undefined : { record: { ...base.record }, head: base.head, value: base.value },
    members: createOverlay(base?.members ?? noMembers),
    pages: createOverlay(pages),
    writers,
    messages: createOverlay(messages),
    rows: [],
    otherRows: loaded?.rows ?? new Map<number, LogRow>(),
    marks: createOverlay(marks),
  }
}

const noMembers: ReadonlyMap<UserId, MemberRecord> = new Map()

export function writersOf({ writers }: ConversationDraft, page: number): Overlay<number, WriterRecord> {
  const known = writers.get(page)
  if (known !== undefined) return known
  const none = createOverlay<number, WriterRecord>(new Map())
  writers.set(page, none)
  return none
}

/** As it is now: erased, if the turn has come to that. */
export function rowOf({ otherRows, rows, base }: ConversationDraft, seq: number): LogRow | undefined {
  return otherRows.get(seq) ?? rows[seq - 1 - (base?.record.seq ?? 0)]
}

/** The same by its place: for what is sent again. */
export function rowAt(
  { otherRows, rows }: ConversationDraft,
  { page, client, clock }: Pick<LogRow, 'page' | 'client' | 'clock'>,
): LogRow | undefined {
  const stands = (row: LogRow): boolean => row.client === client && row.clock === clock && row.page === page
  for (const row of otherRows.values()) if (stands(row)) return row
  return rows.find(stands)
}

/** Adds a row to its conversation, where later inputs of the turn may refer to it. */
export function addRow(draft: TurnDraft, conversation: ConversationDraft, row: LogRow): void {
  conversation.rows.push(row)
  if (row.author !== '') addUsage(draft.usage, row.author, { bytes: bytesOfRow(row) })
}

/** What became of a command, for whenever it comes again. */
export function keepCommand(draft: TurnDraft, record: CommandRecord): void {
  draft.commands.set(commandKey(record.user, record.id), record)
  addUsage(draft.usage, record.user, { bytes: record.outcome.length })
}

/** undefined when the turn changed nothing that is kept. */
export function commitOf(draft: TurnDraft): RelayCommit | undefined {
  const conversations: ConversationRecord[] = []
  const members: MemberRecord[] = []
  const pages: PageRecord[] = []
  const rows: LogRow[] = []
  const writers: WriterRecord[] = []
  const messages: MessageRecord[] = []
  const heads: HeadRecord[] = []
  const marks: MarkRecord[] = []
  for (const conversation of draft.conversations.values()) {
    const { core, base } = conversation
    if (!hasMoved(conversation) || core === undefined) continue
    conversations.push(core.record)
    members.push(...conversation.members.changed.values())
    pages.push(...conversation.pages.changed.values())
    rows.push(...conversation.rows)
    for (const { changed } of conversation.writers.values()) writers.push(...changed.values())
    messages.push(...conversation.messages.changed.values())
    if (core.head !== base?.head) heads.push(core.head)
    marks.push(...conversation.marks.changed.values())
  }
  if (conversations.length === 0 && draft.commands.changed.size === 0) return undefined
  return {
    position: draft.position,
    conversations,
    members,
    pages,
    rows,
    rewrites: draft.rewrites,
    writers,
    messages,
    mentions: draft.mentions,
    commands: [...draft.commands.changed.values()],
    people: [...draft.people.rows.changed.values()],
    heads,
    tags: [],
    marks,
    usage: changedUsage(draft.usage),
  }
}

export function hasMoved({ rows, marks }: ConversationDraft): boolean {
  return rows.length > 0 || marks.changed.size > 0
}

/** What a committed draft leaves for the turns after it. Members and writers of the state it rests on are changed in place. */
export function adopted(conversation: ConversationDraft): ConversationState | undefined {
  const { core, base } = conversation
  if (core === undefined) return undefined
  const { record, head, value } = core
  const openPage = conversation.pages.get(record.pages)
  if (openPage === undefined) throw new Error(`the open page of ${conversation.id} is not there`)
  const members = base?.members ?? new Map<UserId, MemberRecord>()
  for (const [user, member] of conversation.members.changed) members.set(user, member)
  const writers = base?.openPage.page === openPage.page ? base.writers : new Map<number, WriterRecord>()
  const changed = conversation.writers.get(openPage.page)?.changed ?? new Map<number, WriterRecord>()
  for (const [client, writer] of changed) writers.set(client, writer)
  return { record, head, value, members, openPage, writers }
}
