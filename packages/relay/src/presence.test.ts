import { expect, test } from 'vitest'
import { createTestDevice, settle, testConversationId, type TestDevice } from './testing/test-device.ts'
import { createTestRelay, type TestRelay } from './testing/test-relay.ts'

const graceMs = 5000

async function asked(
  device: TestDevice,
  users: readonly string[],
  watch: 'no' | 'on' | 'off' = 'no',
): Promise<readonly string[]> {
  await device.take('presence-answer')
  device.send({ frame: 'presence', request: 7, users, watch })
  const [answer] = await device.take('presence-answer')
  expect(answer?.request).toBe(7)
  return answer?.online ?? ['nobody answered']
}

async function told(device: TestDevice): Promise<readonly string[]> {
  const frames = await device.take('presence')
  return frames.map(({ user, online }) => `${user} ${online ? 'comes' : 'goes'}`)
}

function pass({ clock, relay }: TestRelay, ms: number): void {
  clock.time += ms
  relay.sweep()
}

test('[RE164] a user is there while any of his devices is', async () => {
  const world = createTestRelay()
  const { relay } = world
  const tom = createTestDevice(relay, { user: 'Tom' })
  expect(await asked(tom, ['Mary', 'Tom'])).toEqual(['Tom'])
  const phone = createTestDevice(relay, { user: 'Mary', device: 1 })
  const tablet = createTestDevice(relay, { user: 'Mary', device: 2 })
  expect(await asked(tom, ['Mary', 'Ada', 'Mary'])).toEqual(['Mary'])
  phone.connection.closed()
  pass(world, graceMs)
  expect(await asked(tom, ['Mary'])).toEqual(['Mary'])
  tablet.connection.closed()
  pass(world, graceMs)
  expect(await asked(tom, ['Mary'])).toEqual([])
})

test('[RE164] an id that is none is nobody, and a reader of one conversation is not there', async () => {
  const { relay } = createTestRelay()
  const tom = createTestDevice(relay, { user: 'Tom' })
  createTestDevice(relay, { user: 'Mary', only: testConversationId(1) })
  expect(await asked(tom, ['', 'no id', 'Mary'], 'on')).toEqual([])
  expect(tom.closedBy).toBeUndefined()
})

test('[RE165] who watches is told when somebody comes and goes, and nobody else is', async () => {
  const world = createTestRelay()
  const { relay } = world
  const [tom, ada] = [createTestDevice(relay, { user: 'Tom' }), createTestDevice(relay, { user: 'Ada' })]
  expect(await asked(tom, ['Mary'], 'on')).toEqual([])
  await asked(ada, ['Mary'], 'no')
  const phone = createTestDevice(relay, { user: 'Mary', device: 1 })
  expect(await told(tom)).toEqual(['Mary comes'])
  const tablet = createTestDevice(relay, { user: 'Mary', device: 2 })
  expect(await told(tom)).toEqual([])
  phone.connection.closed()
  tablet.connection.closed()
  pass(world, graceMs)
  expect(await told(tom)).toEqual(['Mary goes'])
  pass(world, graceMs)
  expect(await told(tom)).toEqual([])
  expect(await told(ada)).toEqual([])
})

test('[RE165] who watches no more is told nothing, and a new session watches nobody', async () => {
  const { relay } = createTestRelay()
  const tom = createTestDevice(relay, { user: 'Tom' })
  await asked(tom, ['Mary', 'Ada'], 'on')
  expect(await asked(tom, ['Mary'], 'off')).toEqual([])
  createTestDevice(relay, { user: 'Mary' })
  createTestDevice(relay, { user: 'Ada' })
  expect(await told(tom)).toEqual(['Ada comes'])
  const again = createTestDevice(relay, { user: 'Tom' })
  expect(tom.closedBy).toBe('replaced')
  await asked(again, ['Bob'], 'on')
  createTestDevice(relay, { user: 'Cid' })
  createTestDevice(relay, { user: 'Bob' })
  expect(await told(again)).toEqual(['Bob comes'])
})

test('[RE166] a connection that breaks and comes back within the grace time is nobody’s business', async () => {
  const world = createTestRelay()
  const { relay } = world
  const tom = createTestDevice(relay, { user: 'Tom' })
  await asked(tom, ['Mary'], 'on')
  const before = createTestDevice(relay, { user: 'Mary' })
  expect(await told(tom)).toEqual(['Mary comes'])
  before.connection.closed()
  pass(world, graceMs - 1)
  expect(await asked(tom, ['Mary'], 'on')).toEqual(['Mary'])
  const again = createTestDevice(relay, { user: 'Mary' })
  pass(world, graceMs)
  expect(await told(tom)).toEqual([])
  again.connection.closed()
  again.connection.closed()
  pass(world, graceMs - 1)
  expect(await told(tom)).toEqual([])
  pass(world, 1)
  expect(await told(tom)).toEqual(['Mary goes'])
})

test('[RE166] who asks is answered by the clock, whenever the shell looks at it', async () => {
  const { relay, clock } = createTestRelay()
  const tom = createTestDevice(relay, { user: 'Tom' })
  const mary = createTestDevice(relay, { user: 'Mary' })
  mary.connection.closed()
  clock.time += graceMs
  expect(await asked(tom, ['Mary'])).toEqual([])
})

test('[RE166] a session that the relay ended is gone as any other', async () => {
  const world = createTestRelay()
  const tom = createTestDevice(world.relay, { user: 'Tom' })
  const mary = createTestDevice(world.relay, { user: 'Mary' })
  await asked(tom, ['Mary'], 'on')
  mary.send({ frame: 'ping', nonce: 1, frames: 99 })
  pass(world, graceMs)
  expect(await told(tom)).toEqual(['Mary goes'])
  mary.connection.closed()
  pass(world, graceMs)
  expect(await told(tom)).toEqual([])
})

test('[RE166] that the socket closes later, when its session has ended, gives no more grace', async () => {
  const world = createTestRelay()
  const tom = createTestDevice(world.relay, { user: 'Tom' })
  const mary = createTestDevice(world.relay, { user: 'Mary' })
  await asked(tom, ['Mary'], 'on')
  mary.send({ frame: 'ping', nonce: 1, frames: 99 })
  expect(mary.closedBy).toBe('out-of-step')
  pass(world, graceMs - 1)
  mary.connection.closed()
  pass(world, 1)
  expect(await told(tom)).toEqual(['Mary goes'])
})

test('[RE166] a device that lost its tag has gone like any other', async () => {
  const world = createTestRelay()
  const tom = createTestDevice(world.relay, { user: 'Tom' })
  const first = createTestDevice(world.relay, { user: 'Mary', token: 'Mary', tag: 'web', login: true })
  await asked(tom, ['Mary'], 'on')
  const second = createTestDevice(world.relay, {
    user: 'Mary',
    device: 2,
    token: 'Mary',
    tag: 'web',
    login: true,
  })
  await settle()
  expect(first.closedBy).toBe('conflict')
  first.connection.closed()
  pass(world, graceMs)
  expect(await told(tom)).toEqual([])
  second.connection.closed()
  pass(world, graceMs - 1)
  expect(await told(tom)).toEqual([])
  first.connection.closed()
  pass(world, 1)
  expect(await told(tom)).toEqual(['Mary goes'])
})

test('[RE167] a session watches so many; whom it asks for beyond them it is told of once', async () => {
  const { relay } = createTestRelay({ limits: { maxWatchedUsers: 2 } })
  const tom = createTestDevice(relay, { user: 'Tom' })
  createTestDevice(relay, { user: 'Dan' })
  expect(await asked(tom, ['Ada', 'Bob', 'Dan'], 'on')).toEqual(['Dan'])
  expect(await asked(tom, ['Ada'], 'on')).toEqual([])
  await asked(tom, ['Cid'], 'on')
  for (const user of ['Ada', 'Bob', 'Cid']) createTestDevice(relay, { user })
  await settle()
  expect(await told(tom)).toEqual(['Ada comes', 'Bob comes'])
  await asked(tom, ['Ada'], 'off')
  await asked(tom, ['Eve'], 'on')
  createTestDevice(relay, { user: 'Eve' })
  expect(await told(tom)).toEqual(['Eve comes'])
})
