import { makeConversationId } from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import type { Any, Answered, Found } from '@parley/wire'
import { expect, test } from 'vitest'
import { maxQueryHeads } from './query.ts'
import { type RelayStore, StoreError } from './store.ts'
import { createPen } from './testing/pen.ts'
import { said, setting } from './testing/person-calls.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import {
  createTestDevice,
  settle,
  testConversationId,
  type TestDevice,
  testUser,
} from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

async function asked(device: TestDevice, query: Any, onlyCount = false): Promise<readonly Answered[]> {
  await device.take('query-answer')
  const from = device.frames.length
  device.send({ frame: 'query', request: 7, count: onlyCount, query })
  for (let round = 0; round < 400; round += 1) {
    await settle()
    if (device.frames.slice(from).some((frame) => frame.frame === 'query-answer' && isLast(frame.answered)))
      break
  }
  const answers = await device.take('query-answer')
  expect(answers.every(({ request }) => request === 7)).toBe(true)
  return answers.map(({ answered }) => answered)
}

function isLast(answered: Answered): boolean {
  return answered.result !== 'found' || !answered.more
}

const idOf = (one: Found): string => (one.is === 'member' ? one.news.conversation : one.conversation)
const everything: Any = { op: 'and', of: [] }

async function found(device: TestDevice, query: Any): Promise<readonly string[]> {
  const answers = await asked(device, query)
  return answers.flatMap((one) => {
    if (one.result !== 'found') throw new Error(JSON.stringify(one))
    return one.found.map(idOf)
  })
}

async function count(device: TestDevice, where: Any): Promise<number> {
  const [answered] = await asked(device, { where }, true)
  if (answered?.result !== 'count') throw new Error(JSON.stringify(answered))
  return answered.count
}

const is = (field: string, value: Any): Any => ({ op: 'equalTo', field, value })
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

async function withMany(many: number, attributes: Any, options: Parameters<typeof createTestLunch>[0] = {}) {
  const made = await createTestLunch(options)
  for (let at = 0; at < many; at += 1) {
    made.tom.command(testConversationId(100 + at), { ...creation(), name: `n${at}`, attributes })
    await settle()
  }
  return made
}

test('[RE398] what would open too many heads is too broad, and says what to add', async () => {
  const { tom } = await withMany(
    maxQueryHeads + 1,
    { age: 1 },
    { limits: { maxCreationsPerHour: 5000, maxUserUpdatesBurst: 5000 } },
  )
  const [answered] = await asked(tom, { where: is('attr.age', 1) })
  expect(answered).toEqual({
    result: 'failed',
    code: 'query-too-broad',
    detail:
      'more than 1000 conversations would have to be looked at: name the id, a member, or how they are called, besides',
  })
  // What the record says is enough, however many there are.
  expect(await count(tom, { op: 'startsWith', field: 'name', text: 'n' })).toBe(maxQueryHeads + 1)
  const narrow: Any = { op: 'and', of: [is('attr.age', 1), { op: 'startsWith', field: 'name', text: 'n99' }] }
  expect(await count(tom, narrow)).toBe(11)
}, 60_000)

test('[RE398] so is what would try an expression on too much text', async () => {
  const { tom } = await withMany(
    40,
    { text: 'x'.repeat(15_000) },
    { limits: { maxUserBytesBurst: 1e9, maxUserBytesPerSecond: 1e9 } },
  )
  const matches = (pattern: string): Any => ({ op: 'matches', field: 'attr.text', pattern, flags: '' })
  expect(await asked(tom, { where: matches('y') })).toMatchObject([
    { result: 'failed', code: 'query-too-broad' },
  ])
  expect(await count(tom, { op: 'and', of: [is('name', 'n3'), matches('x')] })).toBe(1)
})

test('[RE399] a query comes in steps, between which others have their turns', async () => {
  let reads = 0
  let at: number[] = []
  const wrap = (inner: RelayStore): RelayStore =>
    wrapStore(inner, {
      conversation: async (id) => {
        reads += 1
        return inner.conversation(id)
      },
      commit: async (commit) => {
        at.push(reads)
        await inner.commit(commit)
      },
    })
  const { tom, mary } = await withMany(300, {}, { wrap })
  reads = 0
  at = []
  tom.send({ frame: 'query', request: 1, count: true, query: {} })
  await Promise.resolve()
  mary.command(testConversationId(1), { op: 'update', name: 'Soon' })
  for (let round = 0; round < 20; round += 1) await settle()
  expect(await tom.take('query-answer')).toMatchObject([{ answered: { result: 'count', count: 301 } }])
  expect(reads).toBe(301)
  // She has not waited until all of it was read.
  expect(at).toHaveLength(1)
  expect(at[0]).toBeLessThan(129)
})

test('[RE399] the steps of a query count against the rate of answers, and wait with it', async () => {
  const limits = { maxReadBytesPerSecond: 4096, maxReadBytesBurst: 4096 }
  const { relay, tom, clock } = await withMany(200, {}, { limits })
  tom.send({ frame: 'query', request: 1, count: true, query: {} })
  let seconds = 0
  while ((await tom.take('query-answer')).length === 0) {
    seconds += 1
    expect(seconds).toBeLessThan(10)
    clock.time += 1000
    relay.sweep()
  }
  // The candidates, and 201 of them by 64.
  expect(seconds).toBeGreaterThanOrEqual(4)
})

test('[RE396] a user asks so often in a minute, over all his sessions, and is told when to come again', async () => {
  const { relay, tom, mary, clock } = await createTestLunch({ limits: { maxQueriesPerMinute: 2 } })
  const tablet = createTestDevice(relay, { user: 'Tom', device: 2 })
  expect(await asked(tom, {})).toMatchObject([{ result: 'found' }])
  expect(await asked(tablet, {})).toMatchObject([{ result: 'found' }])
  expect(await asked(tom, {})).toEqual([{ result: 'later', code: 'rate-limited', waitMs: 30_000 }])
  expect(await asked(mary, {})).toMatchObject([{ result: 'found' }])
  clock.time += 60_000
  expect(await asked(tom, {})).toMatchObject([{ result: 'found' }])
})

test('[RE396] and one at a time: another is told to come again, and takes nothing of the rate', async () => {
  const { tom, mary } = await createTestLunch({ limits: { maxQueriesPerMinute: 2 } })
  for (const request of [1, 2, 3]) tom.send({ frame: 'query', request, count: true, query: {} })
  mary.send({ frame: 'query', request: 1, count: true, query: {} })
  const answers = await tom.take('query-answer')
  expect(answers.map(({ request, answered }) => [request, answered.result])).toEqual([
    [2, 'later'],
    [3, 'later'],
    [1, 'count'],
  ])
  expect(await mary.take('query-answer')).toMatchObject([{ answered: { result: 'count' } }])
  expect(await count(tom, everything)).toBe(1)
})

test('[RE396] a session that ends while its query is under way leaves the next one free', async () => {
  const { relay, tom } = await createTestLunch()
  tom.send({ frame: 'query', request: 1, count: true, query: {} })
  tom.connection.closed()
  await settle()
  expect(await count(createTestDevice(relay, { user: 'Tom', device: 2 }), everything)).toBe(1)
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

test('[RE399] a store that cannot be read ends the session, and no other', async () => {
  let fails = false
  const { tom, mary } = await createTestLunch({
    wrap: (inner) =>
      wrapStore(inner, {
        conversationsOf: async (...key) => {
          if (fails) throw new StoreError('broken', 'the disk is gone')
          return inner.conversationsOf(...key)
        },
      }),
  })
  fails = true
  tom.send({ frame: 'query', request: 1, count: true, query: {} })
  await settle()
  expect(tom.closedBy).toBe('internal')
  fails = false
  expect(await count(mary, everything)).toBe(1)
})

test('[RE390] an empty relay finds nothing', async () => {
  const { relay } = createTestRelay()
  expect(await found(createTestDevice(relay, { user: 'Tom' }), {})).toEqual([])
})
