/** Every statement of the store, prepared once. Conversations are named by id; inside they are numbers (`sqlite-numbers.ts`). */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

type Statement<Name extends string> = Readonly<Record<Name, StatementSync>>

export type Reads = Statement<
  | 'epoch'
  | 'number'
  | 'lastSeq'
  | 'position'
  | 'conversation'
  | 'head'
  | 'members'
  | 'member'
  | 'page'
  | 'pagesSince'
  | 'writer'
  | 'message'
  | 'command'
  | 'rowAt'
  | 'row'
  | 'pageRows'
  | 'place'
  | 'rowsBetween'
  | 'erasingRows'
  | 'feed'
  | 'conversationByNumber'
>

export type Writes = Statement<
  'conversation' | 'head' | 'member' | 'page' | 'row' | 'rewrite' | 'writer' | 'message' | 'command'
>

export interface Statements {
  readonly read: Reads
  readonly write: Writes
}

export function prepareStatements(database: DatabaseSync): Statements {
  const prepare = (text: string): StatementSync => database.prepare(text)
  return { read: prepareReads(prepare), write: prepareWrites(prepare) }
}

/** Records carry their conversation's id; it is given to the query, so it need not be looked up again. */
const from = (table: string): string =>
  `SELECT :conversation AS conversation_id, * FROM ${table} WHERE conversation = :number`

function prepareReads(prepare: (text: string) => StatementSync): Reads {
  return {
    epoch: prepare(`SELECT value FROM meta WHERE key = 'epoch'`),
    number: prepare(`SELECT number FROM conversations WHERE id = :conversation`),
    lastSeq: prepare(`SELECT seq FROM conversations WHERE number = :number`),
    position: prepare(`SELECT coalesce(max(position), 0) AS position FROM rows`),
    conversation: prepare(`SELECT id AS conversation_id, * FROM conversations WHERE id = :conversation`),
    head: prepare(from('heads')),
    members: prepare(from('members')),
    member: prepare(`${from('members')} AND user = :user`),
    page: prepare(`${from('pages')} AND page = :page`),
    pagesSince: prepare(`${from('pages')} AND position > :position ORDER BY page`),
    writer: prepare(`${from('writers')} AND page = :page AND client = :client`),
    message: prepare(`${from('messages')} AND id = :id`),
    command: prepare(
      `SELECT conversation AS conversation_id, * FROM commands WHERE user = :user AND id = :id`,
    ),
    rowAt: prepare(`${from('rows')} AND page = :page AND client = :client AND clock = :clock AND page > 0`),
    row: prepare(`${from('rows')} AND seq = :seq`),
    pageRows: prepare(`${from('rows')} AND page = :page AND seq > :after ORDER BY seq LIMIT :limit`),
    place: prepare(`
    SELECT seq, position FROM rows WHERE conversation = :number AND seq <= :seq ORDER BY seq DESC LIMIT 1`),
    rowsBetween: prepare(`${from('rows')} AND seq BETWEEN :first AND :last ORDER BY seq LIMIT :limit`),
    erasingRows: prepare(`
    ${from('rows')} AND position > :position AND seq <= :upToSeq AND erases IS NOT NULL ORDER BY position`),
    feed: prepare(`
    SELECT * FROM (
      SELECT m.conversation AS number, c.position AS moved
      FROM members m CROSS JOIN conversations c ON c.number = m.conversation
      WHERE m.user = :user AND m.role <> '' AND c.position > :position
      UNION ALL
      SELECT m.conversation, m.position
      FROM members m
      WHERE m.user = :user AND m.role = '' AND m.position > :position
    )
    ORDER BY moved LIMIT :limit`),
    conversationByNumber: prepare(
      `SELECT id AS conversation_id, * FROM conversations WHERE number = :number`,
    ),
  }
}

function prepareWrites(prepare: (text: string) => StatementSync): Writes {
  return {
    conversation: prepare(`
    INSERT INTO conversations (
      id, kind, name, creator, created_at, is_unique, members, seq, time, pages, head_version, head_digest, total,
      last_seq, position
    ) VALUES (
      :id, :kind, :name, :creator, :createdAt, :unique, :members, :seq, :time, :pages, :headVersion, :headDigest,
      :total, :lastSeq, :position
    )
    ON CONFLICT (id) DO UPDATE SET
      kind = excluded.kind, name = excluded.name, creator = excluded.creator, created_at = excluded.created_at,
      is_unique = excluded.is_unique, members = excluded.members, seq = excluded.seq, time = excluded.time,
      pages = excluded.pages, head_version = excluded.head_version, head_digest = excluded.head_digest,
      total = excluded.total, last_seq = excluded.last_seq, position = excluded.position`),
    head: prepare(
      `INSERT OR REPLACE INTO heads (conversation, version, state) VALUES (:number, :version, :state)`,
    ),
    member: prepare(`
    INSERT OR REPLACE INTO members (
      user, conversation, role, joined_seq, joined_total, joined_mine, invited_by, left_seq, left_time, left_pages,
      left_members, left_total, left_last_seq, left_head_digest, removed_by, mine, position
    ) VALUES (
      :user, :number, :role, :joinedSeq, :joinedTotal, :joinedMine, :invitedBy, :leftSeq, :leftTime, :leftPages,
      :leftMembers, :leftTotal, :leftLastSeq, :leftHeadDigest, :removedBy, :mine, :position
    )`),
    page: prepare(`
    INSERT OR REPLACE INTO pages (
      conversation, page, entries, bytes, writers, closed, version, digest, first_seq, last_seq, position,
      erased_position
    ) VALUES (
      :number, :page, :entries, :bytes, :writers, :closed, :version, :digest, :firstSeq, :lastSeq, :position,
      :erasedPosition
    )`),
    row: prepare(`
    INSERT INTO rows (
      position, conversation, seq, time, page, kind, author, client, clock, id, bytes, erases, change
    ) VALUES (
      :position, :number, :seq, :time, :page, :kind, :author, :client, :clock, :id, :update, :erases, :change
    )`),
    rewrite: prepare(
      `UPDATE rows SET kind = 'erased', bytes = :update WHERE conversation = :number AND seq = :seq`,
    ),
    writer: prepare(`
    INSERT OR REPLACE INTO writers (conversation, page, client, user, device, clock)
    VALUES (:number, :page, :client, :user, :device, :clock)`),
    message: prepare(`
    INSERT OR REPLACE INTO messages (conversation, id, author, seq, page, client, clock, type, erased)
    VALUES (:number, :id, :author, :seq, :page, :client, :clock, :type, :erased)`),
    command: prepare(`
    INSERT INTO commands (user, id, conversation, seq, time, outcome)
    VALUES (:user, :id, :conversation, :seq, :time, :outcome)`),
  }
}
