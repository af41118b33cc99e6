import { expect, test } from 'vitest'
import { type RelayCommit, type RelayStore, StoreError } from './store.ts'
import { createPen } from './testing/pen.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, settle, testConversationId } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

/** A store whose commits wait until they are let go, or fail. */
function createGate(): {
  readonly commits: RelayCommit[]
  release(error?: StoreError): void
  readonly wrap: (store: RelayStore) => RelayStore
} {
  const commits: RelayCommit[] = []
  const waiting: ((error?: StoreError) => void)[] = []
  return {
    commits,
    release: (error) => waiting.shift()?.(error),
    wrap: (store) =>
      wrapStore(store, {
        async commit(commit) {
          commits.push(commit)
          await new Promise<void>((resolve, reject) => {
            waiting.push((error) => (error === undefined ? resolve() : reject(error)))
          })
          await store.commit(commit)
        },
      }),
  }
}

test('[RE1] what arrives during a commit is judged together afterwards, in the order it came', async () => {
  const gate = createGate()
  const { relay } = createTestRelay({ wrap: gate.wrap })
  const [first, second, third] = [1, 2, 3].map(testConversationId)
  const tom = createTestDevice(relay, { user: 'Tom' })
  const mary = createTestDevice(relay, { user: 'Mary' })
  await settle()
  tom.command(String(first), creation())
  await settle()
  tom.command(String(second), creation())
  mary.command(String(third), creation())
  tom.push(String(second), 1, [createPen({ user: tom.user, client: 7 }).text('hello').update])
  await settle()
  expect(gate.commits).toHaveLength(1)
  gate.release()
  await settle()
  expect(gate.commits).toHaveLength(2)
  expect(
    gate.commits[1]?.rows.map(({ conversation, seq, position }) => [conversation, seq, position]),
  ).toEqual([
    [second, 1, 2],
    [second, 2, 4],
    [third, 1, 3],
  ])
  gate.release()
  expect((await tom.take('answer'))[0]?.answers).toMatchObject([{ verdict: { class: 'accepted', seq: 2 } }])
})

test('[RE1] what sockets bring one after the other shares a commit, once the shell says that this was all', async () => {
  const gate = createGate()
  const waiting: (() => void)[] = []
  const { relay } = createTestRelay({
    wrap: gate.wrap,
    gathered: async () =>
      new Promise((resolve) => {
        waiting.push(resolve)
      }),
  })
  const people = ['Tom', 'Mary', 'Bob'].map((user) => createTestDevice(relay, { user }))
  for (const [index, person] of people.entries()) {
    person.command(testConversationId(index + 1), creation())
    await settle()
  }
  expect(gate.commits).toHaveLength(0)
  expect(waiting).toHaveLength(1)
  waiting.shift()?.()
  await settle()
  expect(gate.commits.map(({ rows }) => rows.length)).toEqual([3])
})

test('[RE2] nothing is answered or shown before the commit has resolved', async () => {
  const gate = createGate()
  const { relay } = createTestRelay({ wrap: gate.wrap })
  const conversation = testConversationId(1)
  const tom = createTestDevice(relay, { user: 'Tom' })
  const mary = createTestDevice(relay, { user: 'Mary' })
  await settle()
  const before = [tom.frames.length, mary.frames.length]
  tom.command(conversation, creation('Mary'))
  await settle()
  expect(gate.commits).toHaveLength(1)
  expect([tom.frames.length, mary.frames.length]).toEqual(before)
  gate.release()
  expect(await tom.take('command-answer')).toHaveLength(1)
  expect(await mary.take('sync')).toHaveLength(2)
})

test('[RE3] of a turn whose commit fails nothing stays, and everything is answered later', async () => {
  const gate = createGate()
  const { relay, disk, errors } = createTestRelay({ wrap: gate.wrap })
  const conversation = testConversationId(1)
  const tom = createTestDevice(relay, { user: 'Tom' })
  await settle()
  const pen = createPen({ user: tom.user, client: 7 })
  const [first, second] = [pen.text('1').update, pen.text('2').update]
  const id = tom.command(conversation, creation('Mary'))
  tom.push(conversation, 1, [first, second])
  await settle()
  gate.release(new StoreError('full', 'no room'))
  const [command] = await tom.take('command-answer')
  expect(command?.verdict).toMatchObject({ class: 'later', code: 'disk-full' })
  expect((await tom.take('answer'))[0]?.answers.map(({ clock, verdict }) => [clock, verdict])).toMatchObject([
    [0, { class: 'later', code: 'disk-full' }],
    [1, { class: 'later', code: 'disk-full' }],
  ])
  expect(disk.conversations.size).toBe(0)
  expect(relay.health).toMatchObject({ state: 'full', position: 0 })
  expect(errors).toHaveLength(1)

  tom.command(conversation, creation('Mary'), id)
  tom.push(conversation, 1, [first, second])
  await settle()
  gate.release()
  expect((await tom.take('command-answer'))[0]?.verdict).toMatchObject({ class: 'accepted', seq: 1 })
  expect((await tom.take('answer'))[0]?.answers).toMatchObject([
    { verdict: { class: 'accepted', seq: 2 } },
    { verdict: { class: 'accepted', seq: 3 } },
  ])
  expect(relay.health).toMatchObject({ state: 'running', position: 3 })
})

test('[RE3] a cached conversation does not remember a failed turn', async () => {
  let fail = false
  const { conversation, tom, relay } = await createTestLunch({
    wrap: (store) =>
      wrapStore(store, {
        async commit(commit) {
          if (fail) throw new StoreError('full', 'no room')
          await store.commit(commit)
        },
      }),
  })
  const { update } = createPen({ user: tom.user, client: 7 }).text('hello')
  fail = true
  expect(await pushed(tom, conversation, 1, update)).toMatchObject([{ class: 'later' }])
  expect(await commanded(tom, conversation, { op: 'add', members: ['Eve'] })).toMatchObject({
    class: 'later',
  })
  fail = false
  expect(await pushed(tom, conversation, 1, update)).toMatchObject([{ class: 'accepted', seq: 2 }])
  expect(relay.health.position).toBe(2)
})

test('[RE4] a broken store takes nothing any more, and is still read', async () => {
  let commits = 0
  const { conversation, tom, relay } = await createTestLunch({
    wrap: (store) =>
      wrapStore(store, {
        async commit(commit) {
          commits += 1
          if (commits > 1) throw new StoreError('broken', 'the sync failed')
          await store.commit(commit)
        },
      }),
  })
  const { update } = createPen({ user: tom.user, client: 7 }).text('hello')
  const later = { class: 'later', code: 'overloaded' }
  expect(await pushed(tom, conversation, 1, update)).toMatchObject([later])
  expect(await pushed(tom, conversation, 1, update)).toMatchObject([later])
  expect(commits).toBe(2)
  expect(relay.health.state).toBe('broken')
  tom.send({ frame: 'fetch', request: 1, conversation, page: 0, after: 0 })
  expect(await tom.take('fetch-answer')).toMatchObject([{ fetched: { result: 'head', version: 1 } }])
})

test('[RE5] a turn holds so many updates and so many bytes, the rest waits for the next', async () => {
  const gate = createGate()
  const { relay } = createTestRelay({ wrap: gate.wrap, limits: { maxTurnUpdates: 3, maxTurnBytes: 400 } })
  const conversation = testConversationId(1)
  const tom = createTestDevice(relay, { user: 'Tom' })
  await settle()
  tom.command(conversation, creation())
  await settle()
  const pen = createPen({ user: tom.user, client: 7 })
  for (const size of [2, 1, 1])
    tom.push(
      conversation,
      1,
      Array.from({ length: size }, () => pen.text('x').update),
    )
  for (const length of [150, 150, 150]) tom.push(conversation, 1, [pen.text('x'.repeat(length)).update])
  for (let turn = 0; turn < 5; turn += 1) {
    gate.release()
    await settle()
  }
  expect(gate.commits.map(({ rows }) => rows.length)).toEqual([1, 3, 2, 1, 1])
})

test('[RE5] a frame is never divided, however small the turn', async () => {
  const { tom, conversation } = await createTestLunch({ limits: { maxTurnUpdates: 1, maxTurnBytes: 1 } })
  const pen = createPen({ user: tom.user, client: 7 })
  expect(await pushed(tom, conversation, 1, pen.text('1').update, pen.text('2').update)).toMatchObject([
    { class: 'accepted', seq: 2 },
    { class: 'accepted', seq: 3 },
  ])
})

test('[RE6] what the queue does not hold is answered at once', async () => {
  const gate = createGate()
  const { relay } = createTestRelay({ wrap: gate.wrap, limits: { maxQueuedUpdates: 3 } })
  const conversation = testConversationId(1)
  const tom = createTestDevice(relay, { user: 'Tom' })
  await settle()
  tom.command(conversation, creation())
  await settle()
  const pen = createPen({ user: tom.user, client: 7 })
  tom.push(conversation, 1, [pen.text('1').update, pen.text('2').update, pen.text('3').update])
  tom.push(conversation, 1, [pen.text('4').update])
  expect(await tom.take('answer')).toMatchObject([
    { answers: [{ clock: 3, verdict: { class: 'later', code: 'overloaded' } }] },
  ])
  gate.release()
  await settle()
  gate.release()
  expect((await tom.take('answer'))[0]?.answers).toHaveLength(3)
})

test('[RE6] the queue of all sessions is bounded in bytes', async () => {
  const gate = createGate()
  const { relay } = createTestRelay({ wrap: gate.wrap, limits: { maxQueuedBytes: 2048 } })
  const conversation = testConversationId(1)
  const tom = createTestDevice(relay, { user: 'Tom' })
  const mary = createTestDevice(relay, { user: 'Mary' })
  await settle()
  tom.command(conversation, creation('Mary'))
  await settle()
  tom.push(conversation, 1, [createPen({ user: tom.user, client: 7 }).text('x'.repeat(200)).update])
  mary.push(conversation, 1, [createPen({ user: mary.user, client: 8 }).text('x'.repeat(200)).update])
  expect(await mary.take('answer')).toMatchObject([{ answers: [{ verdict: { class: 'later' } }] }])
  expect(await tom.take('answer')).toEqual([])
})

test('[RE7] time never runs backwards, and sequences have no gap', async () => {
  const { tom, conversation, clock, disk } = await createTestLunch()
  const start = clock.time
  const pen = createPen({ user: tom.user, client: 7 })
  for (const time of [start + 10, start - 5000, start + 20]) {
    clock.time = time
    await pushed(tom, conversation, 1, pen.text(String(time)).update)
  }
  const rows = disk.conversations.get(conversation)?.rows ?? []
  expect(rows.map(({ seq, time }) => [seq, time - start])).toEqual([
    [1, 0],
    [2, 10],
    [3, 10],
    [4, 20],
  ])
})

test('[RE8] positions rise by one with each row over all conversations', async () => {
  const { tom, conversation, disk, relay } = await createTestLunch()
  const other = testConversationId(2)
  await commanded(tom, other, creation())
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('1').update, pen.text('2').update)
  const positions = [...disk.conversations.values()].map(({ record, rows }) => [
    rows.map(({ position }) => position),
    record.position,
  ])
  expect(positions).toEqual([
    [[1, 3, 4], 4],
    [[2], 2],
  ])
  expect(relay.health.position).toBe(4)
})

test('[RE9] a bug ends every session, and nothing is done afterwards', async () => {
  const { relay, tom, mary, conversation, faults } = await createTestLunch({
    seams: {
      checks: [
        {
          name: 'append',
          judge() {
            throw new Error('a bug')
          },
        },
      ],
    },
  })
  const { update } = createPen({ user: tom.user, client: 7 }).text('hello')
  tom.push(conversation, 1, [update])
  await settle()
  expect(faults).toHaveLength(1)
  expect([tom.closedBy, mary.closedBy]).toEqual(['internal', 'internal'])
  expect(relay.health).toMatchObject({ state: 'ended', sessions: 0 })
  const late = createTestDevice(relay, { user: 'Late' })
  await settle()
  expect(late.closedBy).toBe('shutting-down')
})
