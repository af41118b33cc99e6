import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createChannel } from './channel.ts'
import { type Input, pushInput } from './inputs.ts'
import { createRotation } from './rotation.ts'
import { createSession, type Session } from './session.ts'
import { createPen } from './testing/pen.ts'
import { createTestDevice, testConversationId, testDeviceId, testUser } from './testing/test-device.ts'
import { createTestLunch, pushed } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'
import { createWork, type Waiting, type WorkLimits } from './work.ts'

const limits: WorkLimits = {
  maxTurnUpdates: 16,
  maxTurnBytes: 4000,
  maxUserTurnUpdates: 8,
  maxUserTurnBytes: 2000,
  maxQueuedUpdates: 64,
  maxQueuedBytes: 1_000_000,
  maxQueuedUserBytes: 100_000,
  maxReadsPerTurn: 5,
  maxUserReadsPerTurn: 2,
}

function sessionOf(name: string, device = 1): Session {
  const peer = { send: () => undefined, buffered: () => 0, close: () => undefined }
  const identity = { user: testUser(name), device: testDeviceId(device) }
  return createSession(identity, { epoch: '', cursor: 0 }, createChannel(peer), { epoch: 'e', position: 0 })
}

function inputOf({ identity }: Session, updates: number, bytes: number): Input {
  const update = new Uint8Array(bytes)
  const conversation = testConversationId(1)
  return pushInput(identity, {
    frame: 'push',
    conversation,
    page: 1,
    updates: Array.from({ length: updates }, () => update),
  })
}

test('[RE235] whatever one user floods with, the push of another is in the next turn or the one after', () => {
  const frame = fc.record({
    device: fc.integer({ min: 1, max: 3 }),
    updates: fc.integer({ min: 1, max: 12 }),
    bytes: fc.integer({ min: 1, max: 300 }),
  })
  fc.assert(
    fc.property(
      fc.array(fc.array(frame, { maxLength: 20 }), { minLength: 2, maxLength: 12 }),
      fc.nat(),
      fc.array(fc.nat({ max: 5 })),
      (floods, when, cuts) => {
        const work = createWork(limits)
        const flooding = [1, 2, 3].map((device) => sessionOf('Flo', device))
        const mary = sessionOf('Mary')
        const at = when % (floods.length - 1)
        let asked: number | undefined
        let served: number | undefined
        const turns: (readonly Waiting[])[] = []
        for (const [turn, frames] of floods.entries()) {
          for (const { device, updates, bytes } of frames) {
            const session = flooding[device - 1]
            if (session !== undefined) work.add({ session, input: inputOf(session, updates, bytes) })
          }
          if (turn === at && work.add({ session: mary, input: inputOf(mary, 3, 100) })) asked = turn
          const taken = work.takeTurn()
          // Heads may be too much for all of it: at least one is done, and the rest is put back.
          const done = Math.max(1, taken.length - (cuts[turn] ?? 0))
          work.putBack(taken.slice(done))
          turns.push(taken.slice(0, done))
          if (taken.slice(0, done).some(({ session }) => session === mary)) served ??= turn
        }
        expect(asked).toBe(at)
        expect((served ?? Infinity) - at).toBeLessThanOrEqual(1)
      },
    ),
  )
})

test('[RE278] of one user a turn holds so much, and at least one frame; the others fill it', () => {
  const frame = fc.record({
    user: fc.integer({ min: 0, max: 3 }),
    updates: fc.integer({ min: 1, max: 12 }),
    bytes: fc.integer({ min: 1, max: 300 }),
  })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 40 }), (frames) => {
      const work = createWork(limits)
      const sessions = ['A', 'B', 'C', 'D'].map((name) => sessionOf(name))
      for (const { user, updates, bytes } of frames) {
        const session = sessions[user]
        if (session !== undefined) work.add({ session, input: inputOf(session, updates, bytes) })
      }
      while (!work.empty) {
        const turn = work.takeTurn()
        expect(turn.length).toBeGreaterThan(0)
        for (const session of sessions) {
          const his = turn.filter((waiting) => waiting.session === session).map(({ input }) => input)
          if (his.length < 2) continue
          const updates = his.map((input) => (input.kind === 'push' ? input.updates.length : 1))
          expect(updates.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(limits.maxUserTurnUpdates)
          expect(his.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(limits.maxUserTurnBytes)
        }
      }
    }),
  )
})

test('[RE235] what a session sends is judged in the order in which it was sent, whoever else sends', () => {
  const arrivals = fc.array(
    fc.record({ user: fc.integer({ min: 0, max: 3 }), updates: fc.integer({ min: 1, max: 9 }) }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(arrivals, fc.array(fc.nat({ max: 4 })), (given, cuts) => {
      const work = createWork(limits)
      const sessions = ['A', 'B', 'C', 'D'].map((name) => sessionOf(name))
      const sent: Waiting[] = []
      for (const { user, updates } of given) {
        const session = sessions[user]
        if (session === undefined) continue
        const waiting = { session, input: inputOf(session, updates, 5) }
        if (work.add(waiting)) sent.push(waiting)
      }
      const judged: Waiting[] = []
      for (let turn = 0; !work.empty; turn += 1) {
        const taken = work.takeTurn()
        const done = Math.max(1, taken.length - (cuts[turn] ?? 0))
        work.putBack(taken.slice(done))
        judged.push(...taken.slice(0, done))
      }
      expect(judged).toHaveLength(sent.length)
      for (const session of sessions) {
        expect(judged.filter((one) => one.session === session)).toEqual(
          sent.filter((one) => one.session === session),
        )
        expect(session.updates).toBe(0)
      }
    }),
  )
})

test('[RE236] what is read between two turns is read for one user after the other', async () => {
  const work = createWork(limits)
  const read: string[] = []
  const [tom, mary] = [sessionOf('Tom'), sessionOf('Mary')]
  const add = (session: Session | undefined, name: string): void =>
    work.addRead({
      session,
      run: async () => {
        read.push(name)
      },
    })
  for (let index = 1; index <= 4; index += 1) add(tom, `Tom ${index}`)
  add(mary, 'Mary 1')
  add(undefined, 'somebody')
  const counts: number[] = []
  while (!work.empty) {
    const taken = work.takeReads()
    counts.push(taken.length)
    await Promise.all(taken.map(async ({ run }) => run()))
  }
  expect(read).toEqual(['Tom 1', 'Mary 1', 'somebody', 'Tom 2', 'Tom 3', 'Tom 4'])
  expect(counts).toEqual([4, 2])
})

test('[RE237] the queue of one user has an end of its own, and there is room for the others', async () => {
  const { relay } = createTestRelay({
    limits: { maxQueuedUserBytes: 5000 },
    gathered: async () =>
      new Promise(() => {
        // No turn begins.
      }),
  })
  const devices = [1, 2, 3].map((device) => createTestDevice(relay, { user: 'Tom', device }))
  const mary = createTestDevice(relay, { user: 'Mary' })
  for (const device of [...devices, mary])
    device.push(testConversationId(1), 1, [Uint8Array.of(1), Uint8Array.of(2)])
  const answers = await Promise.all([...devices, mary].map(async (device) => device.take('answer')))
  expect(answers.map((frames) => frames.flatMap((frame) => frame.answers))).toMatchObject([
    [],
    [],
    [{ verdict: { class: 'later', code: 'overloaded' } }, { verdict: { class: 'later' } }],
    [],
  ])
})

test('[RE237] what was judged makes room', async () => {
  const { tom, conversation } = await createTestLunch({ limits: { maxQueuedUserBytes: 4000 } })
  const pen = createPen({ user: tom.user, client: 7 })
  for (const text of ['1', '2', '3', '4', '5'])
    expect(await pushed(tom, conversation, 1, pen.text(text).update)).toMatchObject([{ class: 'accepted' }])
})

test('[RE235] of many queues one item after the other is taken, and one that is passed over keeps its place', () => {
  const rotation = createRotation<string, string>()
  for (const item of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1', 'd1']) rotation.add(item.slice(0, 1), item)
  const seen: string[] = []
  const taken = rotation.takeWhile((item) => {
    seen.push(item)
    if (item === 'b1') return 'pass'
    return item === 'a3' ? 'stop' : 'take'
  })
  expect(seen).toEqual(['a1', 'b1', 'c1', 'd1', 'a2', 'a3'])
  expect(taken).toEqual(['a1', 'c1', 'd1', 'a2'])
  expect(rotation.size).toBe(3)
  rotation.add('c', 'c2')
  expect(rotation.takeWhile(() => 'take')).toEqual(['b1', 'a3', 'c2', 'b2'])
  expect(rotation.size).toBe(0)
  expect(rotation.takeWhile(() => 'take')).toEqual([])
})

test('[RE235] queues are put back before what came behind them', () => {
  const rotation = createRotation<string, number>()
  for (const [key, item] of [
    ['a', 1],
    ['a', 2],
    ['b', 3],
    ['c', 4],
  ] as const)
    rotation.add(key, item)
  expect([rotation.take(), rotation.take()]).toEqual([1, 3])
  rotation.putBack([['b', 3]])
  expect(rotation.size).toBe(3)
  expect([rotation.take(), rotation.take(), rotation.take(), rotation.take()]).toEqual([3, 4, 2, undefined])
})
