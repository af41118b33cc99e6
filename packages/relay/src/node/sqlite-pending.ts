/**
 * What commits hold together: of each record the newest, rows in sequence, what people take up added up. It stands for
 * what the journal holds, and is what the tables are written from. Rules RE301 and RE302.
 */
import type { ConversationId, EntryId, UserId } from '@parley/document'
import type { MarkRecord } from '../marks-store.ts'
import type {
  ConversationRecord,
  HeadRecord,
  LogRow,
  MemberRecord,
  MentionRecord,
  MessageRecord,
  PageRecord,
  RelayCommit,
  WriterRecord,
} from '../store.ts'
import { sumOfUsage, type UsageRecord } from '../usage-store.ts'

export interface PendingConversation {
  /** What settling it takes, but for its records. */
  weight: number
  record: ConversationRecord | undefined
  head: HeadRecord | undefined
  readonly members: Map<UserId, MemberRecord>
  readonly pages: Map<number, PageRecord>
  /** In sequence, without a gap. */
  readonly rows: LogRow[]
  readonly writers: Map<string, WriterRecord>
  readonly messages: Map<EntryId, MessageRecord>
  readonly mentions: MentionRecord[]
  readonly marks: Map<UserId, MarkRecord>
  /** Rows by their places, once somebody has asked for one. */
  places: Map<string, LogRow> | undefined
}

/** Everything of some conversations, and what some users take up. */
export interface PendingPart {
  readonly conversations: ReadonlyMap<ConversationId, PendingConversation>
  /** What is to be added to what stands. */
  readonly usage: ReadonlyMap<UserId, UsageRecord>
}

export interface Pending extends PendingPart {
  /** Of all conversations. */
  readonly weight: number
  /** Of the last commit, 0 for none. */
  readonly position: number
  /**
   * `updates`: the bytes of its rows, which nobody changes. With them nothing of the commit's own bytes is held: they may be
   * changed afterwards.
   */
  readonly add: (commit: RelayCommit, updates?: readonly Uint8Array[]) => void
  /** It has been settled. */
  readonly drop: (part: PendingPart) => void
  readonly writer: (conversation: ConversationId, page: number, client: number) => WriterRecord | undefined
  readonly row: (conversation: ConversationId, seq: number) => LogRow | undefined
  readonly rowAt: (
    conversation: ConversationId,
    page: number,
    client: number,
    clock: number,
  ) => LogRow | undefined
}

/** What settling it takes, in rows: each mention and mark is one as well, and so are 512 bytes. */
export function weightOf({ rows, marks, mentions, heads }: RelayCommit): number {
  let weight = marks.length + mentions.length
  for (const row of rows) weight += weightOfRow(row)
  for (const head of heads) weight += weightOfHead(head)
  return weight
}

function weightOfRow({ update, change }: LogRow): number {
  return 1 + ((update.length + (change?.length ?? 0)) >>> 9)
}

function weightOfHead({ state }: HeadRecord): number {
  return 1 + (state.length >>> 9)
}

const writerKey = (page: number, client: number): string => `${page}/${client}`
const placeKey = ({ page, client, clock }: Pick<LogRow, 'page' | 'client' | 'clock'>): string =>
  `${page}/${client}/${clock}`

export function createPending(): Pending {
  const conversations = new Map<ConversationId, PendingConversation>()
  const usage = new Map<UserId, UsageRecord>()
  let [weight, position] = [0, 0]
  let last: PendingConversation | undefined
  let lastId: ConversationId | undefined

  const at = (id: ConversationId): PendingConversation => {
    if (id === lastId && last !== undefined) return last
    let held = conversations.get(id)
    if (held === undefined) {
      held = emptyConversation()
      conversations.set(id, held)
    }
    lastId = id
    last = held
    return held
  }

  return {
    conversations,
    usage,
    get weight() {
      return weight
    },
    get position() {
      return position
    },
    add(commit, updates) {
      const kept = updates !== undefined
      position = commit.position
      for (const it of commit.conversations) at(it.id).record = it
      for (const it of commit.heads) {
        const held = at(it.conversation)
        held.head = kept ? { ...it, state: it.state.slice() } : it
        held.weight += weightOfHead(it)
      }
      for (const it of commit.members) at(it.conversation).members.set(it.user, it)
      for (const it of commit.pages) at(it.conversation).pages.set(it.page, it)
      for (let index = 0; index < commit.rows.length; index += 1) {
        const it = commit.rows[index]
        if (it === undefined) continue
        const update = updates?.[index]
        const row = update === undefined ? it : copied(it, update)
        const held = at(it.conversation)
        held.rows.push(row)
        held.weight += weightOfRow(row)
        held.places?.set(placeKey(row), row)
      }
      weight += weightOf(commit)
      for (const it of commit.writers) at(it.conversation).writers.set(writerKey(it.page, it.client), it)
      for (const it of commit.messages) at(it.conversation).messages.set(it.id, it)
      for (const it of commit.mentions) {
        const held = at(it.conversation)
        held.mentions.push(it)
        held.weight += 1
      }
      for (const it of commit.marks) {
        const held = at(it.conversation)
        held.marks.set(it.user, it)
        held.weight += 1
      }
      for (const it of commit.usage) {
        const before = usage.get(it.user)
        usage.set(it.user, before === undefined ? it : sumOfUsage(before, it))
      }
    },
    drop(part) {
      for (const [id, held] of part.conversations) {
        if (conversations.delete(id)) weight -= held.weight
      }
      for (const user of part.usage.keys()) usage.delete(user)
      lastId = undefined
    },
    writer: (conversation, page, client) =>
      conversations.get(conversation)?.writers.get(writerKey(page, client)),
    row(conversation, seq) {
      const held = conversations.get(conversation)?.rows
      const first = held?.[0]?.seq
      return first === undefined ? undefined : given(held?.[seq - first])
    },
    rowAt(conversation, page, client, clock) {
      const held = conversations.get(conversation)
      if (held === undefined || page === 0) return undefined
      held.places ??= new Map(held.rows.map((row) => [placeKey(row), row]))
      return given(held.places.get(placeKey({ page, client, clock })))
    },
  }
}

/** The bytes are in memory that is used again. */
function given(row: LogRow | undefined): LogRow | undefined {
  return row === undefined ? undefined : { ...row, update: row.update.slice() }
}

/** Field by field: it is done for every message, and spreading takes several times as long. */
function copied(it: LogRow, update: Uint8Array): LogRow {
  return {
    conversation: it.conversation,
    seq: it.seq,
    time: it.time,
    position: it.position,
    page: it.page,
    kind: it.kind,
    operation: it.operation,
    author: it.author,
    client: it.client,
    clock: it.clock,
    id: it.id,
    update,
    erases: it.erases,
    change: it.change?.slice() ?? null,
  }
}

function emptyConversation(): PendingConversation {
  return {
    weight: 0,
    record: undefined,
    head: undefined,
    members: new Map(),
    pages: new Map(),
    rows: [],
    writers: new Map(),
    messages: new Map(),
    mentions: [],
    marks: new Map(),
    places: undefined,
  }
}
