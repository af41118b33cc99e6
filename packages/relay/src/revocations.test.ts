import type { ConversationId } from '@parley/document'
import { expect, test } from 'vitest'
import type { Authenticate, Identity } from './ports.ts'
import { StoreError } from './store.ts'
import {
  createTestDevice,
  settle,
  testConversationId,
  type TestDevice,
  testDeviceId,
  testUser,
} from './testing/test-device.ts'
import { createTestRelay, type TestRelay, type TestRelayOptions, testEpoch } from './testing/test-relay.ts'
import { wrapStore } from './testing/store-wrapper.ts'

const start = 1_700_000_000_000

/** `Tom`, `Tom 5000` for a token made then, `Tom 5000 2` for one of his second device alone. */
const authenticate: Authenticate = async (token) => {
  const [name = '', issued, device] = token.split(' ')
  return {
    ok: true,
    user: testUser(name),
    expires: start + 3_600_000,
    ...(issued === undefined ? {} : { issuedAt: start + Number(issued) }),
    ...(device === undefined ? {} : { device: testDeviceId(Number(device)) }),
  }
}

function createWorld(options: TestRelayOptions = {}): TestRelay {
  return createTestRelay({ authenticate, ...options })
}

const tom = testUser('Tom')

function login(world: TestRelay, token: string, device = 1): TestDevice {
  return createTestDevice(world.relay, { user: token.split(' ')[0] ?? '', token, device })
}

/** How a hello with this token ends, or `open`. */
async function outcome(world: TestRelay, token: string, device = 1): Promise<string> {
  const made = login(world, token, device)
  await settle()
  return made.closedBy ?? made.connection.state
}

test('[RE192] every open session of the user ends at once, and nobody else', async () => {
  const world = createWorld()
  const phone = login(world, 'Tom 0', 1)
  const laptop = login(world, 'Tom 0', 2)
  const mary = login(world, 'Mary 0', 3)
  await settle()
  // A stock tool, which the shell has let in.
  const reader = createTestDevice(world.relay, { user: 'Tom', device: 9, only: testConversationId(1) })
  // One that has everything to catch up with still.
  const late = login(world, 'Tom 0', 4)
  await Promise.resolve()
  const answered = world.relay.revoke(tom)
  expect([phone, laptop, reader].map(({ closedBy }) => closedBy)).toEqual(['revoked', 'revoked', 'revoked'])
  expect(await answered).toEqual({ at: world.clock.time, sessions: 3 })
  await settle()
  expect(late.closedBy).toBe('revoked')
  expect(phone.frames.at(-1)).toMatchObject({ frame: 'failure', code: 'revoked', again: 'token' })
  expect(mary.connection.state).toBe('open')
  expect(world.relay.health.sessions).toBe(1)
})

test('[RE192] tokens made up to then are taken no more, those made since are', async () => {
  const world = createWorld()
  world.clock.time = start + 5000
  expect(await world.relay.revoke(tom)).toEqual({ at: start + 5000, sessions: 0 })
  world.clock.time = start + 9000
  for (const token of ['Tom', 'Tom 0', 'Tom 5000', 'Tom 0 1']) {
    expect(await outcome(world, token)).toBe('revoked')
  }
  expect(await outcome(world, 'Tom 5001')).toBe('open')
  expect(await outcome(world, 'Mary 0', 2)).toBe('open')
  expect(await world.relay.authenticate('Tom 5000', world.clock.time)).toMatchObject({
    ok: false,
    code: 'revoked',
  })
  expect(await world.relay.authenticate('Tom 5001', world.clock.time)).toMatchObject({ ok: true, user: tom })
})

test('[RE192] a fresh token that has been revoked ends the session it should renew', async () => {
  const world = createWorld()
  world.clock.time = start + 5000
  await world.relay.revoke(tom)
  const device = login(world, 'Tom 6000')
  await settle()
  device.send({ frame: 'token', token: 'Tom 4000' })
  await settle()
  expect(device.closedBy).toBe('revoked')
})

test('[RE192] a token of an open session goes with it, though its maker’s clock runs ahead', async () => {
  const world = createWorld()
  login(world, 'Tom 20000')
  await settle()
  expect(await world.relay.revoke(tom)).toEqual({ at: start + 20_000, sessions: 1 })
  expect(await outcome(world, 'Tom 20000')).toBe('revoked')
  expect(await outcome(world, 'Tom 20001')).toBe('open')
})

test('[RE194] a device alone is revoked by its id, and the user’s others stay', async () => {
  const world = createWorld()
  const phone = login(world, 'Tom 0', 1)
  const laptop = login(world, 'Tom 0', 2)
  await settle()
  expect(await world.relay.revoke(tom, testDeviceId(1))).toMatchObject({ sessions: 1 })
  expect(phone.closedBy).toBe('revoked')
  expect(laptop.connection.state).toBe('open')
  expect(await outcome(world, 'Tom 0', 1)).toBe('revoked')
  expect(await outcome(world, 'Tom 1', 1)).toBe('open')
  expect(await outcome(world, 'Tom 0', 3)).toBe('open')
})

test('[RE194] a token of one device alone opens no session of another', async () => {
  const world = createWorld()
  expect(await outcome(world, 'Tom 0 2', 1)).toBe('bad-token')
  const device = login(world, 'Tom 0 2', 2)
  await settle()
  expect(device.connection.identity).toMatchObject({ boundTo: testDeviceId(2), issuedAt: start })
  device.send({ frame: 'token', token: 'Tom 0 1' })
  await settle()
  expect(device.closedBy).toBe('bad-token')
})

test('[RE194] a stock tool is revoked by the device its token names', async () => {
  const world = createWorld()
  const connect = (identity: Identity): { readonly state: () => string; readonly ends: string[] } => {
    const ends: string[] = []
    const only: ConversationId = testConversationId(1)
    const peer = { send: () => undefined, buffered: () => 0, close: (code: string) => ends.push(code) }
    const connection = world.relay.connect(identity, { epoch: testEpoch, cursor: 0, only }, peer)
    return { state: () => connection.state, ends }
  }
  const identity: Identity = { user: tom, device: testDeviceId(8), issuedAt: start, boundTo: testDeviceId(1) }
  const bound = connect(identity)
  const free = connect({ user: tom, device: testDeviceId(9), issuedAt: start })
  await world.relay.revoke(tom, testDeviceId(1))
  expect(bound.ends).toEqual(['revoked'])
  expect(free.state()).toBe('open')
  expect(connect(identity)).toMatchObject({ ends: ['revoked'] })
  expect(await world.relay.authenticate('Tom 0 1', world.clock.time)).toMatchObject({ code: 'revoked' })
  expect(await world.relay.authenticate('Tom 0', world.clock.time)).toMatchObject({ ok: true })
})

test('[RE195] who was recognised before and begins after is sent away, wherever he waits', async () => {
  for (const at of ['token', 'lookup', 'tag'] as const) {
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const world = createWorld({
      authenticate: async (token, now) => {
        const who = await authenticate(token, now)
        if (at === 'token') await gate
        return who
      },
      wrap: (inner) =>
        wrapStore(inner, {
          async revocations(user) {
            const found = await inner.revocations(user)
            if (at === 'lookup') await gate
            return found
          },
          async tagHolder(user, tag) {
            const holder = await inner.tagHolder(user, tag)
            if (at === 'tag') await gate
            return holder
          },
        }),
    })
    const device = createTestDevice(world.relay, { user: 'Tom', token: 'Tom 0', tag: 'web', login: true })
    await settle()
    expect(device.connection.state).toBe('hello')
    expect(await world.relay.revoke(tom)).toMatchObject({ sessions: 0 })
    open()
    await settle()
    expect([at, device.closedBy]).toEqual([at, 'revoked'])
    expect(device.frames.map(({ frame }) => frame)).toEqual(['failure'])
    expect(world.relay.health.sessions).toBe(0)
  }
})

test('[RE195] a renewal that is looked at meanwhile does not bring the session back', async () => {
  let open: () => void = () => undefined
  let slow = false
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const world = createWorld({
    wrap: (inner) =>
      wrapStore(inner, {
        async revocations(user) {
          const found = await inner.revocations(user)
          if (slow) await gate
          return found
        },
      }),
  })
  const device = login(world, 'Tom 0')
  const other = login(world, 'Tom 0 2', 2)
  await settle()
  slow = true
  device.send({ frame: 'token', token: 'Tom 1' })
  await settle()
  await world.relay.revoke(tom)
  open()
  await settle()
  expect([device.closedBy, other.closedBy]).toEqual(['revoked', 'revoked'])
  expect(device.frames.some(({ frame }) => frame === 'token-taken')).toBe(false)
})

test('[RE192] nothing that is accepted afterwards goes to a session that was ended', async () => {
  const world = createWorld()
  const reader = login(world, 'Tom 0', 1)
  const mary = login(world, 'Mary 0', 2)
  await settle()
  const before = reader.frames.length
  // Not on the disk yet: nobody waits for that.
  const answered = world.relay.revoke(tom)
  mary.command(testConversationId(1), {
    op: 'create',
    kind: 'group',
    unique: false,
    members: ['Tom'],
    name: null,
    attributes: {},
  })
  await settle()
  await answered
  expect(reader.frames.slice(before).map(({ frame }) => frame)).toEqual(['failure'])
})

test('[RE192] what such a session has brought and nobody has judged yet is not taken', async () => {
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  let slow = false
  const world = createWorld({ gathered: async () => (slow ? gate : Promise.resolve()) })
  const device = login(world, 'Tom 0')
  const mary = login(world, 'Mary 0', 2)
  await settle()
  slow = true
  const create = { op: 'create', kind: 'group', unique: false, members: [], name: null, attributes: {} }
  device.command(testConversationId(1), create)
  mary.command(testConversationId(2), create)
  await world.relay.revoke(tom)
  open()
  await settle()
  expect(await world.store.conversation(testConversationId(1))).toBeUndefined()
  expect(await world.store.conversation(testConversationId(2))).toBeDefined()
  expect(world.faults).toEqual([])
})

test('[RE193] a revocation is on the disk before it is answered, and holds in the next process', async () => {
  const first = createWorld()
  await first.relay.revoke(tom)
  const next = createWorld({ disk: first.disk })
  expect(await outcome(next, 'Tom 0')).toBe('revoked')
  expect(await outcome(next, 'Tom 1')).toBe('open')
})

test('[RE193] one that cannot be written is not answered, and holds until the process ends', async () => {
  const world = createWorld({
    wrap: (inner) =>
      wrapStore(inner, { revoke: async () => Promise.reject(new StoreError('full', 'no room')) }),
  })
  const device = login(world, 'Tom 0')
  await settle()
  await expect(world.relay.revoke(tom)).rejects.toThrow('no room')
  expect(device.closedBy).toBe('revoked')
  expect(await outcome(world, 'Tom 0')).toBe('revoked')
})

test('[RE195] where the store cannot say what was revoked, nobody is let in', async () => {
  const world = createWorld({
    wrap: (inner) =>
      wrapStore(inner, { revocations: async () => Promise.reject(new StoreError('broken', 'unreadable')) }),
  })
  expect(await outcome(world, 'Tom 0')).toBe('internal')
  await expect(world.relay.authenticate('Tom 0', world.clock.time)).rejects.toThrow('unreadable')
})

test('[RE196] a revocation is forgotten when no token from before it can hold any more', async () => {
  const world = createTestRelay({ authenticate })
  await world.relay.revoke(tom)
  const day = 86_400_000
  world.clock.time += 31 * day
  await world.relay.revoke(testUser('Mary'))
  expect(await world.store.revocations(tom)).toHaveLength(1)
  world.clock.time += 1
  await world.relay.revoke(testUser('Mary'))
  expect(await world.store.revocations(tom)).toEqual([])
  expect(await world.store.revocations(testUser('Mary'))).toHaveLength(1)
})
