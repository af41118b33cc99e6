/** What a query may cost: others go on beside it, and what is too much is said. */
import type { Any } from '@parley/wire'
import { expect, test } from 'vitest'
import { asked, count, everything, is } from './query.test-kit.ts'
import { maxQueryHeads } from './query.ts'
import { type RelayStore, StoreError } from './store.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, settle, testConversationId } from './testing/test-device.ts'
import { createTestLunch, creation } from './testing/test-lunch.ts'

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

test('[RE399] one that he is not in is a step of its own: its head is read whole', async () => {
  const limits = { maxReadBytesPerSecond: 4096, maxReadBytesBurst: 4096 }
  const { relay, eve, clock } = await withMany(8, {}, { limits })
  const values = Array.from({ length: 8 }, (_, at) => testConversationId(100 + at))
  const query: Any = { where: { op: 'containedIn', field: 'id', values } }
  eve.send({ frame: 'query', request: 1, count: true, query })
  let seconds = 0
  let answers = await eve.take('query-answer')
  while (answers.length === 0) {
    seconds += 1
    expect(seconds).toBeLessThan(20)
    clock.time += 1000
    relay.sweep()
    answers = await eve.take('query-answer')
  }
  expect(answers).toMatchObject([{ answered: { result: 'count', count: 8 } }])
  expect(seconds).toBeGreaterThanOrEqual(8)
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
