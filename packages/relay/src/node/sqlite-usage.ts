/** What users take up, in SQLite. */
import { parseUserId, type UserId } from '@parley/document'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { StoreError } from '../store.ts'
import { sumOfUsage, type UsageRecord } from '../usage-store.ts'
import { type Columns, number } from './sqlite-columns.ts'

export const usageSchema = `
  CREATE TABLE usage (
    user TEXT PRIMARY KEY,
    created INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    settled INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

export interface UsageStatements {
  readonly of: StatementSync
  readonly settled: StatementSync
  readonly add: StatementSync
}

export function prepareUsage(database: DatabaseSync): UsageStatements {
  return {
    of: database.prepare('SELECT user, created, joined, bytes FROM usage WHERE user = ?'),
    settled: database.prepare('SELECT settled FROM usage WHERE user = ?'),
    add: database.prepare(`
      INSERT INTO usage (user, created, joined, bytes, settled) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (user) DO UPDATE SET
        created = created + excluded.created, joined = joined + excluded.joined, bytes = bytes + excluded.bytes,
        settled = excluded.settled`),
  }
}

/**
 * What users take up, as it stands: the relay alone writes it, so what has been read once is only added to from there on.
 */
export interface KnownUsage {
  /** undefined as well for somebody who has not been read yet. */
  readonly known: (user: UserId) => UsageRecord | undefined
  readonly read: (user: UserId, pending: UsageRecord | undefined) => UsageRecord | undefined
  /** A commit has added this. */
  readonly add: (record: UsageRecord) => void
}

/** Some two hundred bytes each; beyond it they are read again. */
const maxKnownUsers = 10_000

export function createKnownUsage({ of }: UsageStatements): KnownUsage {
  const known = new Map<UserId, UsageRecord>()
  return {
    known: (user) => known.get(user),
    read(user, pending) {
      const columns = of.get(user)
      const stored = columns === undefined ? undefined : usageRecord(columns)
      const found =
        stored !== undefined && pending !== undefined ? sumOfUsage(stored, pending) : (stored ?? pending)
      if (found === undefined) return undefined
      if (known.size >= maxKnownUsers) known.clear()
      known.set(user, found)
      return found
    },
    add(record) {
      const before = known.get(record.user)
      if (before !== undefined) known.set(record.user, sumOfUsage(before, record))
    },
  }
}

export function addSqliteUsage({ add }: UsageStatements, it: UsageRecord, settled: number): void {
  add.run(it.user, it.created, it.joined, it.bytes, settled)
}

function usageRecord(columns: Columns): UsageRecord {
  const user = parseUserId(columns['user'])
  if (user === undefined) throw new StoreError('broken', 'the log holds what nobody takes up')
  const [created, joined, bytes] = ['created', 'joined', 'bytes'].map((name) => number(columns, name))
  return { user, created: created ?? 0, joined: joined ?? 0, bytes: bytes ?? 0 }
}
