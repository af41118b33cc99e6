import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { StoreError } from '../store.ts'
import {
  commitOf,
  conversationRecord,
  creation,
  entryId,
  entryRow,
  lunch,
  tom,
  work,
} from '../testing/store-records.ts'
import { testConversationId, testUser } from '../testing/test-device.ts'
import { checkRelayData } from './check-relay-data.ts'
import { begun, command, inJournal, killedCopy, temporaryDirectory } from './sqlite-journal.test-kit.ts'
import { openSqliteRelayStore, openStore } from './sqlite-store.ts'

/** What a check finds in the journal: records of a test are not those of a relay, so that rows say much else. */
function checkedJournal(directory: string): readonly string[] {
  return checkRelayData(directory).problems.filter((problem) =>
    /journal|settled|runs|follows row/.test(problem),
  )
}

test('[RE302] [RE370] [RE372] what is pending stays under a bound, settled in steps, and close settles the rest', async () => {
  const directory = temporaryDirectory()
  const count = 40
  const store = await openStore({ directory }, { enough: 100, step: 20 })
  const ids = Array.from({ length: count }, (_, index) => testConversationId(index + 1))
  for (const [index, id] of ids.entries()) await store.commit(creation(id, index + 1))
  const tables = new DatabaseSync(join(directory, 'relay.sqlite'), { readOnly: true })
  onTestFinished(() => tables.close())
  const settledRows = (): number =>
    Number(tables.prepare('SELECT count(*) AS count FROM rows').get()?.['count'])
  let [before, mostAtOnce, mostPending, mostInJournal] = [settledRows(), 0, 0, 0]
  for (let round = 1; round < 50; round += 1) {
    for (const id of ids) {
      const position = store.position + 1
      const conversations = [conversationRecord(id, 1 + round, position)]
      await store.commit(commitOf(position, { conversations, rows: [entryRow(id, 1 + round, position)] }))
      const now = settledRows()
      mostAtOnce = Math.max(mostAtOnce, now - before)
      mostPending = Math.max(mostPending, store.position - now)
      mostInJournal = Math.max(mostInJournal, inJournal(directory))
      before = now
    }
    expect(checkedJournal(directory)).toEqual([])
  }
  expect(mostPending).toBeLessThanOrEqual(100)
  expect(mostPending).toBeGreaterThan(80)
  expect(mostAtOnce).toBeLessThanOrEqual(30)
  expect(mostInJournal).toBeLessThanOrEqual(601)
  await store.close()
  expect([inJournal(directory), settledRows()]).toEqual([0, store.position])
})

test('[RE302] [RE373] a commit to the tables settles the conversations that it touches, and what is read those that are read', async () => {
  const directory = temporaryDirectory()
  const store = await begun(directory)
  await store.commit(creation(work, 3))
  const tables = new DatabaseSync(join(directory, 'relay.sqlite'), { readOnly: true })
  onTestFinished(() => tables.close())
  const settledSeq = (id: string): unknown =>
    tables.prepare('SELECT seq FROM conversations WHERE id = ?').get(id)?.['seq']
  expect([settledSeq(lunch), settledSeq(work)]).toEqual([1, 1])
  await store.commit(
    commitOf(4, { conversations: [conversationRecord(work, 2, 4)], rows: [entryRow(work, 2, 4)] }),
  )
  expect(await store.rowsSince(work, 3, 9, 9)).toHaveLength(1)
  expect([settledSeq(lunch), settledSeq(work), inJournal(directory)]).toEqual([1, 2, 2])
  killedCopy(directory, join(directory, 'killed'))
  const again = await openSqliteRelayStore({ directory: join(directory, 'killed') })
  expect(await again.rowsSince(lunch, 1, 9, 9)).toHaveLength(1)
  expect(await again.rowsSince(work, 0, 9, 9)).toHaveLength(2)
  await again.close()
  await store.commit(
    commitOf(5, {
      conversations: [conversationRecord(lunch, 3, 5)],
      rows: [entryRow(lunch, 3, 5)],
      commands: [command],
    }),
  )
  expect([settledSeq(lunch), inJournal(directory)]).toEqual([3, 0])
  await store.close()
})

test('[RE371] what somebody takes up is counted once, wherever a relay died between two steps', async () => {
  const directory = temporaryDirectory()
  const store = await openStore({ directory }, { enough: 10, step: 4 })
  const people = Array.from({ length: 12 }, (_, index) => testUser(`u${index}`))
  await store.commit(creation(lunch, 1))
  const expected = new Map(people.map((user) => [user, 0]))
  for (let seq = 2; seq < 90; seq += 1) {
    const user = people[(seq * 5) % people.length] ?? tom
    expected.set(user, (expected.get(user) ?? 0) + seq)
    const usage = [{ user, created: 0, joined: 0, bytes: seq }]
    const row = entryRow(lunch, seq, seq)
    const conversations = [conversationRecord(lunch, seq, seq)]
    const commands = seq % 17 === 0 ? [{ ...command, id: entryId(seq), seq }] : []
    await store.commit(commitOf(seq, { conversations, rows: [row], usage, commands }))
    const killed = join(directory, `${seq}`)
    killedCopy(directory, killed)
    const again = await openSqliteRelayStore({ directory: killed })
    for (const { user: whose, bytes } of await again.usage(people)) expect(bytes).toBe(expected.get(whose))
    await again.close()
  }
  await store.close()
})

function isBegin(statement: unknown): boolean {
  return statement instanceof StatementSync && statement.sourceSQL === 'BEGIN IMMEDIATE'
}

test('[RE374] where there is no room, settling is tried once, until something has been written', async () => {
  const directory = temporaryDirectory()
  const store = await begun(directory, 400_000)
  let seq = 2
  const write = async (size: number): Promise<void> => {
    const update = new Uint8Array(size)
    const conversations = [conversationRecord(lunch, seq + 1, seq + 1)]
    await store.commit(
      commitOf(seq + 1, { conversations, rows: [entryRow(lunch, seq + 1, seq + 1, { update })] }),
    )
    seq += 1
  }
  for (const size of [4000, 300, 1]) {
    try {
      for (;;) await write(size)
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'full') throw error
    }
  }
  const runs = vi.spyOn(StatementSync.prototype, 'run')
  onTestFinished(() => runs.mockRestore())
  /** How often settling is begun: once more to read and to be taken back, where it is tried. */
  const tries = async (): Promise<number> => {
    runs.mockClear()
    expect(await store.rowsSince(lunch, seq - 2, seq, 9)).toHaveLength(2)
    return runs.mock.contexts.filter(isBegin).length
  }
  expect([await tries(), await tries()]).toEqual([1, 1])
  expect(inJournal(directory)).toBeGreaterThan(0)
  await store.close()
})

test('[RE375] what is said to be settled and is not there is told of', async () => {
  const directory = temporaryDirectory()
  const store = await begun(directory)
  const killed = join(directory, 'killed')
  killedCopy(directory, killed)
  await store.close()
  const database = new DatabaseSync(join(killed, 'relay.sqlite'))
  const told = (settled: number): string => {
    database.prepare('UPDATE conversations SET settled = ?').run(settled)
    return checkRelayData(killed).problems.join('\n')
  }
  expect(told(1)).not.toMatch(/settled|said to be/)
  expect(told(2)).toMatch(/ends at row 1, and the journal up to row 2 is said to be in the tables/)
  expect(told(3)).toMatch(/the log is said to end at 2, and to be settled up to 3/)
  database.close()
})
