/** How far members have got, in SQLite. */
import { type ConversationId, parseUserId } from '@parley/document'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { MarkKey, MarkRecord, MovedMarks } from '../marks-store.ts'
import { StoreError } from '../store.ts'
import { type Columns, number } from './sqlite-columns.ts'

export const marksSchema = `
  CREATE TABLE marks (
    conversation INTEGER NOT NULL,
    user TEXT NOT NULL,
    delivered INTEGER NOT NULL,
    read INTEGER NOT NULL,
    time INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (conversation, user)
  ) STRICT, WITHOUT ROWID;
`

export interface MarksStatements {
  readonly mark: StatementSync
  readonly about: StatementSync
  readonly since: StatementSync
  readonly put: StatementSync
}

export function prepareMarks(database: DatabaseSync): MarksStatements {
  return {
    mark: database.prepare('SELECT * FROM marks WHERE conversation = ? AND user = ?'),
    // Where nobody has said anything, looking at whose they are takes far longer than seeing that there are none.
    about: database.prepare(`
      SELECT EXISTS (SELECT 1 FROM members WHERE conversation = ?1 AND position > ?2) AS moved,
        EXISTS (SELECT 1 FROM marks WHERE conversation = ?1) AS there`),
    since: database.prepare(`
      SELECT marks.* FROM marks JOIN members USING (user, conversation)
      WHERE marks.conversation = ? AND marks.position > ? AND members.role <> ''
      ORDER BY user LIMIT ?`),
    put: database.prepare(`
      INSERT OR REPLACE INTO marks (conversation, user, delivered, read, time, position)
      VALUES (?, ?, ?, ?, ?, ?)`),
  }
}

export function readSqliteMark(
  { mark }: MarksStatements,
  own: number,
  { conversation, user }: MarkKey,
): MarkRecord | undefined {
  const columns = mark.get(own, user)
  return columns === undefined ? undefined : markRecord(conversation, columns)
}

export function readSqliteMarksSince(
  { about, since }: MarksStatements,
  own: number,
  conversation: ConversationId,
  position: number,
  limit: number,
): MovedMarks {
  const known = about.get(own, position) ?? {}
  const all = number(known, 'moved') === 1
  const rows = number(known, 'there') === 0 ? [] : since.all(own, all ? 0 : position, limit)
  return { all, marks: rows.map((columns) => markRecord(conversation, columns)) }
}

export function writeMark({ put }: MarksStatements, own: number, it: MarkRecord): void {
  put.run(own, it.user, it.delivered, it.read, it.time, it.position)
}

function markRecord(conversation: ConversationId, columns: Columns): MarkRecord {
  const user = parseUserId(columns['user'])
  if (user === undefined) throw new StoreError('broken', 'the log holds the mark of nobody')
  return {
    conversation,
    user,
    delivered: number(columns, 'delivered'),
    read: number(columns, 'read'),
    time: number(columns, 'time'),
    position: number(columns, 'position'),
  }
}
