import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { createTestDevice, settle, testConversationId, type TestDevice } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'

/** The conversation and two messages of Tom's: three rows. */
async function lunchOfThree(options: Parameters<typeof createTestLunch>[0] = {}) {
  const lunch = await createTestLunch(options)
  const pen = createPen({ user: lunch.tom.user, client: 7 })
  await pushed(lunch.tom, lunch.conversation, 1, pen.text('one').update, pen.text('two').update)
  return { ...lunch, pen }
}

function say(device: TestDevice, conversation: string, delivered: number, read: number): void {
  device.send({ frame: 'marks', conversation, delivered, read })
}

test('[RE180] a mark is told to every live session of every member, the sender among them, and to nobody else', async () => {
  const { relay, conversation, tom, mary, eve, clock, disk } = await lunchOfThree()
  const phone = createTestDevice(relay, { user: 'Mary', device: 2 })
  await settle()
  const rows = disk.conversations.get(conversation)?.rows.length
  say(mary, conversation, 3, 2)
  const marks = [{ user: 'Mary', delivered: 3, read: 2, time: clock.time }]
  for (const device of [tom, mary, phone])
    expect(await device.take('marks')).toEqual([{ frame: 'marks', conversation, marks }])
  expect(await eve.take('marks')).toEqual([])
  expect(disk.conversations.get(conversation)?.rows).toHaveLength(rows ?? 0)
  expect(disk.conversations.get(conversation)?.record.seq).toBe(3)
})

test('[RE180] nobody hears of a mark that did not reach the disk', async () => {
  let fails = false
  const { conversation, tom, mary, relay } = await lunchOfThree({
    wrap: (store) => ({
      ...store,
      get position() {
        return store.position
      },
      commit: async (commit) => {
        if (fails) throw new Error('never')
        await store.commit(commit)
      },
    }),
  })
  fails = true
  say(mary, conversation, 3, 0)
  expect(await tom.take('marks')).toEqual([])
  expect(await mary.take('marks')).toEqual([])
  expect(relay.health.state).toBe('ended')
})

test('[RE181] the larger one wins, of each of the two by itself; what stands already is said to its sender alone', async () => {
  const { conversation, tom, mary, clock } = await lunchOfThree()
  const { time } = clock
  say(mary, conversation, 3, 1)
  await mary.take('marks')
  await tom.take('marks')
  clock.time += 5
  say(mary, conversation, 1, 1)
  say(mary, conversation, 0, 0)
  const stands = { frame: 'marks', conversation, marks: [{ user: 'Mary', delivered: 3, read: 1, time }] }
  expect(await mary.take('marks')).toEqual([stands, stands])
  expect(await tom.take('marks')).toEqual([])
  say(mary, conversation, 2, 2)
  const moved = [{ user: 'Mary', delivered: 3, read: 2, time: clock.time }]
  expect(await tom.take('marks')).toEqual([{ frame: 'marks', conversation, marks: moved }])
})

test('[RE181] a mark beyond what has been said stands at the last row', async () => {
  const { conversation, tom, mary } = await lunchOfThree()
  say(mary, conversation, Number.MAX_SAFE_INTEGER, 4)
  expect(await tom.take('marks')).toMatchObject([{ marks: [{ user: 'Mary', delivered: 3, read: 3 }] }])
})

test('[RE181] whatever order marks come in, and however many share a turn, the largest of each stands', async () => {
  const said = fc.record({ delivered: fc.nat({ max: 4 }), read: fc.nat({ max: 4 }), waits: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 8 }), async (all) => {
      const { conversation, mary, tom, disk, faults } = await lunchOfThree()
      for (const { delivered, read, waits } of all) {
        say(mary, conversation, delivered, read)
        if (waits) await settle()
      }
      await settle()
      const largest = (which: 'delivered' | 'read'): number =>
        Math.min(3, Math.max(...all.map((one) => one[which])))
      const stored = disk.conversations.get(conversation)?.marks.get(mary.user)
      expect([stored?.delivered ?? 0, stored?.read ?? 0]).toEqual([largest('delivered'), largest('read')])
      const told = (await tom.take('marks')).flatMap(({ marks }) => marks)
      for (const [index, mark] of told.entries()) {
        const before = told[index - 1]
        if (before === undefined) continue
        expect(mark.delivered).toBeGreaterThanOrEqual(before.delivered)
        expect(mark.read).toBeGreaterThanOrEqual(before.read)
      }
      expect(faults).toEqual([])
    }),
    { numRuns: 25 },
  )
})

test('[RE182] who is no member, was removed, or names what is not there is not heard and not answered', async () => {
  const { conversation, disk, tom, mary, eve } = await lunchOfThree()
  say(eve, conversation, 3, 3)
  say(eve, testConversationId(7), 3, 3)
  say(eve, 'no id at all', 3, 3)
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  say(mary, conversation, 4, 4)
  for (const device of [tom, mary, eve]) {
    expect(await device.take('marks')).toEqual([])
    expect(device.closedBy).toBeUndefined()
  }
  expect(disk.conversations.get(conversation)?.marks.size).toBe(0)
})

test('[RE182] a mark and the removal of its sender in one turn: nobody is told of it', async () => {
  const { conversation, tom, mary } = await lunchOfThree()
  say(mary, conversation, 3, 0)
  tom.command(conversation, { op: 'remove', members: ['Mary'] })
  expect(await tom.take('marks')).toEqual([])
  expect(await mary.take('marks')).toEqual([])
  expect(await tom.take('command-answer')).toHaveLength(1)
})

test('[RE182] in a conversation of more members than have marks nobody is heard, and a list row has none', async () => {
  const { relay, conversation, tom, mary, store } = await lunchOfThree({ limits: { maxReceiptMembers: 2 } })
  say(mary, conversation, 3, 0)
  for (const device of [tom, mary]) expect(await device.take('marks')).toHaveLength(1)
  const { position } = store
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  say(mary, conversation, 4, 4)
  expect(await tom.take('marks')).toEqual([])
  expect(await mary.take('marks')).toEqual([])
  const late = createTestDevice(relay, { user: 'Tom', device: 2, epoch: testEpoch, cursor: position })
  expect(await late.take('sync')).toMatchObject([{ news: [{ marks: [], allMarks: true }] }])
  await commanded(tom, conversation, { op: 'remove', members: ['Ada'] })
  say(mary, conversation, 4, 4)
  expect(await tom.take('marks')).toMatchObject([{ marks: [{ user: 'Mary', delivered: 4, read: 4 }] }])
})

test('[RE183] a device that was away learns of marks in its catch-up, without a row', async () => {
  const { relay, conversation, mary, store, clock } = await lunchOfThree()
  const { position } = store
  say(mary, conversation, 3, 2)
  await settle()
  const late = createTestDevice(relay, { user: 'Tom', device: 2, epoch: testEpoch, cursor: position })
  const [sync] = await late.take('sync')
  const marks = [{ user: 'Mary', delivered: 3, read: 2, time: clock.time }]
  expect(sync?.news).toMatchObject([{ conversation, seq: 3, whole: true, rows: [], marks, allMarks: false }])
  const later = createTestDevice(relay, {
    user: 'Tom',
    device: 3,
    epoch: testEpoch,
    cursor: sync?.cursor ?? 0,
  })
  expect(await later.take('sync')).toMatchObject([{ news: [] }])
})

test('[RE183] a device that knows nothing is told of all marks, its own user among them', async () => {
  const { relay, conversation, tom, mary } = await lunchOfThree()
  say(mary, conversation, 3, 0)
  say(tom, conversation, 0, 3)
  await settle()
  const fresh = createTestDevice(relay, { user: 'Mary', device: 2 })
  const [sync] = await fresh.take('sync')
  expect(sync?.news).toMatchObject([
    {
      marks: [
        { user: 'Mary', delivered: 3, read: 0 },
        { user: 'Tom', delivered: 0, read: 3 },
      ],
      allMarks: true,
    },
  ])
})

test('[RE183] when somebody came or went, a list row has the marks of all who are there', async () => {
  const { relay, conversation, tom, mary, eve, store } = await lunchOfThree()
  say(mary, conversation, 3, 0)
  say(tom, conversation, 2, 0)
  await settle()
  const { position } = store
  const away = async (device: number, cursor: number) => {
    const [sync] = await createTestDevice(relay, { user: 'Tom', device, epoch: testEpoch, cursor }).take(
      'sync',
    )
    return sync?.news.map(({ marks, allMarks }) => ({ users: marks.map(({ user }) => user), allMarks }))
  }
  await commanded(eve, conversation, { op: 'join' })
  expect(await away(2, position)).toEqual([{ users: ['Mary', 'Tom'], allMarks: true }])
  const joined = store.position
  await commanded(mary, conversation, { op: 'quit' })
  expect(await away(3, joined)).toEqual([{ users: ['Tom'], allMarks: true }])
})

test('[RE183] who left is told of no marks, and who comes back of all', async () => {
  const { relay, conversation, tom, mary, store } = await lunchOfThree()
  say(tom, conversation, 2, 0)
  expect(await mary.take('marks')).toHaveLength(1)
  const { position } = store
  await commanded(mary, conversation, { op: 'quit' })
  say(tom, conversation, 3, 0)
  await settle()
  const away = createTestDevice(relay, { user: 'Mary', device: 2, epoch: testEpoch, cursor: position })
  expect(await away.take('sync')).toMatchObject([{ news: [{ role: '', marks: [], allMarks: true }] }])
  await mary.take('sync')
  await commanded(mary, conversation, { op: 'join' })
  expect(await mary.take('sync')).toMatchObject([
    { news: [{ role: 'member', marks: [{ user: 'Tom', delivered: 3 }], allMarks: true }] },
  ])
  expect(await mary.take('marks')).toEqual([])
})

test('[RE183] those who are there are told how far who comes back had got, however he comes', async () => {
  const { relay, conversation, tom, mary, eve } = await lunchOfThree()
  say(mary, conversation, 3, 2)
  await commanded(mary, conversation, { op: 'quit' })
  // She has never heard of Mary's mark.
  await commanded(eve, conversation, { op: 'join' })
  const phone = createTestDevice(relay, { user: 'Tom', device: 2 })
  for (const device of [tom, phone, eve, mary]) await device.take('marks')
  await commanded(mary, conversation, { op: 'join' })
  const told = [{ frame: 'marks', conversation, marks: [{ user: 'Mary', delivered: 3, read: 2 }] }]
  for (const device of [tom, phone, eve]) expect(await device.take('marks')).toMatchObject(told)
  expect(await mary.take('marks')).toEqual([])
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  await commanded(tom, conversation, { op: 'add', members: ['Mary', 'Ada'] })
  for (const device of [tom, phone, eve]) expect(await device.take('marks')).toMatchObject(told)
})

test('[RE183] a session that is behind gets marks with what it has missed', async () => {
  const { conversation, tom, mary, pen, relay } = await lunchOfThree({ limits: { maxBufferedBytes: 10 } })
  tom.buffered = 100
  await pushed(
    mary,
    conversation,
    1,
    createPen({ user: mary.user, client: 8, origin: pen.text('x') }).text('y').update,
  )
  say(mary, conversation, 3, 0)
  expect(await tom.take('marks')).toEqual([])
  await tom.take('sync')
  tom.buffered = 0
  tom.connection.drained()
  const synced = (await tom.take('sync')).flatMap(({ news }) => news)
  expect(synced).toMatchObject([{ conversation, marks: [{ user: 'Mary', delivered: 3 }] }])
  expect(relay.health.state).toBe('running')
})

test('[RE184] so many marks in a second are heard, and then no more of this session', async () => {
  const { clock, conversation, tom, mary, disk } = await lunchOfThree({ limits: { maxMarksPerSecond: 2 } })
  for (const seq of [1, 2, 3]) say(mary, conversation, seq, 0)
  await tom.take('marks')
  const stored = () => disk.conversations.get(conversation)?.marks.get(mary.user)?.delivered
  expect(stored()).toBe(2)
  clock.time += 1000
  say(mary, conversation, 3, 0)
  expect(await tom.take('marks')).toHaveLength(1)
  expect(stored()).toBe(3)
  expect(mary.closedBy).toBeUndefined()
})

test('[RE184] a flood that comes at once makes one commit and one frame', async () => {
  let commits = 0
  const { conversation, tom, mary } = await lunchOfThree({
    wrap: (store) => ({
      ...store,
      get position() {
        return store.position
      },
      commit: async (commit) => {
        commits += 1
        await store.commit(commit)
      },
    }),
  })
  await tom.take('marks')
  const before = commits
  for (let count = 0; count < 100; count += 1) say(mary, conversation, count % 4, 0)
  expect(await tom.take('marks')).toHaveLength(1)
  expect(commits).toBe(before + 1)
})

test('[RE180] a session about a single conversation is told of no marks', async () => {
  const { relay, conversation, mary } = await lunchOfThree()
  const reader = createTestDevice(relay, { user: 'Tom', device: 2, epoch: testEpoch, only: conversation })
  await settle()
  say(mary, conversation, 3, 0)
  expect(await reader.take('marks')).toEqual([])
})

test('[RE180] marks are known after a restart', async () => {
  const { conversation, mary, disk } = await lunchOfThree()
  say(mary, conversation, 3, 2)
  await settle()
  const { relay } = createTestRelay({ disk })
  const fresh = createTestDevice(relay, { user: 'Tom' })
  expect(await fresh.take('sync')).toMatchObject([
    { news: [{ marks: [{ user: 'Mary', delivered: 3, read: 2 }] }] },
  ])
  fresh.command(testConversationId(9), creation())
  await settle()
})
