import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { type RelayCommit, StoreError } from '../store.ts'
import { checkStoreError, plain } from '../testing/check.ts'
import {
  commitOf,
  conversationRecord,
  entryId,
  entryRow,
  headRecord,
  lunch,
  mary,
  messageRecord,
  pageRecord,
  tom,
  work,
} from '../testing/store-records.ts'
import { testDeviceId, testUser } from '../testing/test-device.ts'
import { checkRelayData } from './check-relay-data.ts'
import { begun, command, inJournal, killedCopy, temporaryDirectory } from './sqlite-journal.test-kit.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

const others: readonly (readonly [string, () => RelayCommit])[] = [
  ['answers a command', () => next({ commands: [command] })],
  ['touches a row of a person', () => next({ people: [{ ...person, position: 3 }] })],
  ['rewrites', () => next({ rewrites: [{ conversation: lunch, seq: 2, update: Uint8Array.of(0) }] })],
  [
    'has erased',
    () =>
      commitOf(3, { ...parts, rows: [entryRow(lunch, 3, 3, { erases: [{ seq: 2, client: 1, clock: 1 }] })] }),
  ],
  [
    'brings a large head',
    () => next({ heads: [{ ...headRecord(lunch, 3), state: new Uint8Array(70_000) }] }),
  ],
  ['is of another conversation as well', () => next({ pages: [pageRecord(work, 1, 3)] })],
]

const person = { owner: tom, kind: 'contact', key: 'Mary', value: null, group: '', time: 5 } as const
const parts = { conversations: [conversationRecord(lunch, 3, 3)] }
const next = (more: Partial<RelayCommit> = {}): RelayCommit =>
  commitOf(3, { ...parts, rows: [entryRow(lunch, 3, 3)], ...more })

test('[RE300] each plain commit is one row of the journal, and the tables are as they were', async () => {
  const directory = temporaryDirectory()
  const store = await begun(directory)
  await store.commit(
    next({ marks: [{ conversation: lunch, user: mary, delivered: 1, read: 1, time: 5, position: 3 }] }),
  )
  expect(inJournal(directory)).toBe(2)
  const reader = new DatabaseSync(join(directory, 'relay.sqlite'), { readOnly: true })
  expect(reader.prepare('SELECT count(*) AS count FROM rows').get()).toEqual({ count: 1 })
  expect(reader.prepare('SELECT seq FROM conversations').get()).toEqual({ seq: 1 })
  reader.close()
  await store.close()
})

test.for(others)(
  '[RE300] [RE302] a commit that %s goes to the tables, and the journal before it',
  async ([, commit]) => {
    const directory = temporaryDirectory()
    const store = await begun(directory)
    await store.commit(commit())
    expect(inJournal(directory)).toBe(0)
    expect(await store.row(lunch, 2)).toEqual(
      commit().rewrites.length === 0
        ? entryRow(lunch, 2, 2)
        : { ...entryRow(lunch, 2, 2), kind: 'erased', update: Uint8Array.of(0) },
    )
    await store.close()
  },
)

test('[RE302] what has nothing to do with a conversation leaves the journal as it is', async () => {
  const directory = temporaryDirectory()
  const store = await begun(directory)
  await store.commit(
    commitOf(3, {
      people: [{ ...person, position: 3 }],
      usage: [{ user: tom, created: 0, joined: 0, bytes: 5 }],
    }),
  )
  await store.commit(commitOf(3, { tags: [{ user: tom, tag: 'web', device: testDeviceId(1) }] }))
  await store.revoke({ user: tom, device: '', at: 5 }, 0)
  expect(inJournal(directory)).toBe(1)
  killedCopy(directory, join(directory, 'killed'))
  const again = await openSqliteRelayStore({ directory: join(directory, 'killed') })
  expect([again.position, (await again.usage([tom]))[0]?.bytes]).toEqual([3, 5])
  expect(await again.row(lunch, 2)).toEqual(entryRow(lunch, 2, 2))
  await again.close()
  await store.close()
})

test('[RE303] what there is no room to settle is read, and waits', async () => {
  const directory = temporaryDirectory()
  const maxBytes = 400_000
  let store = await begun(directory, maxBytes)
  const whom = Array.from({ length: 60 }, (_, index) => testUser(`u${index}`))
  const write = async (size: number): Promise<void> => {
    const seq = store.position + 1
    const row = entryRow(lunch, seq, seq, { update: new Uint8Array(size).fill(seq) })
    await store.commit(
      commitOf(seq, {
        conversations: [conversationRecord(lunch, seq, seq)],
        rows: [row],
        messages: [messageRecord(lunch, entryId(seq), seq)],
        // Each takes some bytes of the journal, and some forty of the tables.
        mentions: whom.map((user) => ({ conversation: lunch, user, seq, author: tom })),
      }),
    )
  }
  const fillUp = async (): Promise<unknown> => {
    for (const size of [1000, 1]) {
      try {
        for (;;) await write(size)
      } catch (error) {
        if (!(error instanceof StoreError) || error.kind !== 'full') return error
      }
    }
    return 'full'
  }
  expect(await fillUp()).toBe('full')
  const last = store.position
  const journaled = inJournal(directory)
  expect(journaled).toBeGreaterThan(10)
  const read = async (): Promise<void> => {
    const rows = await store.rowsSince(lunch, 0, 10_000, 10_000)
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: last }, (_, index) => index + 1))
    expect((await store.feed(mary, 0, 1, false))[0]?.conversation.seq).toBe(last)
    expect(await store.row(lunch, last)).toMatchObject({ ...rows.at(-1) })
    expect(await store.messages([{ conversation: lunch, id: entryId(last) }])).toHaveLength(1)
  }
  await read()
  expect(inJournal(directory)).toBe(journaled)
  await store.close()
  store = await openSqliteRelayStore({ directory, maxBytes })
  expect(store.position).toBe(last)
  await read()
  await checkStoreError(write(4000), 'full', 'a file that is still full')
  await store.close()
  store = await openSqliteRelayStore({ directory })
  expect(inJournal(directory)).toBe(0)
  await read()
  await write(4000)
  await store.close()
})

test('[RE304] a plain commit there is no room for changes nothing', async () => {
  const directory = temporaryDirectory()
  const store = await begun(directory, 300_000)
  const before = plain([await store.conversations([lunch]), await store.usage([tom])])
  const commit = next({
    rows: [entryRow(lunch, 3, 3, { update: new Uint8Array(400_000) })],
    usage: [{ user: tom, created: 0, joined: 0, bytes: 400_000 }],
  })
  await checkStoreError(store.commit(commit), 'full', 'more than there is room for')
  expect(plain([await store.conversations([lunch]), await store.usage([tom])])).toBe(before)
  expect([store.position, await store.row(lunch, 3), inJournal(directory)]).toEqual([2, undefined, 1])
  await store.commit(next())
  expect(await store.row(lunch, 3)).toEqual(entryRow(lunch, 3, 3))
  await store.close()
})

const journalDamages: readonly (readonly [string, string, RegExp])[] = [
  [
    'is cut off',
    'UPDATE journal SET bytes = substr(bytes, 1, length(bytes) - 3)',
    /the journal cannot be read/,
  ],
  ['goes on', "UPDATE journal SET bytes = CAST(bytes || x'00' AS BLOB)", /the journal cannot be read/],
  [
    'is of another version',
    "UPDATE journal SET bytes = CAST(x'09' || substr(bytes, 2) AS BLOB)",
    /the journal cannot be read/,
  ],
  ['is nothing', "UPDATE journal SET bytes = x''", /the journal cannot be read/],
]

test.for(journalDamages)(
  '[RE306] [RE307] a journal that %s is broken, and is told of',
  async ([, damage, problem]) => {
    const directory = temporaryDirectory()
    const store = await begun(directory)
    const killed = join(directory, 'killed')
    killedCopy(directory, killed)
    await store.close()
    const database = new DatabaseSync(join(killed, 'relay.sqlite'))
    expect(database.prepare(damage).run().changes).toBe(1)
    database.close()
    expect(checkRelayData(killed).problems.join('\n')).toMatch(problem)
    await expect(
      checkStoreError(openSqliteRelayStore({ directory: killed }), 'broken', 'a damaged journal'),
    ).resolves.toBeUndefined()
  },
)

test('[RE307] a journal that does not follow the tables is told of', async () => {
  const directory = temporaryDirectory()
  const store = await begun(directory)
  await store.commit(next())
  const killed = join(directory, 'killed')
  killedCopy(directory, killed)
  await store.close()
  const database = new DatabaseSync(join(killed, 'relay.sqlite'))
  database.prepare('DELETE FROM journal WHERE position = 2').run()
  database.close()
  expect(checkRelayData(killed).problems.join('\n')).toMatch(/row 3 follows row 1/)
})
