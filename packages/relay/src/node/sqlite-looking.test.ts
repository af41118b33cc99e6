import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  commitOf,
  conversationRecord,
  creation,
  entryRow,
  lunch,
  tom,
  work,
} from '../testing/store-records.ts'
import { temporaryDirectory } from './sqlite-journal.test-kit.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

const soon = async (): Promise<unknown> => new Promise(setImmediate)

test('[RE377] reads that follow each other stand under one lock, which nobody holds afterwards', async () => {
  const directory = temporaryDirectory()
  const store = await openSqliteRelayStore({ directory })
  onTestFinished(async () => store.close())
  await store.commit(creation(lunch, 1))
  await store.feed(tom, 0, 9, true)
  await soon()
  const other = new DatabaseSync(join(directory, 'relay.sqlite'))
  onTestFinished(() => other.close())
  // Emptying the log is what a reader of it holds up.
  const isHeld = (): boolean => other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 1
  await store.commit(creation(work, 2))
  expect(isHeld()).toBe(false)
  await store.commit(commitOf(3, { conversations: [conversationRecord(work, 2, 3)] }))
  await store.pagesSince(lunch, 0)
  await store.rowsSince(lunch, 0, 9, 9)
  expect(isHeld()).toBe(true)
  await soon()
  expect(isHeld()).toBe(false)
})

test('[RE377] whoever writes waits for no reader, and what has been written is read at once', async () => {
  const store = await openSqliteRelayStore({ directory: temporaryDirectory() })
  onTestFinished(async () => store.close())
  await store.commit(creation(lunch, 1))
  expect(await store.rowsSince(lunch, 1, 9, 9)).toEqual([])
  for (const position of [2, 3, 4]) {
    // One to the tables, which empties the log, between two to the journal.
    const rewrites = position === 3 ? [{ conversation: lunch, seq: 2, update: Uint8Array.of(0) }] : []
    await store.commit(
      commitOf(position, {
        conversations: [conversationRecord(lunch, position, position)],
        rows: [entryRow(lunch, position, position)],
        rewrites,
      }),
    )
    expect(await store.rowsSince(lunch, 1, 9, 9)).toHaveLength(position - 1)
  }
  await store.revoke({ user: tom, device: '', at: 5 }, 0)
  expect(await store.feed(tom, 0, 9, false)).toHaveLength(1)
  await store.commit(creation(work, 5))
  expect(await store.feed(tom, 0, 9, false)).toHaveLength(2)
})

test('[RE377] a read that fails gives its lock back, and the next one reads', async () => {
  const store = await openSqliteRelayStore({ directory: temporaryDirectory() })
  onTestFinished(async () => store.close())
  await store.commit(creation(lunch, 1))
  const failing = vi.spyOn(StatementSync.prototype, 'all').mockImplementation(() => {
    throw new Error('not today')
  })
  await expect(store.rowsSince(lunch, 0, 9, 9)).rejects.toThrow('not today')
  failing.mockRestore()
  expect(await store.rowsSince(lunch, 0, 9, 9)).toHaveLength(1)
  await store.commit(creation(work, 2))
  expect(await store.rowsSince(work, 0, 9, 9)).toHaveLength(1)
})
