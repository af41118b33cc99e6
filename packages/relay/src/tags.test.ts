import { expect, test } from 'vitest'
import { createMemoryDisk } from './memory-store.ts'
import { StoreError } from './store.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, settle, testUser, type TestDevice, testDeviceId } from './testing/test-device.ts'
import { createTestRelay, testEpoch, type TestRelay } from './testing/test-relay.ts'

interface Hello {
  readonly device: number
  readonly tag?: string
  readonly login?: boolean
  readonly user?: string
}

async function greeted({ relay }: TestRelay, hello: Hello): Promise<TestDevice> {
  const { user = 'Tom' } = hello
  const device = createTestDevice(relay, { tag: 'web', ...hello, user, token: user })
  await settle()
  return device
}

test('[RE168] a device gets a tag that nobody has, with or without a sign-in', async () => {
  const world = createTestRelay()
  const first = await greeted(world, { device: 1, login: false })
  expect(first.connection.state).toBe('open')
  expect(first.frames.map(({ frame }) => frame)).toEqual(['welcome', 'sync'])
  const other = await greeted(world, { device: 2, tag: 'mobile', login: true })
  expect(other.connection.state).toBe('open')
  expect(first.closedBy).toBeUndefined()
  expect(await world.store.tagHolder(testUser('Tom'), 'web')).toBe(testDeviceId(1))
})

test('[RE169] a sign-in takes the tag from the device that has it, whose session ends', async () => {
  const world = createTestRelay()
  const first = await greeted(world, { device: 1, login: true })
  const second = await greeted(world, { device: 2, login: true })
  expect(second.connection.state).toBe('open')
  expect(first.closedBy).toBe('conflict')
  expect(first.frames.at(-1)).toMatchObject({ frame: 'failure', code: 'conflict', again: 'stop' })
  expect(world.relay.health.sessions).toBe(1)
})

test('[RE170] a device that lost its tag does not come back by itself, and gets it by a sign-in', async () => {
  const world = createTestRelay()
  await greeted(world, { device: 1, login: true })
  const second = await greeted(world, { device: 2, login: true })
  const again = await greeted(world, { device: 1, login: false })
  expect(again.closedBy).toBe('conflict')
  expect(again.frames).toMatchObject([{ frame: 'failure', code: 'conflict', again: 'stop' }])
  expect(second.connection.state).toBe('open')
  const back = await greeted(world, { device: 1, login: true })
  expect(back.connection.state).toBe('open')
  expect(second.closedBy).toBe('conflict')
})

test('[RE170] the device that has the tag comes back as often as it likes', async () => {
  const world = createTestRelay()
  const first = await greeted(world, { device: 1, login: true })
  first.connection.closed()
  for (const login of [false, true, false]) {
    const again = await greeted(world, { device: 1, login })
    expect(again.connection.state).toBe('open')
  }
})

test('[RE171] who has a tag is known after a restart', async () => {
  const disk = createMemoryDisk(testEpoch)
  await greeted(createTestRelay({ disk }), { device: 1, login: true })
  const before = createTestRelay({ disk })
  await greeted(before, { device: 2, login: true })
  const after = createTestRelay({ disk })
  expect((await greeted(after, { device: 1, login: false })).closedBy).toBe('conflict')
  expect((await greeted(after, { device: 2, login: false })).connection.state).toBe('open')
})

test('[RE168] tags of other users, and devices without one, are in nobody’s way', async () => {
  const world = createTestRelay()
  const devices = [
    await greeted(world, { device: 1, login: true }),
    await greeted(world, { device: 1, login: true, user: 'Mary' }),
    await greeted(world, { device: 2, login: true, tag: '' }),
    await greeted(world, { device: 3, login: true, tag: '' }),
  ]
  for (const device of devices) expect(device.connection.state).toBe('open')
})

test('[RE169] of many who sign in at once one stays, the last that was served', async () => {
  const world = createTestRelay()
  const devices = [1, 2, 3, 4].map((device) =>
    createTestDevice(world.relay, { user: 'Tom', device, token: 'Tom', tag: 'web', login: true }),
  )
  await settle()
  const open = devices.filter(({ connection }) => connection.state === 'open')
  expect(open).toHaveLength(1)
  expect(devices.filter(({ closedBy }) => closedBy === 'conflict')).toHaveLength(3)
  expect(await world.store.tagHolder(testUser('Tom'), 'web')).toBe(open[0]?.connection.identity?.device)
})

test('[RE172] a tag that could not be stored was not taken, and who had it stays', async () => {
  let full = false
  const world = createTestRelay({
    wrap: (inner) =>
      wrapStore(inner, {
        async commit(commit) {
          if (full) throw new StoreError('full', 'no room')
          await inner.commit(commit)
        },
      }),
  })
  const first = await greeted(world, { device: 1, login: true })
  full = true
  const second = await greeted(world, { device: 2, login: true })
  expect(second.closedBy).toBe('overloaded')
  expect(first.connection.state).toBe('open')
  full = false
  expect((await greeted(world, { device: 2, login: true })).connection.state).toBe('open')
  expect(first.closedBy).toBe('conflict')
  expect(world.faults).toEqual([])
})

test('[RE172] a tag that cannot be read ends the hello, and nothing else', async () => {
  const world = createTestRelay({
    wrap: (inner) =>
      wrapStore(inner, {
        tagHolder: async () => Promise.reject(new StoreError('broken', 'unreadable')),
      }),
  })
  const untagged = await greeted(world, { device: 1, tag: '' })
  expect((await greeted(world, { device: 2 })).closedBy).toBe('internal')
  expect(untagged.connection.state).toBe('open')
  expect(world.relay.health.state).toBe('running')
})

test('[RE172] a socket that closed while it waited for its tag leaves nobody without a session', async () => {
  let release = (): void => undefined
  const world = createTestRelay({
    wrap: (inner) =>
      wrapStore(inner, {
        async tagHolder(...key) {
          await new Promise<void>((resolve) => {
            release = resolve
          })
          return inner.tagHolder(...key)
        },
      }),
  })
  const gone = createTestDevice(world.relay, { user: 'Tom', token: 'Tom', tag: 'web', login: true })
  await settle()
  expect(gone.connection.state).toBe('hello')
  gone.connection.closed()
  release()
  await settle()
  expect(gone.connection.state).toBe('closed')
  expect(world.relay.health.sessions).toBe(0)
  expect(gone.frames).toEqual([])
})

test('[RE269] who is revoked while he waits for a tag takes it from nobody', async () => {
  const gate = Promise.withResolvers<void>()
  let slow = false
  const world = createTestRelay({
    wrap: (inner) =>
      wrapStore(inner, {
        async tagHolder(user, tag) {
          const holder = await inner.tagHolder(user, tag)
          if (slow) await gate.promise
          return holder
        },
      }),
  })
  const owner = await greeted(world, { device: 2 })
  slow = true
  const thief = await greeted(world, { device: 1, login: true })
  expect(thief.connection.state).toBe('hello')
  await world.relay.revoke(testUser('Tom'))
  slow = false
  gate.resolve()
  await settle()
  expect([owner.closedBy, thief.closedBy]).toEqual(['revoked', 'revoked'])
  expect(await world.store.tagHolder(testUser('Tom'), 'web')).toBe(testDeviceId(2))
})
