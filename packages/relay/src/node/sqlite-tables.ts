/** What the tables hold, read as records. Nothing in here knows of the journal. */
import { type ConversationId, everybody } from '@parley/document'
import {
  type CommandKey,
  type CommandRecord,
  type ConversationRecord,
  type EntryKey,
  type FeedRow,
  type HeadRecord,
  type LogRow,
  type MemberRecord,
  type MessageRecord,
  type PageRecord,
  type PlaceKey,
  type RelayStore,
  standingOf,
  StoreError,
  type StoredConversation,
  type ToldRow,
  type WriterRecord,
} from '../store.ts'
import { firstAbove } from './first-above.ts'
import {
  type Columns,
  commandRecord,
  conversationRecord,
  headRecord,
  logRow,
  memberRecord,
  messageRecord,
  number,
  pageRecord,
  tagDevice,
  toldRow,
  writerRecord,
} from './sqlite-columns.ts'
import type { Numbers } from './sqlite-numbers.ts'
import type { Statements } from './sqlite-statements.ts'

type Now<Name extends keyof RelayStore> = RelayStore[Name] extends (
  ...given: infer Given
) => Promise<infer Value>
  ? (...given: Given) => Value
  : never

/** The store's reads, at once. */
export interface Tables {
  readonly stored: (conversation: ConversationId) => StoredConversation | undefined
  readonly members: (conversation: ConversationId) => readonly MemberRecord[]
  readonly conversation: Now<'conversation'>
  readonly member: Now<'member'>
  readonly head: Now<'head'>
  readonly page: (conversation: ConversationId, page: number) => PageRecord | undefined
  readonly writer: (key: PlaceKey) => WriterRecord | undefined
  readonly message: (key: EntryKey) => MessageRecord | undefined
  readonly command: (key: CommandKey) => CommandRecord | undefined
  readonly rowAt: Now<'rowAt'>
  readonly row: Now<'row'>
  readonly pageRows: Now<'pageRows'>
  readonly rowsSince: Now<'rowsSince'>
  readonly pagesSince: Now<'pagesSince'>
  readonly recalledSince: Now<'recalledSince'>
  readonly mentionedSince: Now<'mentionedSince'>
  readonly feed: Now<'feed'>
  readonly tagHolder: Now<'tagHolder'>
}

const none: Pick<FeedRow, 'last' | 'page'> = { last: undefined, page: undefined }

/** What has come into a conversation while somebody was away is mostly less. */
const fewRows = 16

export function createTables({ read, rows }: Statements, numbers: Numbers): Tables {
  /** A conversation, as the statements want it named. */
  const of = (conversation: ConversationId): [ConversationId, number] => [
    conversation,
    numbers.of(conversation),
  ]

  const conversation = (id: ConversationId): ConversationRecord | undefined =>
    readOne(read.conversation.get(id), conversationRecord)
  const head = (id: ConversationId): HeadRecord | undefined => readOne(read.head.get(...of(id)), headRecord)
  const page = (id: ConversationId, wanted: number): PageRecord | undefined =>
    readOne(read.page.get(...of(id), wanted), pageRecord)
  const member: Tables['member'] = (id, user) =>
    readOne(read.member.get(...of(id), user), (columns) => memberRecord(columns))
  const members = (id: ConversationId): readonly MemberRecord[] =>
    read.members.all(...of(id)).map((columns) => memberRecord(columns))
  const row = (id: ConversationId, seq: number): LogRow | undefined =>
    readOne(rows.row.get(...of(id), seq), logRow)

  const stored = (id: ConversationId): StoredConversation | undefined => {
    const record = conversation(id)
    if (record === undefined) return undefined
    const [itsHead, openPage] = [head(id), page(id, record.pages)]
    if (itsHead === undefined || openPage === undefined) {
      throw new StoreError('broken', `the log holds ${id} in parts`)
    }
    return { record, head: itsHead, members: members(id), openPage }
  }

  const messageOf = (id: ConversationId, columns: Columns): MessageRecord => {
    const edit = columns['edit'] === null ? undefined : row(id, number(columns, 'edit'))
    return messageRecord(columns, edit)
  }

  const feedRow = (columns: Columns, withNewest: boolean): FeedRow => {
    const record = conversationRecord(columns)
    const his = memberRecord(columns, 'member_position')
    const newest = withNewest ? newestOf(record, his, number(columns, 'number')) : none
    return { member: his, conversation: record, position: number(columns, 'moved'), ...newest }
  }

  const newestOf = (record: ConversationRecord, his: MemberRecord, own: number): typeof none => {
    const { lastSeq, pages } = standingOf(his, record)
    return {
      last: lastSeq === 0 ? undefined : readOne(rows.row.get(record.id, own, lastSeq), logRow),
      page: readOne(read.page.get(record.id, own, pages), pageRecord),
    }
  }

  /** The message a row has recalled, and not the edit that stood on it. */
  const recalledBy = (recall: LogRow, user: string): readonly number[] =>
    recall.erases
      .map(({ seq }) => seq)
      .filter((seq) => {
        const erased = row(recall.conversation, seq)
        return erased !== undefined && erased.operation === null && erased.author !== user
      })

  /** The first sequence above a position, up to another one; undefined for none. */
  const firstSeqAbove = (own: number, above: number, upToSeq: number): number | undefined => {
    const newest = rows.place.get(own, upToSeq)
    if (newest === undefined || number(newest, 'position') <= above) return undefined
    return firstAbove(above, number(newest, 'seq'), (seq) =>
      number(rows.place.get(own, seq) ?? {}, 'position'),
    )
  }

  return {
    stored,
    members,
    conversation,
    member,
    head,
    page,
    row,
    writer: ({ conversation: id, page: onPage, client }) =>
      readOne(read.writer.get(...of(id), onPage, client), writerRecord),
    message: ({ conversation: id, id: entry }) => {
      const columns = rows.byId.get(...of(id), entry)
      return columns === undefined ? undefined : messageOf(id, columns)
    },
    command: ({ user, id }) => readOne(read.command.get(user, id), commandRecord),
    rowAt: (id, onPage, client, clock) => readOne(rows.rowAt.get(...of(id), onPage, client, clock), logRow),
    pageRows: (id, onPage, after, limit) => readAll(rows.ofPage.all(...of(id), onPage, after, limit), logRow),
    rowsSince: (id, above, upToSeq, limit) => {
      const own = numbers.of(id)
      const from = (first: number): readonly ToldRow[] =>
        rows.between
          .all(own, first, upToSeq, limit, above)
          .map((columns) => toldRow(columns, (seq) => row(id, seq)))
      // Mostly they are few, and the newest: then a look at the row before so many tells it. Making one of a row costs more
      // than passing over ten.
      for (const count of limit > fewRows ? [fewRows, limit] : [limit]) {
        const before = rows.place.get(own, upToSeq - count)
        if (before === undefined || number(before, 'position') <= above)
          return from(Math.max(1, upToSeq - count + 1))
      }
      const first = firstSeqAbove(own, above, upToSeq)
      return first === undefined ? [] : from(first)
    },
    pagesSince: (id, above) => readAll(read.pagesSince.all(...of(id), above), pageRecord),
    recalledSince: (id, above, upToSeq, user) =>
      readAll(rows.recalls.all(...of(id), above, upToSeq), logRow)
        .flatMap((recall) => recalledBy(recall, user))
        .toSorted((a, b) => a - b),
    mentionedSince: (id, above, upToSeq, user, limit) => {
      const own = numbers.of(id)
      if (read.mentioned.get(own, user, everybody) === undefined) return []
      const first = firstSeqAbove(own, above, upToSeq)
      if (first === undefined) return []
      const found = [user, everybody].flatMap((whom) =>
        read.mentions.all(own, whom, first, upToSeq, user, limit).map((columns) => number(columns, 'seq')),
      )
      return [...new Set(found)].toSorted((a, b) => a - b).slice(-limit)
    },
    feed: (user, above, limit, newest) =>
      read.feed.all(user, above, limit).map((columns) => feedRow(columns, newest)),
    tagHolder: (user, tag) => readOne(read.tagHolder.get(user, tag), tagDevice),
  }
}

function readOne<Value>(columns: Columns | undefined, read: (columns: Columns) => Value): Value | undefined {
  return columns === undefined ? undefined : read(columns)
}

function readAll<Value>(rows: readonly Columns[], read: (columns: Columns) => Value): readonly Value[] {
  return rows.map((columns) => read(columns))
}
