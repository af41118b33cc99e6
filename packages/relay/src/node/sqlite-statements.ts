/**
 * Every statement of the store, prepared once. Conversations are named by id; inside they are numbers
 * (`sqlite-numbers.ts`). Values are given by their places: by their names, Node takes four times as long to bind them.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { prepareMarks, type MarksStatements } from './sqlite-marks.ts'
import { preparePeople, type PeopleStatements } from './sqlite-people.ts'
import { prepareRevocations, type RevocationStatements } from './sqlite-revocations.ts'
import { prepareRows, type RowStatements } from './sqlite-rows.ts'
import { prepareQueries, type QueryStatements } from './sqlite-queries.ts'
import { prepareUsage, type UsageStatements } from './sqlite-usage.ts'

type Statement<Name extends string> = Readonly<Record<Name, StatementSync>>

export type Reads = Statement<
  | 'epoch'
  | 'number'
  | 'lastSeq'
  | 'position'
  | 'journal'
  | 'settled'
  | 'conversation'
  | 'ofMember'
  | 'head'
  | 'members'
  | 'member'
  | 'page'
  | 'pagesSince'
  | 'writer'
  | 'command'
  | 'mentioned'
  | 'mentions'
  | 'feed'
  | 'tagHolder'
>

export type Writes = Statement<
  | 'journal'
  | 'shortenJournal'
  | 'position'
  | 'conversation'
  | 'head'
  | 'member'
  | 'page'
  | 'writer'
  | 'mention'
  | 'forgetMentions'
  | 'forgetTags'
  | 'command'
  | 'tag'
>

export interface Statements {
  readonly read: Reads
  readonly write: Writes
  readonly rows: RowStatements
  readonly people: PeopleStatements
  readonly marks: MarksStatements
  readonly revocations: RevocationStatements
  readonly usage: UsageStatements
  readonly queries: QueryStatements
}

export function prepareStatements(database: DatabaseSync): Statements {
  const prepare = (text: string): StatementSync => database.prepare(text)
  return {
    read: prepareReads(prepare),
    write: prepareWrites(prepare),
    rows: prepareRows(database),
    people: preparePeople(database),
    marks: prepareMarks(database),
    revocations: prepareRevocations(database),
    usage: prepareUsage(database),
    queries: prepareQueries(database),
  }
}

/** Records carry their conversation's id; it is given to the query with its number, so it need not be looked up again. */
const from = (table: string): string => `SELECT ? AS conversation_id, * FROM ${table} WHERE conversation = ?`

function prepareReads(prepare: (text: string) => StatementSync): Reads {
  return {
    epoch: prepare(`SELECT value FROM meta WHERE key = 'epoch'`),
    number: prepare(`SELECT number FROM conversations WHERE id = ?`),
    lastSeq: prepare(`SELECT seq FROM conversations WHERE number = ?`),
    position: prepare(`SELECT value FROM meta WHERE key = 'position'`),
    journal: prepare('SELECT bytes FROM journal ORDER BY position'),
    settled: prepare('SELECT settled FROM conversations WHERE id = ?'),
    ofMember: prepare(
      'SELECT id FROM members CROSS JOIN conversations ON number = conversation WHERE user = ?',
    ),
    conversation: prepare(`SELECT id AS conversation_id, * FROM conversations WHERE id = ?`),
    head: prepare(from('heads')),
    members: prepare(from('members')),
    member: prepare(`${from('members')} AND user = ?`),
    page: prepare(`${from('pages')} AND page = ?`),
    pagesSince: prepare(`${from('pages')} AND position > ? ORDER BY page`),
    writer: prepare(`${from('writers')} AND page = ? AND client = ?`),
    command: prepare(`SELECT conversation AS conversation_id, * FROM commands WHERE user = ? AND id = ?`),
    mentioned: prepare(`SELECT 1 FROM mentions WHERE conversation = ? AND user IN (?, ?) LIMIT 1`),
    mentions: prepare(`
    SELECT seq FROM mentions WHERE conversation = ? AND user = ? AND seq BETWEEN ? AND ? AND author <> ?
    ORDER BY seq DESC LIMIT ?`),
    feed: prepare(`
    SELECT ?1 AS user, moved, c.id AS conversation_id, c.*, ${memberColumns
      .filter((name) => !['user', 'conversation', 'position'].includes(name))
      .map((name) => `m.${name}`)
      .join(', ')}, m.position AS member_position
    FROM (
      SELECT m.conversation AS number, c.position AS moved
      FROM members m CROSS JOIN conversations c ON c.number = m.conversation
      WHERE m.user = ?1 AND m.role <> '' AND c.position > ?2
      UNION ALL
      SELECT m.conversation, m.position
      FROM members m
      WHERE m.user = ?1 AND m.role = '' AND m.position > ?2
      ORDER BY moved LIMIT ?3
    ) CROSS JOIN conversations c USING (number)
    CROSS JOIN members m ON m.user = ?1 AND m.conversation = c.number
    ORDER BY moved`),
    tagHolder: prepare(`SELECT device FROM tags WHERE user = ? AND tag = ?`),
  }
}

function prepareWrites(prepare: (text: string) => StatementSync): Writes {
  return {
    journal: prepare('INSERT INTO journal (position, bytes) VALUES (?, ?)'),
    shortenJournal: prepare('DELETE FROM journal WHERE position <= ?'),
    position: prepare(`UPDATE meta SET value = ? WHERE key = 'position'`),
    conversation: prepare(`
    ${insert('INSERT', 'conversations', conversationColumns)}
    ON CONFLICT (id) DO UPDATE SET
      kind = excluded.kind, name = excluded.name, icon = excluded.icon, creator = excluded.creator,
      created_at = excluded.created_at,
      is_unique = excluded.is_unique, members = excluded.members, seq = excluded.seq, time = excluded.time,
      pages = excluded.pages, head_version = excluded.head_version, head_digest = excluded.head_digest, head_time = excluded.head_time,
      total = excluded.total, last_seq = excluded.last_seq, bytes = excluded.bytes, position = excluded.position,
      settled = excluded.settled`),
    head: prepare(insert('INSERT OR REPLACE', 'heads', ['conversation', 'version', 'state'])),
    member: prepare(`
    ${insert('INSERT', 'members', memberColumns)}
    ON CONFLICT (conversation, user) DO UPDATE SET
      ${memberColumns.map((name) => `${name} = excluded.${name}`).join(', ')}`),
    page: prepare(insert('INSERT OR REPLACE', 'pages', pageColumns)),
    writer: prepare(insert('INSERT OR REPLACE', 'writers', writerColumns)),
    mention: prepare(insert('INSERT', 'mentions', ['conversation', 'user', 'seq', 'author'])),
    forgetMentions: prepare(`DELETE FROM mentions WHERE conversation = ? AND seq = ?`),
    command: prepare(insert('INSERT', 'commands', commandColumns)),
    tag: prepare(insert('INSERT OR REPLACE', 'tags', ['user', 'tag', 'device'])),
    forgetTags: prepare(
      `DELETE FROM tags WHERE user = ? AND rowid <= (
        SELECT rowid FROM tags WHERE user = ? ORDER BY rowid DESC LIMIT 1 OFFSET ?
      )`,
    ),
  }
}

// In the order in which `sqlite-commit.ts` gives their values.
const conversationColumns = [
  'id',
  'kind',
  'name',
  'icon',
  'creator',
  'created_at',
  'is_unique',
  'members',
  'seq',
  'time',
  'pages',
  'head_version',
  'head_digest',
  'head_time',
  'total',
  'last_seq',
  'bytes',
  'position',
  'settled',
]
const memberColumns = [
  'user',
  'conversation',
  'role',
  'joined_seq',
  'joined_total',
  'joined_mine',
  'invited_by',
  'since',
  'muted_until',
  'left_seq',
  'left_time',
  'left_pages',
  'left_members',
  'left_total',
  'left_last_seq',
  'left_head_digest',
  'removed_by',
  'mine',
  'position',
]
const pageColumns = [
  'conversation',
  'page',
  'entries',
  'bytes',
  'writers',
  'closed',
  'version',
  'digest',
  'first_seq',
  'last_seq',
  'position',
  'erased_position',
]
const writerColumns = ['conversation', 'page', 'client', 'user', 'device', 'clock']
const commandColumns = ['user', 'id', 'conversation', 'seq', 'time', 'outcome']

function insert(verb: string, table: string, columns: readonly string[]): string {
  return `${verb} INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
}
