import { writeAny } from '@parley/document'
import * as fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { blocking, contact, said, setting, unblocking } from '../testing/person-calls.ts'
import { settle, type TestDevice, testConversationId } from '../testing/test-device.ts'
import { commanded, createTestLunch } from '../testing/test-lunch.ts'
import { checkRelayData } from './check-relay-data.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

/** A directory in which people have done everything to their rows that they can. */
async function livedIn(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const store = await openSqliteRelayStore({ directory })
  const { relay, tom, mary, eve, conversation, faults } = await createTestLunch({ wrap: () => store })
  await said(tom, { op: 'profile', set: { name: 'Tom', fields: { town: 'Ulm' } } })
  await said(tom, contact('request', 'Mary'))
  await said(mary, contact('accept', 'Tom'))
  await said(eve, contact('request', 'Tom'))
  await said(tom, setting(conversation, { pinned: true, cleared: 1 }))
  await said(mary, blocking('Ben', 'Ada'))
  await said(mary, unblocking('Ada'))
  await said(eve, { op: 'refuse', conversations: [conversation] })
  await commanded(tom, conversation, { op: 'update', name: 'Dinner' })
  expect(faults).toEqual([])
  await relay.drain()
  await store.close()
  return directory
}

test('[RE72] a directory in which people have rows is sound', async () => {
  expect(checkRelayData(await livedIn())).toMatchObject({ conversations: 1, rows: 2, problems: [] })
})

const any = (value: Parameters<typeof writeAny>[0]): string =>
  `x'${Buffer.from(writeAny(value)).toString('hex')}'`
const row = (owner: string, kind: string, key: string): string =>
  `owner = '${owner}' AND kind = '${kind}' AND key = '${key}'`

const damages: readonly (readonly [string, string, RegExp])[] = [
  ['a value is damaged', "UPDATE people SET value = x'ff' WHERE kind = 'profile'", /profile.*cannot be read/],
  [
    'a value is no object',
    `UPDATE people SET value = ${any(5)} WHERE kind = 'profile'`,
    /profile.*cannot be read/,
  ],
  [
    'a value says something else',
    `UPDATE people SET value = ${any({ name: 5 })} WHERE kind = 'profile'`,
    /profile {2}of Tom says what no such row says/,
  ],
  ['a kind is unknown', "UPDATE people SET kind = 'pet' WHERE kind = 'profile'", /pet.*cannot be read/],
  ['a key is none', "UPDATE people SET key = 'x y' WHERE kind = 'refuse'", /key is not a conversation id/],
  [
    'a row is kept as another',
    "UPDATE people SET kept_as = 'setting' WHERE kind = 'setting'",
    /is kept as setting instead of pinned/,
  ],
  [
    'a row that is gone is counted',
    `UPDATE people SET kept_as = 'block' WHERE ${row('Mary', 'block', 'Ada')}`,
    /block Ada of Mary is kept as block instead of nothing/,
  ],
  [
    'one of two contacts is missing',
    `DELETE FROM people WHERE ${row('Tom', 'contact', 'Mary')}`,
    /contact Tom of Mary is contact, and that of the other is not there/,
  ],
  [
    'a request was never sent',
    `DELETE FROM people WHERE ${row('Eve', 'contact', 'Tom')}`,
    /contact Eve of Tom is incoming, and that of the other is not there/,
  ],
  [
    'a contact is blocked',
    `UPDATE people SET key = 'Tom' WHERE ${row('Mary', 'block', 'Ben')}`,
    /contact Tom of Mary is of somebody he blocks/,
  ],
  [
    'two rows of people have one position',
    "UPDATE people SET position = 2 WHERE kind = 'refuse'",
    /position 2 is not of one row/,
  ],
  [
    'a row of a person has the position of one of the log',
    "UPDATE people SET position = 1 WHERE kind = 'refuse'",
    /position 1 is not of one row/,
  ],
  [
    'a position is none',
    "UPDATE people SET position = 0 WHERE kind = 'refuse'",
    /position 0 is not of one row/,
  ],
]

test.each(damages)('[RE72] it is found when %s', async (_, damage, problem) => {
  const directory = await livedIn()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  database.exec(damage)
  database.close()
  const { problems } = checkRelayData(directory)
  expect(problems.join('\n')).toMatch(problem)
})

test('[RE72] it is found when somebody has more than he may', async () => {
  const directory = await livedIn()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  const put = database.prepare(
    `INSERT INTO people VALUES ('Tom', 'setting', ?, ${any({ pinned: 1 })}, 'pinned', 1, ?)`,
  )
  for (let number = 0; number < 100; number += 1) put.run(`c${number}`, 1000 + number)
  database.exec("UPDATE meta SET value = '2000' WHERE key = 'position'")
  database.close()
  expect(checkRelayData(directory).problems).toEqual(['Tom has 101 rows of pinned'])
})

const names = ['Tom', 'Mary', 'Eve']
const who = fc.constantFrom(...names)
const users = fc.uniqueArray(who, { minLength: 1 })
const step = fc.oneof(
  fc.record({ op: fc.constant('contact'), user: who, act: fc.constantFrom('request', 'accept', 'remove') }),
  fc.record({ op: fc.constantFrom('block', 'unblock'), users }),
  fc.record({
    op: fc.constant('setting'),
    conversation: fc.constantFrom('c', 'd'),
    pinned: fc.boolean(),
    hidden: fc.option(fc.nat(3)),
  }),
  fc.record({ op: fc.constantFrom('refuse', 'admit'), conversations: fc.constant([testConversationId(1)]) }),
  fc.record({ op: fc.constant('profile'), set: fc.record({ name: fc.option(fc.constantFrom('a', 'b')) }) }),
  fc.record({ op: fc.constantFrom('add', 'remove'), members: users }),
  fc.record({ op: fc.constantFrom('join', 'quit') }),
)

test('[RE72] whatever people do at once, with their rows and in a conversation, leaves a sound directory', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(who, step, fc.boolean()), { maxLength: 40 }), async (steps) => {
      const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
      const store = await openSqliteRelayStore({ directory })
      const { relay, conversation, faults, ...lunch } = await createTestLunch({ wrap: () => store })
      const devices = new Map<string, TestDevice>(
        [lunch.tom, lunch.mary, lunch.eve].map((device) => [device.user, device]),
      )
      for (const [by, command, waits] of steps) {
        const about = ['add', 'remove', 'join', 'quit'].includes(command.op) ? conversation : ''
        devices.get(by)?.command(about, { ...command })
        // Others go into one turn with what follows.
        if (waits) await settle()
      }
      await relay.drain()
      await store.close()
      const { problems } = checkRelayData(directory)
      rmSync(directory, { recursive: true, force: true })
      expect({ problems, faults }).toEqual({ problems: [], faults: [] })
    }),
    { numRuns: 30 },
  )
})
