import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UserId } from '@parley/document'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryDisk, createMemoryRelayStore, type MemoryDisk } from '../memory-store.ts'
import type { RelayStore } from '../store.ts'
import { plain } from '../testing/check.ts'
import { wrapStore } from '../testing/store-wrapper.ts'
import { createCrowd, viewOf } from '../testing/test-crowd.ts'
import { anyStep } from '../testing/test-crowd.test-data.ts'
import { testConversationId, testUser } from '../testing/test-device.ts'
import { checkRelayData } from './check-relay-data.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

/** Every kind of read, as one text. */
async function everything(store: RelayStore, disk: MemoryDisk, users: readonly UserId[]): Promise<string> {
  const read: unknown[] = [store.position]
  for (const [id, held] of disk.conversations) {
    const stored = (await store.conversations([id])).get(id)
    const members = stored?.members.toSorted((a, b) => (a.user < b.user ? -1 : 1))
    read.push({ ...stored, members }, await store.conversation(id), await store.head(id))
    for (const position of [0, 5, store.position - 3]) {
      read.push(await store.rowsSince(id, position, held.rows.length - 1, 7))
      read.push(await store.pagesSince(id, position))
      for (const user of users) read.push(await store.recalledSince(id, position, 1000, user))
      for (const user of users) read.push(await store.mentionedSince(id, position, 1000, user, 3))
    }
    for (const page of held.pages.keys()) {
      read.push(await store.pages(id, [page, 99]), await store.pageRows(id, page, 3, 10))
    }
    for (const { seq, page, client, clock } of held.rows) {
      read.push(await store.row(id, seq), await store.rowAt(id, page, client, clock))
    }
    const writers = [...held.writers.values()]
    for (const writer of writers) read.push(await store.writers([writer]))
    for (const message of held.messages.values()) read.push(await store.messages([message]))
    for (const user of users) read.push(await store.member(id, user))
  }
  for (const command of disk.commands.values()) read.push(await store.commands([command]))
  for (const user of users)
    read.push(await store.feed(user, 0, 10, true), await store.feed(user, store.position - 2, 10, false))
  return plain(read)
}

/** Beside the running relay, whatever its journal holds. */
function expectSound(directory: string, disk: MemoryDisk): void {
  const { problems, rows } = checkRelayData(directory)
  expect(problems).toEqual([])
  expect(rows).toBe([...disk.conversations.values()].reduce((sum, held) => sum + held.rows.length, 0))
}

test(
  '[RE66] [RE71] [RE72] [RE307] whatever a crowd does and wherever the relay dies, SQLite holds what memory holds, and it is sound',
  { timeout: 120_000 },
  async () => {
    let rows = 0
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 20, maxLength: 60 }), async (steps) => {
        const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
        const disk = createMemoryDisk('in memory')
        const memory = createMemoryRelayStore(disk)
        let store: RelayStore | undefined
        let last: Promise<unknown> = Promise.resolve()
        const open = async (): Promise<RelayStore> => {
          // The relay died while SQLite had its last commit and memory had not: whoever compares them waits for both.
          await last.catch(() => undefined)
          if (store !== undefined) expectSound(directory, disk)
          await store?.close()
          const opened = await openSqliteRelayStore({ directory })
          store = opened
          return wrapStore(opened, {
            async commit(commit) {
              const both = opened.commit(commit).then(async () => memory.commit(commit))
              last = both
              await both
            },
          })
        }
        const conversation = testConversationId(1)
        const crowd = await createCrowd(open, () => viewOf(disk, conversation))
        await crowd.run(steps)
        expect(crowd.faults).toEqual([])
        const users = ['Tom', 'Mary', 'Ada', 'Eve'].map(testUser)
        expect(store === undefined ? '' : await everything(store, disk, users)).toBe(
          await everything(memory, disk, users),
        )
        expectSound(directory, disk)
        await store?.close()
        const report = checkRelayData(directory)
        expect(report.problems).toEqual([])
        rows += report.rows
        rmSync(directory, { recursive: true })
      }),
      { numRuns: 12 },
    )
    expect(rows).toBeGreaterThan(100)
  },
)
