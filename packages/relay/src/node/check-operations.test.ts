import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createPen } from '../testing/pen.ts'
import { commanded, createTestLunch, pushed } from '../testing/test-lunch.ts'
import { checkRelayData } from './check-relay-data.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

/** A directory with edits, reactions, mentions, roles, a block, and members from whom the past is hidden. */
async function livedIn(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const store = await openSqliteRelayStore({ directory })
  const { relay, tom, mary, eve, conversation, faults } = await createTestLunch({ wrap: () => store })
  const pen = createPen({ user: tom.user, client: 7 })
  // Rows 2 and 3: messages that mention somebody.
  const [first, second] = [pen.call(['Mary', '*']), pen.call(['Tom', 'Mary'])]
  await pushed(tom, conversation, 1, first.update, second.update)
  // Rows 4 to 7: an edit that is replaced, the one that replaces it, another, and a reaction.
  const edits = [pen.edit(first.id, 'one', ['Mary']), pen.edit(first.id, 'two'), pen.edit(second.id, 'three')]
  await pushed(tom, conversation, 1, ...edits.map(({ update }) => update), pen.react(first.id, '👍').update)
  // Row 8.
  await pushed(tom, conversation, 1, pen.recall(second.id).update)
  // Rows 9 and 10: heads; row 11 opens the second page for Ada in row 12.
  await commanded(tom, conversation, { op: 'update', icon: 'lunch.png', policy: { past: 'hidden' } })
  await commanded(tom, conversation, { op: 'mute', members: ['Mary'], forMs: 1 })
  await commanded(mary, conversation, { op: 'add', members: ['Ada'] })
  await commanded(tom, conversation, { op: 'role', members: ['Ada'], role: 'manager' })
  await commanded(eve, conversation, { op: 'join' })
  await commanded(tom, conversation, { op: 'block', members: ['Eve', 'Ben'] })
  expect(store.position).toBe(15)
  expect(faults).toEqual([])
  await relay.drain()
  await store.close()
  return directory
}

test('[RE72] a directory in which everything was done to messages and members is sound', async () => {
  expect(checkRelayData(await livedIn())).toMatchObject({ rows: 15, problems: [] })
})

const damages: readonly (readonly [string, string, RegExp])[] = [
  [
    'a message is kept as an edit',
    "UPDATE rows SET operation = 'edit' WHERE seq = 2",
    /row 2 is kept as edit and holds a message/,
  ],
  [
    'an edit is kept as a message',
    'UPDATE rows SET operation = NULL WHERE seq = 5',
    /row 5 is kept as a message and holds edit/,
  ],
  [
    'an erased edit is kept as a message',
    'UPDATE rows SET operation = NULL WHERE seq = 4',
    /row 4 is known as another kind of entry/,
  ],
  [
    'a reaction erases',
    "UPDATE rows SET operation = 'react' WHERE seq = 5",
    /row 5 erases something and is no recall/,
  ],
  [
    'an edit has erased its message',
    "UPDATE rows SET erases = '2/7/0' WHERE seq = 5",
    /row 5 is an edit and erases what is none/,
  ],
  [
    'a row of the head is an operation',
    "UPDATE rows SET operation = 'recall' WHERE seq = 9",
    /row 9 of the head/,
  ],
  [
    'the edit that stands is forgotten',
    'UPDATE rows SET edit = NULL WHERE seq = 2',
    /row 2 is known with edit null instead of 5/,
  ],
  [
    'the edit that stands is another',
    'UPDATE rows SET edit = 4 WHERE seq = 2',
    /row 2 is known with edit 4 instead of 5/,
  ],
  [
    'an edit stands on what was recalled',
    'UPDATE rows SET edit = 6 WHERE seq = 3',
    /row 3 is known with edit 6 instead of null/,
  ],
  [
    'an edit is not erased with its message',
    "UPDATE rows SET kind = 'entry', bytes = (SELECT bytes FROM rows WHERE seq = 5) WHERE seq = 6",
    /row 8 erases row 6, which is still there/,
  ],
  [
    'a mention is missing',
    "DELETE FROM mentions WHERE user = 'Mary'",
    /row 2 mentions Mary, and nobody would be told/,
  ],
  [
    'a mention outlasts its message',
    "INSERT INTO mentions SELECT number, 'Mary', 3, 'Tom' FROM conversations",
    /Mary would be told of row 3, which does not mention him/,
  ],
  [
    'an edit mentions',
    "INSERT INTO mentions SELECT number, 'Mary', 5, 'Tom' FROM conversations",
    /Mary would be told of row 5/,
  ],
  ['mentions belong to nothing', 'UPDATE mentions SET conversation = 77', /of mentions belong to no/],
  [
    'an icon is wrong',
    "UPDATE conversations SET icon = 'dinner.png'",
    /icon dinner.png instead of lunch.png/,
  ],
  [
    'somebody sees the past',
    "UPDATE members SET since = 0 WHERE user = 'Ada'",
    /member Ada has since 0 instead of 2/,
  ],
  [
    'a role is not that of the head',
    "UPDATE members SET role = 'member' WHERE user = 'Ada'",
    /member Ada has role member instead of manager/,
  ],
  [
    'a blocked one is here',
    "UPDATE members SET role = 'member', left_seq = 0 WHERE user = 'Eve'",
    /member Eve has role member/,
  ],
]

test.for(damages)('[RE72] it is found when %s', async ([, statement, problem]) => {
  const directory = await livedIn()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  expect(database.prepare(statement).run().changes).toBeGreaterThan(0)
  database.close()
  expect(checkRelayData(directory).problems.join('\n')).toMatch(problem)
})
