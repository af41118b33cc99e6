/** Directories of the store for tests: as a killed process leaves them, and what their journal holds. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished } from 'vitest'
import type { RelayStore } from '../store.ts'
import {
  commitOf,
  conversationRecord,
  creation,
  entryId,
  entryRow,
  lunch,
  tom,
} from '../testing/store-records.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

/** What a process that is killed now leaves behind. */
export function killedCopy(directory: string, copy: string): void {
  mkdirSync(copy)
  for (const name of ['relay.sqlite', 'relay.sqlite-wal']) {
    const file = join(directory, name)
    if (existsSync(file)) copyFileSync(file, join(copy, name))
  }
}

export function inJournal(directory: string): number {
  const reader = new DatabaseSync(join(directory, 'relay.sqlite'), { readOnly: true })
  const { count } = reader.prepare('SELECT count(*) AS count FROM journal').get() ?? {}
  reader.close()
  return Number(count)
}

/** Whether the journal holds something of a conversation that is in the tables as well. */
export function isPartlySettled(directory: string): boolean {
  const reader = new DatabaseSync(join(directory, 'relay.sqlite'), { readOnly: true })
  const { found } =
    reader
      .prepare(
        'SELECT count(*) AS found FROM conversations WHERE settled >= (SELECT min(position) FROM journal)',
      )
      .get() ?? {}
  reader.close()
  return Number(found) > 0
}

export const command = {
  user: tom,
  id: entryId(9),
  conversation: lunch,
  seq: 1,
  time: 5,
  outcome: Uint8Array.of(1),
}

/** A conversation, and a first row in the journal. */
export async function begun(directory: string, maxBytes?: number): Promise<RelayStore> {
  const store = await openSqliteRelayStore({ directory, ...(maxBytes === undefined ? {} : { maxBytes }) })
  await store.commit(creation(lunch, 1))
  expect(inJournal(directory)).toBe(0)
  await store.commit(
    commitOf(2, { conversations: [conversationRecord(lunch, 2, 2)], rows: [entryRow(lunch, 2, 2)] }),
  )
  expect(inJournal(directory)).toBe(1)
  return store
}
