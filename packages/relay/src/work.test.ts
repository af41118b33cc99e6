import { expect, test } from 'vitest'
import type { RelayStore } from './store.ts'
import { createPen } from './testing/pen.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, testConversationId } from './testing/test-device.ts'
import { createTestLunch, creation } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

function countCommits(): {
  readonly rows: number[]
  readonly wrap: (store: RelayStore) => RelayStore
} {
  const rows: number[] = []
  return {
    rows,
    wrap: (store) =>
      wrapStore(store, {
        async commit(commit) {
          rows.push(commit.rows.length)
          await store.commit(commit)
        },
      }),
  }
}

test('[RE5] a turn writes only so many large heads, and what it has not come to follows in order', async () => {
  const { rows, wrap } = countCommits()
  const { conversation, tom, disk } = await createTestLunch({ wrap })
  const members = Array.from({ length: 40 }, (_, index) => `somebody-${index}`)
  tom.command(conversation, { op: 'add', members })
  await tom.take('command-answer')
  const head = disk.conversations.get(conversation)?.head.state.length ?? 0
  expect(head).toBeGreaterThan(1000)
  rows.length = 0

  const { relay } = createTestRelay({ disk, wrap, limits: { maxTurnHeadBytes: 2.5 * head } })
  const again = createTestDevice(relay, { user: 'Tom' })
  const ids = Array.from({ length: 7 }, (_, index) =>
    again.command(conversation, { op: index % 2 === 0 ? 'add' : 'remove', members: ['Ada'] }),
  )
  again.push(conversation, 1, [createPen({ user: tom.user, client: 7 }).text('and this').update])
  expect((await again.take('command-answer')).map(({ id }) => id)).toEqual(ids)
  expect((await again.take('answer'))[0]?.answers).toMatchObject([
    { verdict: { class: 'accepted', seq: 10 } },
  ])
  expect(rows).toEqual([2, 2, 2, 2])
})

test('[RE5] entries that may close pages count the head they would write', async () => {
  const { rows, wrap } = countCommits()
  const { conversation, tom, disk } = await createTestLunch({ wrap })
  const head = disk.conversations.get(conversation)?.head.state.length ?? 0
  rows.length = 0
  const { relay } = createTestRelay({
    disk,
    wrap,
    limits: { maxTurnHeadBytes: head, maxPageWriters: 1, maxPageBytes: 1_000_000 },
  })
  const again = createTestDevice(relay, { user: 'Tom' })
  for (const [index, client] of [7, 8, 9].entries()) {
    again.push(conversation, index + 1, [createPen({ user: tom.user, client }).text('hello').update])
  }
  await again.take('answer')
  expect(rows).toEqual([2, 2, 2])
})

test('[RE6] an update is counted as an object of its own, however short it is', async () => {
  const limits = { maxQueuedBytes: 3 * 1024 + 1000, maxQueuedUpdates: 1000 }
  const { relay } = createTestRelay({ limits, gathered: never })
  const tom = createTestDevice(relay, { user: 'Tom' })
  const mary = createTestDevice(relay, { user: 'Mary' })
  tom.push(
    testConversationId(1),
    1,
    [1, 2, 3].map((byte) => Uint8Array.of(byte)),
  )
  mary.push(testConversationId(1), 1, [Uint8Array.of(1)])
  expect(await tom.take('answer')).toEqual([])
  expect(await mary.take('answer')).toMatchObject([{ answers: [{ verdict: { code: 'overloaded' } }] }])
})

test('[RE6] a command is counted by what it takes in memory, and one that cannot be read by next to nothing', async () => {
  const { relay } = createTestRelay({
    limits: { maxQueuedBytes: 1_000_000 },
    gathered: never,
  })
  const tom = createTestDevice(relay, { user: 'Tom' })
  const wide = Array.from({ length: 4000 }, () => ({}))
  for (let sent = 0; sent < 10; sent += 1) tom.command(testConversationId(1), { op: 'none', wide })
  expect(await tom.take('command-answer')).toEqual([])
  for (let sent = 0; sent < 10; sent += 1) {
    tom.command(testConversationId(1), { ...creation(), attributes: { wide } })
  }
  const refused = await tom.take('command-answer')
  expect(refused.map(({ verdict }) => verdict)).toMatchObject(
    Array.from({ length: 7 }, () => ({ class: 'later', code: 'overloaded' })),
  )
})

/** No turn begins. */
async function never(): Promise<void> {
  await new Promise(() => {
    // Nobody says that this was all.
  })
}
