import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createPen } from '../testing/pen.ts'
import { commanded, createTestLunch, pushed } from '../testing/test-lunch.ts'
import { checkRelayData, maxProblems } from './check-relay-data.ts'
import { renewEpoch } from './renew-epoch.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

/** A directory with a conversation in which everything has happened that can. */
async function livedIn(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const store = await openSqliteRelayStore({ directory })
  const lunch = await createTestLunch({ wrap: () => store, limits: { maxPageEntries: 4 } })
  const { relay, tom, mary, eve, conversation, clock, faults } = lunch
  const pen = createPen({ user: tom.user, client: 7 })
  const oops = pen.text('oops')
  await pushed(tom, conversation, 1, oops.update, pen.text('hello').update)
  const own = createPen({ user: mary.user, client: 8, origin: oops })
  await pushed(mary, conversation, 1, own.text('hi').update, own.text('closes the page').update)
  clock.time += 1000
  await pushed(tom, conversation, 1, pen.recall(oops.id).update, pen.recall(oops.id).update)
  await commanded(eve, conversation, { op: 'join' })
  await pushed(eve, conversation, 2, createPen({ user: eve.user, client: 9 }).text('here').update)
  await commanded(tom, conversation, { op: 'remove', members: ['Mary', 'Nobody'] })
  await commanded(tom, conversation, { op: 'quit' })
  await commanded(mary, conversation, { op: 'join' })
  expect(store.position).toBe(12)
  expect(faults).toEqual([])
  await relay.drain()
  await store.close()
  return directory
}

test('[RE72] a sound directory has no problems, and is not changed by looking', async () => {
  const directory = await livedIn()
  const first = checkRelayData(directory)
  expect(first).toMatchObject({ conversations: 1, rows: 12, problems: [] })
  expect(checkRelayData(directory)).toEqual(first)
})

test('[RE72] a directory in use is checked as it stands', async () => {
  const directory = await livedIn()
  const store = await openSqliteRelayStore({ directory })
  expect(checkRelayData(directory)).toMatchObject({ rows: 12, problems: [] })
  await store.close()
})

test('[RE72] a directory without a log is none', () => {
  expect(() => checkRelayData('/nowhere')).toThrow('there is no log')
})

const usageDamages: readonly (readonly [string, string, RegExp])[] = [
  [
    'bytes of a user are lost',
    "UPDATE usage SET bytes = bytes - 7 WHERE user = 'Tom'",
    /of Tom .* bytes is off by -7/,
  ],
  ['a user is forgotten', "DELETE FROM usage WHERE user = 'Mary'", /of Mary .* bytes is off by -/],
  ['somebody made more', "UPDATE usage SET created = 9 WHERE user = 'Tom'", /of Tom .* created is off by 8/],
  ['somebody takes up what is nowhere', "INSERT INTO usage VALUES ('Nobody', 0, 0, 5, 0)", /of Nobody/],
  [
    'a conversation weighs more',
    'UPDATE conversations SET bytes = bytes + 1',
    /its rows take \d+ bytes, not \d+/,
  ],
]

test.for(usageDamages)('[RE246] it is found when %s', async ([, statement, problem]) => {
  const directory = await livedIn()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  database.exec(statement)
  database.close()
  expect(checkRelayData(directory).problems.join('\n')).toMatch(problem)
})

const damages: readonly (readonly [string, string, RegExp])[] = [
  ['a row is missing', 'DELETE FROM rows WHERE seq = 4', /row 5 follows row 3/],
  ['the last row is missing', 'DELETE FROM rows WHERE seq = 12', /seq 12 instead of 11/],
  ['times run backwards', 'UPDATE rows SET time = time + 5000 WHERE seq = 2', /backwards at row 3/],
  ['positions do not rise', 'UPDATE rows SET position = 100 WHERE seq = 2', /does not rise at row 3/],
  ['bytes are damaged', "UPDATE rows SET bytes = x'0101' WHERE seq = 3", /row 3 does not hold an entry/],
  [
    'bytes are exchanged',
    'UPDATE rows SET bytes = (SELECT bytes FROM rows WHERE seq = 3) WHERE seq = 4',
    /row 4 holds another place/,
  ],
  [
    'an author is another',
    "UPDATE rows SET author = 'Eve' WHERE seq = 3",
    /row 3 holds an entry of another author/,
  ],
  [
    'an erased text is back',
    "UPDATE rows SET kind = 'entry' WHERE seq = 2",
    /row 7 erases row 2, which is still/,
  ],
  ['a clock is left out', 'UPDATE rows SET clock = 9 WHERE seq = 3', /at clock 9 of 7, after 1/],
  ['a digest is wrong', "UPDATE pages SET digest = '0000000000000000' WHERE page = 1", /page 1 has digest/],
  ['a version is wrong', 'UPDATE pages SET version = 3 WHERE page = 1', /page 1 has version 3 instead of 8/],
  ['a page is open', 'UPDATE pages SET closed = 0 WHERE page = 1', /page 1 has closed 0/],
  ['a page is missing', 'DELETE FROM pages WHERE page = 2', /it has 1 pages instead of 2/],
  ['a writer is missing', 'DELETE FROM writers WHERE client = 8', /2 writers instead of 3/],
  [
    "a writer's clock is behind",
    'UPDATE writers SET clock = 1 WHERE client = 8',
    /writer 8 of page 1 has clock 1/,
  ],
  [
    'two rows have one id',
    'UPDATE rows SET id = (SELECT id FROM rows WHERE seq = 3) WHERE seq = 4',
    /the id of row 4 is that of another row/,
  ],
  ['a type is wrong', 'UPDATE rows SET type = -2 WHERE seq = 3', /row 3 has type -1 and is known as -2/],
  ['a run is too short', 'UPDATE runs SET last_seq = last_seq - 1 WHERE page = 2', /12 rows, and runs of 11/],
  [
    'a run leads elsewhere',
    'UPDATE runs SET number = number + 1 WHERE page = 2',
    /leads to row .* not in it/,
  ],
  ['a run is of another page', 'UPDATE runs SET page = 2 WHERE page = 1', /row 2, which is not in it/],
  [
    'the end is before a row',
    "UPDATE meta SET value = '11' WHERE key = 'position'",
    /to end at 11, and .* at 12/,
  ],
  ['a head row is lost in the state', "UPDATE heads SET state = x'0000'", /do not add up to its state/],
  ['a head row is damaged', "UPDATE rows SET bytes = x'0000' WHERE seq = 1", /do not add up|cannot be read/],
  ['a head is older', 'UPDATE heads SET version = 1', /the head has version 1/],
  [
    "a member's role is wrong",
    "UPDATE members SET role = 'owner' WHERE user = 'Mary'",
    /member Mary has role owner/,
  ],
  ['a member has no record', "DELETE FROM members WHERE user = 'Eve'", /Eve is a member without a record/],
  [
    'a count is wrong',
    "UPDATE members SET mine = 5 WHERE user = 'Mary'",
    /member Mary has mine 5 instead of 2/,
  ],
  ['a total is wrong', 'UPDATE conversations SET total = 4', /has total 4 instead of 5/],
  ['the last message is another', 'UPDATE conversations SET last_seq = 2', /last_seq 2 instead of/],
  ['a name is wrong', "UPDATE conversations SET name = 'Dinner'", /name Dinner instead of Lunch/],
  ['rows belong to nothing', 'UPDATE conversations SET number = 77', /belong to no conversation/],
]

test.for(damages)('[RE72] it is found when %s', async ([, statement, problem]) => {
  const directory = await livedIn()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  expect(database.prepare(statement).run().changes).toBeGreaterThan(0)
  database.close()
  expect(checkRelayData(directory).problems.join('\n')).toMatch(problem)
})

/** The same, and Mary has got to row 3. */
async function marked(): Promise<string> {
  const directory = await livedIn()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  database.exec(`
    INSERT INTO marks SELECT number, 'Mary', 3, 2, 1000, 13 FROM conversations;
    UPDATE conversations SET position = 13;
    UPDATE meta SET value = '13' WHERE key = 'position';
  `)
  database.close()
  return directory
}

test('[RE72] marks of who has got how far are sound', async () => {
  expect(checkRelayData(await marked()).problems).toEqual([])
})

const markDamages: readonly (readonly [string, string, RegExp])[] = [
  [
    'a mark lies beyond the rows',
    'UPDATE marks SET read = 13',
    /mark of Mary stands at 13, where nothing is/,
  ],
  ['a mark is below nothing', 'UPDATE marks SET delivered = -1', /mark of Mary stands at -1/],
  ['a mark says nothing', 'UPDATE marks SET delivered = 0, read = 0', /mark of Mary says nothing/],
  ['a mark is of a stranger', "UPDATE marks SET user = 'Zoe'", /Zoe has a mark and was never a member/],
  ['the feed does not know of a mark', 'UPDATE marks SET position = 14', /has position 13 instead of 14/],
  [
    'a mark is of no conversation',
    'UPDATE marks SET conversation = 77',
    /1 of marks belong to no conversation/,
  ],
]

test.for(markDamages)('[RE72] it is also found when %s', async ([, statement, problem]) => {
  const directory = await marked()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  expect(database.prepare(statement).run().changes).toBeGreaterThan(0)
  database.close()
  expect(checkRelayData(directory).problems.join('\n')).toMatch(problem)
})

test('[RE72] a report ends somewhere', async () => {
  const directory = await livedIn()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  database.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1100)
    INSERT INTO writers SELECT 1, 1, n + 100, 'Tom', '', 1 FROM numbers
  `)
  database.close()
  expect(checkRelayData(directory).problems).toHaveLength(maxProblems)
})

test('[RE73] a renewed epoch is another one, and nothing else has changed', async () => {
  const directory = await livedIn()
  const before = checkRelayData(directory)
  const epoch = renewEpoch(directory)
  expect(epoch).toMatch(/^[0-9a-f]{32}$/)
  expect(epoch).not.toBe(before.epoch)
  expect(checkRelayData(directory)).toEqual({ ...before, epoch })
  const store = await openSqliteRelayStore({ directory })
  expect(store.epoch).toBe(epoch)
  expect(() => renewEpoch(directory)).toThrow('another relay uses')
  await store.close()
  expect(() => renewEpoch('/nowhere')).toThrow('there is no log')
})
