/** What a device holds of the relay's memory while nothing happens. */
import { expect, test } from 'vitest'
import { createChannel } from './channel.ts'
import { defaultLimits } from './limits.ts'
import type { Relay } from './ports.ts'
import { createPresences } from './presence.ts'
import { createReception } from './reception.ts'
import { createSession, createSessions, type Session } from './session.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import {
  createTestDevice,
  type TestDevice,
  testConversationId,
  testDeviceId,
  testUser,
} from './testing/test-device.ts'
import { creation } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'
import { testEntryId } from './testing/pen.ts'
import { ownSeams } from './turn.ts'
import { createUserRates } from './user-rates.ts'
import { createWork } from './work.ts'

const peer = { send: () => undefined, buffered: () => 0, close: () => undefined }

function sessionOf(name: string, device = 1): Session {
  const identity = { user: testUser(name), device: testDeviceId(device) }
  return createSession(identity, { epoch: '', cursor: 0 }, createChannel(peer), { epoch: 'e', position: 0 })
}

test('[RE360] connections share their methods, and channels do: none has a function of its own', () => {
  const { relay } = createTestRelay()
  for (const make of [() => relay.accept(peer), () => createChannel(peer)]) {
    const [one, other] = [make(), make()]
    expect(Reflect.getPrototypeOf(one)).toBe(Reflect.getPrototypeOf(other))
    expect(Reflect.getPrototypeOf(one)).not.toBe(Object.prototype)
    const held = Object.getOwnPropertyNames(one).map((name): unknown => Reflect.get(one, name))
    expect(held.filter((value) => typeof value === 'function')).toEqual([])
  }
})

test('[RE360] a session that watches nobody holds no set for it, and one that has ceased to holds none any more', () => {
  const presences = createPresences(createSessions(), { now: () => 0 }, defaultLimits)
  const session = sessionOf('Tom')
  expect(session.watched).toBeUndefined()
  const ask = (watch: 'on' | 'off' | 'no'): void =>
    presences.ask(session, { frame: 'presence', request: 1, users: ['Mary', 'Bill'], watch })
  ask('no')
  expect(session.watched).toBeUndefined()
  ask('on')
  expect(session.watched).toEqual(new Set(['Mary', 'Bill']))
  ask('off')
  expect(session.watched).toBeUndefined()
})

test('[RE361] a session has a bucket from its first frame until that is full again', () => {
  const { store, clock } = createTestRelay()
  const limits = { ...defaultLimits, maxFramesPerSecond: 1, maxFramesBurst: 2 }
  const sessions = createSessions()
  const nothing = (): undefined => undefined
  const reception = createReception({
    judge: { store, cache: { get: nothing, put: nothing, drop: nothing }, seams: ownSeams, limits },
    clock,
    limits,
    work: createWork(limits),
    rates: createUserRates(limits, clock),
    presences: createPresences(sessions, clock, limits),
    deflate: undefined,
    passOn: nothing,
    wake: nothing,
    refuse: nothing,
    end: (session, code) => session.channel.end(code),
  })
  const session = sessionOf('Tom')
  const ping = (): void => reception.receive(session, { frame: 'ping', nonce: 1, frames: 0 }, 0)
  expect(session.frames).toBeUndefined()
  ping()
  clock.time += 999
  reception.rest(session)
  // What is missing is not forgotten: else whoever waits a moment would have all of it again.
  expect(session.frames?.level).toBeLessThan(2)
  clock.time += 1
  reception.rest(session)
  expect(session.frames).toBeUndefined()
  for (let sent = 0; sent < 2; sent += 1) ping()
  reception.rest(session)
  expect(session.channel.open).toBe(true)
  ping()
  expect(session.channel.open).toBe(false)
})

test('[RE361] what a user has taken is not forgotten before it is there again', () => {
  const clock = { time: 0, now: () => clock.time }
  const limits = { ...defaultLimits, maxHellosPerMinute: 2, maxCreationsPerHour: 1 }
  const rates = createUserRates(limits, clock)
  const tom = testUser('Tom')
  expect([rates.hello(tom), rates.hello(tom), rates.creation(tom)]).toEqual([0, 0, 0])
  clock.time = 59_000
  rates.sweep()
  // One place is there and the other nearly; nothing was asked of his writing, and that is full.
  expect([rates.hello(tom), rates.work(tom, 1, 1)]).toEqual([0, 0])
  expect(rates.hello(tom)).toBeGreaterThan(0)
  expect(rates.creation(tom)).toBeGreaterThan(0)
})

test('[RE362] a command that was decided before is answered without its conversation being read', async () => {
  const first = createTestRelay()
  const [conversation, id] = [testConversationId(1), testEntryId()]
  const create = async (relay: Relay): Promise<TestDevice> => {
    const device = createTestDevice(relay, { user: 'Tom' })
    await device.take('welcome')
    device.send({ frame: 'command', conversation, id, command: creation('Mary') })
    return device
  }
  expect(await (await create(first.relay)).take('command-answer')).toMatchObject([
    { verdict: { class: 'accepted' } },
  ])
  await first.relay.drain()
  const asked: string[] = []
  const { relay, store } = createTestRelay({
    disk: first.disk,
    wrap: (inner) =>
      wrapStore(inner, {
        async conversations(ids) {
          asked.push(...ids)
          return inner.conversations(ids)
        },
      }),
  })
  const { position } = store
  const tom = await create(relay)
  expect(await tom.take('command-answer')).toMatchObject([{ id, verdict: { class: 'duplicate' } }])
  expect(asked).toEqual([])
  expect(store.position).toBe(position)

  // What shares its turn is judged on the conversation, and so is a second command.
  const [again, other] = [await create(relay), testEntryId()]
  again.send({ frame: 'command', conversation, id: other, command: { op: 'add', members: ['Bill'] } })
  expect(await again.take('command-answer')).toMatchObject([
    { id, verdict: { class: 'duplicate' } },
    { id: other, verdict: { class: 'accepted' } },
  ])
  expect(asked).toEqual([conversation])
})
