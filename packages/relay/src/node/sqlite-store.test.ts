import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { type ConversationId, parseConversationId } from '@parley/document'
import { expect, onTestFinished, test } from 'vitest'
import type { RelayStore } from '../store.ts'
import { checkStoreError } from '../testing/check.ts'
import { relayStoreCases } from '../testing/store-cases.ts'
import { commitOf, conversationRecord, creation, entryRow, lunch } from '../testing/store-records.ts'
import { checkRelayData } from './check-relay-data.ts'
import { storeErrorOf } from './sqlite-errors.ts'
import { applicationId } from './sqlite-schema.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

test.for(relayStoreCases.map((one) => [one.title, one] as const))('%s', async ([, one]) => {
  const directory = temporaryDirectory()
  await expect(one.run({ open: async () => openSqliteRelayStore({ directory }) })).resolves.toBeUndefined()
})

test('[RE67] a directory belongs to one store at a time', async () => {
  const directory = temporaryDirectory()
  const first = await openSqliteRelayStore({ directory })
  await expect(
    checkStoreError(openSqliteRelayStore({ directory }), 'in-use', 'a second store'),
  ).resolves.toBeUndefined()
  await first.commit(creation(lunch, 1))
  await first.close()
  const second = await openSqliteRelayStore({ directory })
  expect(second.position).toBe(1)
  await second.close()
})

test('[RE67] a file that is not ours is refused and left as it was', async () => {
  const [plain, other, empty] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()]
  writeFileSync(join(plain, 'relay.sqlite'), 'dear diary')
  writeFileSync(join(empty, 'relay.sqlite'), '')
  const database = new DatabaseSync(join(other, 'relay.sqlite'))
  database.exec('CREATE TABLE recipes (name TEXT)')
  database.close()
  for (const directory of [plain, other, empty]) {
    const before = readFileSync(join(directory, 'relay.sqlite'))
    await checkStoreError(openSqliteRelayStore({ directory }), 'foreign', directory)
    expect(() => checkRelayData(directory)).toThrow('no log of a relay')
    expect(readFileSync(join(directory, 'relay.sqlite'))).toEqual(before)
    expect(readdirSync(directory).toSorted()).toEqual(['relay.lock', 'relay.sqlite'])
  }
})

test('[RE67] what only looks like ours is refused and left as it was', async () => {
  const header = (database: DatabaseSync, version: number): void => {
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`)
    database.close()
  }
  const [unnumbered, bare, folder, locked] = [1, 2, 3, 4].map(temporaryDirectory)
  const open = (name: string): DatabaseSync => {
    const database = new DatabaseSync(name)
    database.exec('CREATE TABLE recipes (name TEXT)')
    return database
  }
  header(open(join(unnumbered ?? '', 'relay.sqlite')), 0)
  header(open(join(bare ?? '', 'relay.sqlite')), 1)
  mkdirSync(join(folder ?? '', 'relay.sqlite'))
  writeFileSync(join(locked ?? '', 'relay.lock'), 'a diary, and no database'.repeat(100))
  for (const [directory = '', kind] of [
    [unnumbered, 'foreign'],
    [bare, 'broken'],
    [folder, 'foreign'],
    [locked, 'foreign'],
  ] as const) {
    await expect(
      checkStoreError(openSqliteRelayStore({ directory }), kind, directory),
    ).resolves.toBeUndefined()
  }
  expect(readFileSync(join(locked ?? '', 'relay.lock'), 'utf8')).toMatch(/^a diary/)
  // Nothing holds them after a refusal.
  rmSync(join(unnumbered ?? '', 'relay.sqlite'))
  await (await openSqliteRelayStore({ directory: unnumbered ?? '' })).close()
})

test('[RE67] what a file that is gone has left behind is not taken for the beginning of a new one', async () => {
  const directory = temporaryDirectory()
  const store = await openSqliteRelayStore({ directory })
  await fill(store, 5)
  const bereft = temporaryDirectory()
  copyFileSync(join(directory, 'relay.sqlite-wal'), join(bereft, 'relay.sqlite-wal'))
  await store.close()
  const left = readFileSync(join(bereft, 'relay.sqlite-wal'))
  await checkStoreError(openSqliteRelayStore({ directory: bereft }), 'broken', 'a log without its file')
  expect(readdirSync(bereft).toSorted()).toEqual(['relay.lock', 'relay.sqlite-wal'])
  expect(readFileSync(join(bereft, 'relay.sqlite-wal'))).toEqual(left)
})

test('[RE67] a file of a newer version is refused and left as it was', async () => {
  const directory = temporaryDirectory()
  await (await openSqliteRelayStore({ directory })).close()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  database.exec('PRAGMA user_version = 2')
  database.close()
  const before = readFileSync(join(directory, 'relay.sqlite'))
  await checkStoreError(openSqliteRelayStore({ directory }), 'newer', 'a file of tomorrow')
  expect(readFileSync(join(directory, 'relay.sqlite'))).toEqual(before)
})

test('[RE67] a file that was being made when the machine stopped is made anew', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'relay.sqlite.new'), 'half of it')
  const store = await openSqliteRelayStore({ directory })
  await store.commit(creation(lunch, 1))
  await store.close()
  expect(readdirSync(directory).toSorted()).toEqual(['relay.lock', 'relay.sqlite'])
})

test('[RE67] a damaged file is broken', async () => {
  const directory = temporaryDirectory()
  const store = await openSqliteRelayStore({ directory })
  await fill(store, 20)
  await store.close()
  damage(directory, 4096)
  await expect(
    checkStoreError(openSqliteRelayStore({ directory }), 'broken', 'a damaged file'),
  ).resolves.toBeUndefined()
})

/** Writes `count` rows of 4 kB, one commit each. */
async function fill(store: RelayStore, count: number): Promise<void> {
  if (store.position === 0) await store.commit(creation(lunch, 1))
  for (let done = 0; done < count; done += 1) {
    const seq = store.position + 1
    await store.commit(
      commitOf(seq, {
        conversations: [conversationRecord(lunch, seq, seq)],
        rows: [entryRow(lunch, seq, seq, { update: new Uint8Array(4096).fill(seq) })],
      }),
    )
  }
}

/** Overwrites everything behind the first bytes. */
function damage(directory: string, from: number): void {
  const path = join(directory, 'relay.sqlite')
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(statSync(path).size - from, 0x5a), 0, null, from)
  closeSync(file)
}

test('[RE68] a full file refuses the commit whole, is read on, and goes on when there is room', async () => {
  const directory = temporaryDirectory()
  const store = await openSqliteRelayStore({ directory, maxBytes: 400_000 })
  await checkStoreError(fill(store, 200), 'full', 'a full file')
  const { position } = store
  expect(position).toBeGreaterThan(20)
  expect((await store.row(lunch, position))?.update).toEqual(new Uint8Array(4096).fill(position))
  expect(await store.row(lunch, position + 1)).toBeUndefined()
  await checkStoreError(fill(store, 1), 'full', 'a file that is still full')
  await store.close()
  const roomy = await openSqliteRelayStore({ directory })
  expect(roomy.position).toBe(position)
  await fill(roomy, 1)
  expect(roomy.position).toBe(position + 1)
  await roomy.close()
})

test('[RE69] after an error that may have lost something nothing is written any more', async () => {
  const directory = temporaryDirectory()
  const first = await openSqliteRelayStore({ directory })
  await fill(first, 50)
  await first.close()
  const store = await openSqliteRelayStore({ directory })
  const path = join(directory, 'relay.sqlite')
  const intact = readFileSync(path)
  damage(directory, 4096)
  await checkStoreError(fill(store, 1), 'broken', 'a damaged file')
  writeFileSync(path, intact)
  await checkStoreError(fill(store, 1), 'broken', 'a file that is whole again')
  expect(store.position).toBe(51)
  await store.close()
})

test('[RE69] what an error of SQLite means', () => {
  const error = (errcode: number): Error => Object.assign(new Error('from SQLite'), { errcode })
  const kindOf = (errcode: number): unknown => {
    const meant = storeErrorOf(error(errcode))
    return meant instanceof Error && 'kind' in meant ? meant.kind : 'a bug of ours'
  }
  const [full, sync, write, corrupt, readonly, sharedMemory] = [13, 1034, 778, 11, 8, 4874]
  expect([full, sharedMemory].map(kindOf)).toEqual(['full', 'full'])
  expect([sync, write, corrupt, readonly].map(kindOf)).toEqual(['broken', 'broken', 'broken', 'broken'])
  const [constraint, misuse] = [1555, 21]
  expect([constraint, misuse].map(kindOf)).toEqual(['a bug of ours', 'a bug of ours'])
  expect(storeErrorOf('no error at all')).toBe('no error at all')
})

test.for([1, 2, 7, 40, 150])(
  '[RE71] a relay killed after %i answers has everything it answered',
  { timeout: 60_000 },
  async (answers) => {
    const directory = temporaryDirectory()
    for (const limit of [answers, answers + 3]) {
      const answered = await killAfter(directory, limit)
      expect(answered.length).toBeGreaterThanOrEqual(limit)
      expect(checkRelayData(directory).problems).toEqual([])
      const store = await openSqliteRelayStore({ directory })
      for (const { conversation, seq } of answered)
        expect(await store.row(conversation, seq)).toMatchObject({ seq })
      await store.close()
    }
  },
)

/** What a relay had answered before it was killed, which is at its so-many-th answer. */
async function killAfter(
  directory: string,
  answers: number,
): Promise<readonly { readonly conversation: ConversationId; readonly seq: number }[]> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=parley-source',
      fileURLToPath(new URL('killed-relay.test-data.ts', import.meta.url)),
      directory,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  const answered: { readonly conversation: ConversationId; readonly seq: number }[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [id, seq] = line.split(' ')
    const conversation = parseConversationId(id)
    // The last line may have been cut off.
    if (conversation !== undefined && seq !== undefined && seq !== '')
      answered.push({ conversation, seq: Number(seq) })
    if (answered.length === answers) child.kill('SIGKILL')
  }
  expect(await ended).toEqual([null, 'SIGKILL'])
  return answered
}
