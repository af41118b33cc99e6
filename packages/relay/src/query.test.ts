import { makeConversationId } from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import type { Any } from '@parley/wire'
import { expect, test } from 'vitest'
import { asked, count, found, idOf, is } from './query.test-kit.ts'
import { createPen } from './testing/pen.ts'
import { said, setting } from './testing/person-calls.ts'
import { createTestDevice, testConversationId, testUser } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

const dinner = testConversationId(2)
const garden = testConversationId(3)

/** Tom: lunch with Mary, dinner with Mary and Eve, garden alone. Eve: an own one. */
async function createTable(options: Parameters<typeof createTestLunch>[0] = {}) {
  const made = await createTestLunch(options)
  const { tom, eve, clock } = made
  clock.time += 1000
  await commanded(tom, dinner, {
    ...creation('Mary', 'Eve'),
    name: 'Dinner',
    attributes: { age: 5, place: { row: 3 } },
  })
  clock.time += 1000
  await commanded(tom, garden, {
    ...creation(),
    name: 'Garden',
    attributes: { age: 9, tags: ['green', 'big'] },
  })
  await commanded(eve, testConversationId(4), creation())
  return made
}

test('[RE390] what is asked for is found among one’s own, newest first, as list rows', async () => {
  const { tom, mary, eve, conversation } = await createTable()
  expect(await found(tom, {})).toEqual([garden, dinner, conversation])
  expect(await found(mary, {})).toEqual([dinner, conversation])
  expect(await found(eve, {})).toEqual([testConversationId(4), dinner])
  const [answered] = await asked(tom, { where: is('name', 'Dinner') })
  expect(answered).toMatchObject({
    result: 'found',
    found: [
      {
        is: 'member',
        news: {
          conversation: dinner,
          name: 'Dinner',
          role: 'owner',
          members: 3,
          rows: [],
          touched: [],
          marks: [],
          whole: false,
        },
      },
    ],
    more: false,
    beyond: false,
  })
})

test.each<[string, Any, readonly number[]]>([
  ['an attribute', is('attr.place.row', 3), [2]],
  ['a value in a list', is('attr.tags', 'big'), [3]],
  ['more than', { op: 'greaterThan', field: 'attr.age', value: 5 }, [3]],
  ['what is not there', { op: 'doesNotExist', field: 'attr.age' }, [1]],
  ['a member', is('m', 'Eve'), [2]],
  ['exactly these', { op: 'withMembers', members: ['Tom', 'Mary'] }, [1]],
  ['how many', { op: 'sizeEqualTo', field: 'm', size: 1 }, [3]],
  ['an expression', { op: 'matches', field: 'name', pattern: '^(din|gar)', flags: 'iu' }, [2, 3]],
  [
    'and, or',
    { op: 'or', of: [is('name', 'Lunch'), { op: 'and', of: [is('m', 'Mary'), is('attr.age', 5)] }] },
    [1, 2],
  ],
  ['an id', is('objectId', testConversationId(2)), [2]],
  [
    'ids',
    { op: 'containedIn', field: 'id', values: [testConversationId(1), testConversationId(3), 'x', 5] },
    [1, 3],
  ],
  ['who is no user', is('m', 'not a user!'), []],
  ['nothing', { op: 'or', of: [] }, []],
])('[RE391] [RE392] by %s', async (_, where, numbers) => {
  const { tom } = await createTable()
  const expected = numbers.map(testConversationId)
  expect((await found(tom, { where })).toSorted()).toEqual(expected.toSorted())
  expect(await count(tom, where)).toBe(numbers.length)
})

test('[RE391] times of messages are those he may see, and muted is what he has said himself', async () => {
  const { tom, mary, conversation, clock } = await createTable()
  clock.time += 1000
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update)
  expect(await found(tom, {})).toEqual([conversation, garden, dinner])
  expect(await found(tom, { where: { op: 'exists', field: 'lm' } })).toEqual([conversation])
  expect(await found(tom, { where: is('lm', clock.time) })).toEqual([conversation])
  expect(await count(tom, { op: 'doesNotExist', field: 'lm' })).toBe(2)
  await said(tom, setting(dinner, { muted: true }))
  expect(await found(tom, { where: is('mu', true) })).toEqual([dinner])
  expect(await count(mary, is('mu', true))).toBe(0)
  expect(await count(mary, is('mu', false))).toBe(2)
})

test('[RE391] where the past is hidden, what came before is no last message', async () => {
  const { tom, eve, conversation } = await createTestLunch()
  await commanded(tom, conversation, { op: 'update', policy: { past: 'hidden' } })
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update)
  await commanded(tom, conversation, { op: 'add', members: ['Eve'] })
  expect(await count(eve, { op: 'doesNotExist', field: 'lm' })).toBe(1)
  const [answered] = await asked(eve, {})
  expect(answered).toMatchObject({ found: [{ news: { conversation, last: null } }] })
})

test('[RE390] order, limit and skip, and whether there is more', async () => {
  const { tom, conversation } = await createTable()
  const order = [{ field: 'attr.age', descending: true }]
  expect(await found(tom, { order })).toEqual([garden, dinner, conversation])
  expect(await asked(tom, { order, limit: 1 })).toMatchObject([
    { found: [{ news: { conversation: garden } }], beyond: true },
  ])
  expect(await asked(tom, { order, limit: 1, skip: 2 })).toMatchObject([
    { found: [{ news: { conversation } }], beyond: false },
  ])
  expect(await asked(tom, { skip: 3 })).toMatchObject([{ found: [], more: false, beyond: false }])
})

test('[RE393] a conversation he is not in, or not any more, is not found', async () => {
  const { tom, mary, eve } = await createTable()
  expect(await count(eve, is('name', 'Lunch'))).toBe(1)
  expect(await found(eve, { where: is('name', 'Garden') })).toEqual([])
  await commanded(tom, dinner, { op: 'remove', members: ['Mary'] })
  expect(await found(mary, { where: is('name', 'Dinner') })).toEqual([])
  expect(await found(mary, { where: is('id', dinner) })).toEqual([])
  await commanded(eve, dinner, { op: 'quit' })
  expect(await count(eve, is('m', 'Tom'))).toBe(0)
})

const open = makeConversationId(Uint8Array.from({ length: 16 }, (_, at) => at))

test('[RE394] one that he may join is found by its id, as much of it as a list shows', async () => {
  const { tom, eve, clock } = await createTestLunch()
  await commanded(tom, open, { ...creation('Mary'), attributes: { secret: 1 } })
  const shown = {
    is: 'joinable',
    conversation: open,
    kind: 'group',
    name: 'Lunch',
    creator: 'Tom',
    createdAt: clock.time,
    members: 2,
  }
  expect(await asked(eve, { where: is('id', open) })).toMatchObject([{ found: [shown], beyond: false }])
  expect(await found(eve, { where: { op: 'and', of: [is('id', open), is('name', 'Lunch')] } })).toEqual([
    open,
  ])
  expect(await found(eve, { where: { op: 'and', of: [is('id', open), is('name', 'x')] } })).toEqual([])
  expect(await found(eve, { where: is('name', 'Lunch') })).toEqual([])
})

test.each<[string, Any]>([
  ['an attribute', is('attr.secret', 1)],
  ['an attribute that is missing', { op: 'doesNotExist', field: 'attr.x' }],
  ['a member', is('m', 'Mary')],
  ['when it moved', { op: 'greaterThan', field: 'updatedAt', value: 0 }],
])('[RE394] nothing else of it is told by asking for %s', async (_, condition) => {
  const { tom, eve } = await createTestLunch()
  await commanded(tom, open, { ...creation('Mary'), attributes: { secret: 1 } })
  expect(await found(eve, { where: { op: 'and', of: [is('id', open), condition] } })).toEqual([])
})

test('[RE394] one that is entered by invitation, that keeps him out, or has a unique id, is not found', async () => {
  const { tom, eve } = await createTestLunch()
  const unique = uniqueConversationId('group', [tom.user, testUser('Mary')])
  await commanded(tom, unique, { ...creation('Mary'), unique: true })
  await commanded(tom, open, { ...creation('Mary'), policy: { join: 'invited' } })
  const shut = makeConversationId(new Uint8Array(16).fill(9))
  await commanded(tom, shut, creation('Mary'))
  await commanded(tom, shut, { op: 'block', members: ['Eve'] })
  expect(
    await found(eve, { where: { op: 'containedIn', field: 'id', values: [unique, open, shut] } }),
  ).toEqual([])
})

test.each<[Any, string]>([
  [{ where: is('age', 5) }, '“age” is no field: attributes are called attr.<key>'],
  [null, 'it is not an object'],
  [
    { where: { op: 'matches', field: 'name', pattern: '(?=a)', flags: '' } },
    'a pattern is no regular expression, or one that is not known here',
  ],
])('[RE397] %j is refused, and the session goes on', async (query, detail) => {
  const { tom } = await createTestLunch()
  expect(await asked(tom, query)).toEqual([{ result: 'failed', code: 'bad-query', detail }])
  expect(tom.closedBy).toBeUndefined()
})

test('[RE390] what does not fit into one frame comes in several, and only the last says that no more follows', async () => {
  const { tom, conversation } = await createTable({ limits: { maxPayloadBytes: 2000 } })
  for (const id of [conversation, dinner, garden])
    await pushed(tom, id, 1, createPen({ user: tom.user, client: 7 }).text('x'.repeat(1500)).update)
  const answers = await asked(tom, { order: [{ field: 'createdAt', descending: false }] })
  expect(answers.map((one) => one.result === 'found' && [one.found.map(idOf), one.more])).toEqual([
    [[conversation], true],
    [[dinner], true],
    [[garden], false],
  ])
})

test('[RE390] an empty relay finds nothing', async () => {
  const { relay } = createTestRelay()
  expect(await found(createTestDevice(relay, { user: 'Tom' }), {})).toEqual([])
})
