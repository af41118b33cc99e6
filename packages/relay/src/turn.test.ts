import {
  headDigest,
  maxPageBytes,
  maxPageEntries,
  maxPageWriters,
  mergeHeadUpdates,
  readErased,
  readHeadState,
  relayClientId,
} from '@parley/document'
import { expect, test } from 'vitest'
import { digestOf } from './accept-entry.ts'
import { type RelayCommit, type RelayStore, StoreError } from './store.ts'
import { createPen } from './testing/pen.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, settle, testConversationId } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'

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
  const { relay } = createTestRelay({ wrap: gate.wrap, limits: { maxQueuedBytes: 400 } })
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

test('[RE22] an accepted message is a row, counted for its conversation and its author', async () => {
  const { mary, conversation, clock, disk } = await createTestLunch()
  clock.time += 7
  const message = createPen({ user: mary.user, client: 7 }).text('hello')
  await pushed(mary, conversation, 1, message.update)
  const held = disk.conversations.get(conversation)
  expect(held?.rows[1]).toMatchObject({
    seq: 2,
    time: clock.time,
    page: 1,
    kind: 'entry',
    author: 'Mary',
    client: 7,
    clock: 0,
    id: message.id,
    erases: [],
    change: null,
  })
  expect(held?.rows[1]?.update).toEqual(message.update)
  expect(held?.record).toMatchObject({ seq: 2, total: 1, lastSeq: 2, headVersion: 1, pages: 1 })
  expect(held?.members.get(mary.user)).toMatchObject({ mine: 1, position: 1 })
  expect(held?.pages.get(1)).toMatchObject({
    entries: 1,
    writers: 1,
    bytes: message.update.length,
    version: 2,
  })
  expect(held?.pages.get(1)).toMatchObject({ firstSeq: 2, lastSeq: 2, position: 2, closed: false })
  expect(held?.pages.get(1)?.digest).toBe(digestOf({ seq: 2, client: 7, clock: 0 }, false))
  expect([...(held?.writers.values() ?? [])]).toMatchObject([{ client: 7, user: 'Mary', clock: 1 }])
  expect(held?.messages.get(message.id)).toMatchObject({
    author: 'Mary',
    seq: 2,
    page: 1,
    type: -1,
    erased: false,
  })
})

test('[RE23] a page closes with as many entries as it may hold, by a row of the relay', async () => {
  const { tom, conversation, disk } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  for (let sent = 0; sent < maxPageEntries - 1; sent += 1) tom.push(conversation, 1, [pen.text('x').update])
  await settle()
  const held = disk.conversations.get(conversation)
  expect(held?.record).toMatchObject({ pages: 1, seq: maxPageEntries })
  expect(await pushed(tom, conversation, 1, pen.text('the last').update)).toMatchObject([
    { class: 'accepted' },
  ])
  expect(held?.pages.get(1)).toMatchObject({ closed: true, entries: maxPageEntries })
  expect(held?.pages.get(2)).toMatchObject({ closed: false, entries: 0, version: maxPageEntries + 2 })
  const row = held?.rows.at(-1)
  expect(row).toMatchObject({ kind: 'head', page: 0, author: '', id: '', seq: maxPageEntries + 2 })
  expect(held?.record).toMatchObject({ pages: 2, headVersion: row?.seq, seq: row?.seq })
  expect(readHeadState(held?.head.state ?? new Uint8Array())?.info.pages).toBe(2)
})

test('[RE23] a page closes by its bytes, and by its writers', async () => {
  const { relay, tom, conversation, disk } = await createTestLunch()
  const long = createPen({ user: tom.user, client: 7 })
  const text = 'x'.repeat(15_000)
  for (let bytes = 0; bytes < maxPageBytes;) {
    const { update } = long.text(text)
    expect(disk.conversations.get(conversation)?.record.pages).toBe(1)
    expect(await pushed(tom, conversation, 1, update)).toMatchObject([{ class: 'accepted' }])
    bytes += update.length
  }
  expect(disk.conversations.get(conversation)?.record.pages).toBe(2)
  let origin: { client: number; clock: number } | null = null
  for (let client = 100; client < 100 + maxPageWriters; client += 1) {
    expect(disk.conversations.get(conversation)?.record.pages).toBe(2)
    const device = createTestDevice(relay, { user: 'Tom', device: client })
    const { update } = createPen({ user: tom.user, client, origin }).text('x')
    expect(await pushed(device, conversation, 2, update)).toMatchObject([{ class: 'accepted' }])
    origin = { client, clock: 0 }
  }
  expect(disk.conversations.get(conversation)?.record.pages).toBe(3)
})

test('[RE24] a recall takes its target away in the same row, a second one nothing more', async () => {
  const { tom, conversation, disk } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const [oops, other] = [pen.text('oops'), pen.text('fine')]
  const [recall, again] = [pen.recall(oops.id), pen.recall(oops.id)]
  await pushed(tom, conversation, 1, oops.update, other.update)
  expect(await pushed(tom, conversation, 1, recall.update)).toMatchObject([{ class: 'accepted', seq: 4 }])
  const held = disk.conversations.get(conversation)
  const rows = held?.rows ?? []
  expect(rows[3]?.erases).toEqual([{ seq: 2, client: 7, clock: 0 }])
  expect(rows[1]).toMatchObject({ kind: 'erased', author: 'Tom', id: oops.id, seq: 2 })
  expect(readErased(rows[1]?.update ?? new Uint8Array())).toMatchObject({
    ok: true,
    erased: { client: 7, clock: 0 },
  })
  expect(rows[2]?.kind).toBe('entry')
  expect(held?.messages.get(oops.id)?.erased).toBe(true)
  expect(held?.record).toMatchObject({ total: 2, lastSeq: 3 })
  await pushed(tom, conversation, 1, again.update)
  expect(rows[4]?.erases).toEqual([])
  expect(held?.pages.get(1)).toMatchObject({ version: 5, erasedPosition: 4, entries: 4 })
  const digest = held?.rows.slice(1).map((row) => digestOf(row, row.kind === 'erased'))
  expect(held?.pages.get(1)?.digest).toBe(digest?.reduce(xor))
})

test('[RE24] a message and its recall may come in one turn', async () => {
  const { tom, mary, conversation, disk } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const oops = pen.text('oops')
  await pushed(tom, conversation, 1, oops.update, pen.recall(oops.id).update)
  expect(disk.conversations.get(conversation)?.rows.map(({ kind }) => kind)).toEqual([
    'head',
    'erased',
    'entry',
  ])
  expect((await mary.take('rows')).flatMap(({ rows }) => rows).at(-1)).toMatchObject({ erases: [{ seq: 2 }] })
})

function xor(a: string, b: string): string {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(16).padStart(16, '0')
}

test("[RE32] [RE35] the rows of a head add up to its state, under the relay's own client id", async () => {
  const { tom, conversation, disk } = await createTestLunch()
  const commands = [
    { op: 'add', members: ['Eve', 'Ada'] },
    { op: 'remove', members: ['Mary'] },
    { op: 'add', members: ['Mary'] },
  ]
  for (const command of commands) await commanded(tom, conversation, command)
  const held = disk.conversations.get(conversation)
  const state = held?.head.state ?? new Uint8Array()
  const rows = held?.rows.filter(({ kind }) => kind === 'head') ?? []
  expect(rows.map(({ seq, client, author }) => [seq, client, author])).toEqual(
    [1, 2, 3, 4].map((seq) => [seq, relayClientId(testEpoch), 'Tom']),
  )
  expect(mergeHeadUpdates(rows.map(({ update }) => update))).toEqual(state)
  const head = readHeadState(state)
  expect([...(head?.members.keys() ?? [])].toSorted()).toEqual(['Ada', 'Eve', 'Mary', 'Tom'])
  expect(held?.record.headDigest).toBe(head === undefined ? '' : headDigest(head))
  expect(held?.record).toMatchObject({ members: 4, headVersion: 4 })
})

test('[RE35] the relay goes on writing where it stopped: after a restart, and after a failed commit', async () => {
  let fail = false
  const first = await createTestLunch({
    wrap: (store) =>
      wrapStore(store, {
        async commit(commit) {
          if (fail) throw new StoreError('full', 'no room')
          await store.commit(commit)
        },
      }),
  })
  const { conversation, disk } = first
  fail = true
  await commanded(first.tom, conversation, { op: 'add', members: ['Lost'] })
  fail = false
  await commanded(first.tom, conversation, { op: 'add', members: ['Eve'] })
  const second = createTestRelay({ disk })
  const tom = createTestDevice(second.relay, { user: 'Tom' })
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  const held = disk.conversations.get(conversation)
  const updates = held?.rows.map(({ update }) => update) ?? []
  expect(updates).toHaveLength(3)
  expect(mergeHeadUpdates(updates)).toEqual(held?.head.state)
  expect([...(readHeadState(mergeHeadUpdates(updates))?.members.keys() ?? [])].toSorted()).toEqual([
    'Ada',
    'Eve',
    'Mary',
    'Tom',
  ])
})
