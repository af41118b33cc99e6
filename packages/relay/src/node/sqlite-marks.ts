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
  readonly moved: StatementSync
  readonly there: StatementSync
  readonly since: StatementSync
  readonly put: StatementSync
}

export function prepareMarks(database: DatabaseSync): MarksStatements {
  return {
    mark: database.prepare('SELECT * FROM marks WHERE conversation = ? AND user = ?'),
    moved: database.prepare('SELECT 1 AS one FROM members WHERE conversation = ? AND position > ? LIMIT 1'),
    there: database.prepare('SELECT 1 FROM marks WHERE conversation = ? LIMIT 1'),
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
  { moved, there, since }: MarksStatements,
  own: number,
  conversation: ConversationId,
  position: number,
  limit: number,
): MovedMarks {
  const all = moved.get(own, position) !== undefined
  // Where nobody has said anything, looking at whose they are takes far longer than seeing that there are none.
  const rows = there.get(own) === undefined ? [] : since.all(own, all ? 0 : position, limit)
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
