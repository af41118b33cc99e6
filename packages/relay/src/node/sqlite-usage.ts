/** What users take up, in SQLite. */
import { parseUserId } from '@parley/document'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { StoreError } from '../store.ts'
import type { UsageRecord, UsageStore } from '../usage-store.ts'
import { type Columns, number } from './sqlite-columns.ts'
import type { ReadingAll } from './sqlite-people.ts'

export const usageSchema = `
  CREATE TABLE usage (
    user TEXT PRIMARY KEY,
    created INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

export interface UsageStatements {
  readonly of: StatementSync
  readonly add: StatementSync
}

export function prepareUsage(database: DatabaseSync): UsageStatements {
  return {
    of: database.prepare('SELECT * FROM usage WHERE user = ?'),
    add: database.prepare(`
      INSERT INTO usage (user, created, joined, bytes) VALUES (?, ?, ?, ?)
      ON CONFLICT (user) DO UPDATE SET
        created = created + excluded.created, joined = joined + excluded.joined, bytes = bytes + excluded.bytes`),
  }
}

export function readSqliteUsage({ of }: UsageStatements, readingAll: ReadingAll): UsageStore {
  return { usage: async (users) => readingAll(users, (user) => of.all(user).map(usageRecord)) }
}

export function addSqliteUsage({ add }: UsageStatements, it: UsageRecord): void {
  add.run(it.user, it.created, it.joined, it.bytes)
}

function usageRecord(columns: Columns): UsageRecord {
  const user = parseUserId(columns['user'])
  if (user === undefined) throw new StoreError('broken', 'the log holds what nobody takes up')
  const [created, joined, bytes] = ['created', 'joined', 'bytes'].map((name) => number(columns, name))
  return { user, created: created ?? 0, joined: joined ?? 0, bytes: bytes ?? 0 }
}
