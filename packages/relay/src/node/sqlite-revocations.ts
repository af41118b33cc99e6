/** Revoked tokens in SQLite. */
import { parseDeviceId, parseUserId } from '@parley/document'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { RevocationRecord } from '../revocation-store.ts'
import { StoreError } from '../store.ts'
import { type Columns, number } from './sqlite-columns.ts'

export const revocationsSchema = `
  CREATE TABLE revocations (
    user TEXT NOT NULL,
    device TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (user, device)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX revocations_by_time ON revocations (at);
`

export interface RevocationStatements {
  readonly of: StatementSync
  readonly put: StatementSync
  readonly drop: StatementSync
}

export function prepareRevocations(database: DatabaseSync): RevocationStatements {
  return {
    of: database.prepare('SELECT * FROM revocations WHERE user = ?'),
    put: database.prepare(`
      INSERT INTO revocations (user, device, at) VALUES (?, ?, ?)
      ON CONFLICT (user, device) DO UPDATE SET at = max(at, excluded.at)`),
    drop: database.prepare('DELETE FROM revocations WHERE at < ?'),
  }
}

export function revocationRecord(columns: Columns): RevocationRecord {
  const user = parseUserId(columns['user'])
  const device = columns['device'] === '' ? '' : parseDeviceId(columns['device'])
  if (user === undefined || device === undefined) {
    throw new StoreError('broken', 'the log holds no such revocation')
  }
  return { user, device, at: number(columns, 'at') }
}
