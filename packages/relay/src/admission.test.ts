import { expect, test } from 'vitest'
import { inLine } from './line.ts'
import type { Authenticated } from './ports.ts'
import type { TestDevice } from './testing/test-device.ts'
import { createTestDevice, settle, testConversationId, testUser } from './testing/test-device.ts'
import { createTestRelay } from './testing/test-relay.ts'

test('[RE239] one device more than a user may have is told to wait, and those in session stay', async () => {
  const { relay } = createTestRelay({ limits: { maxUserSessions: 2 } })
  const hello = (user: string, device: number): TestDevice =>
    createTestDevice(relay, { user, device, token: user })
  const [one, two] = [hello('Tom', 1), hello('Tom', 2)]
  await settle()
  const three = hello('Tom', 3)
  const mary = hello('Mary', 3)
  await settle()
  expect(three.frames).toMatchObject([
    { frame: 'failure', code: 'overloaded', again: 'retry', waitMs: 60_000 },
  ])
  expect([one, two, mary].map(({ closedBy }) => closedBy)).toEqual([undefined, undefined, undefined])
  const again = hello('Tom', 2)
  await settle()
  expect([two.closedBy, again.closedBy]).toEqual(['replaced', undefined])
  one.connection.closed()
  const next = hello('Tom', 3)
  await settle()
  expect(next.closedBy).toBeUndefined()
})

test('[RE239] [RE169] a sign-in under a tag takes the place of the device that has it', async () => {
  const { relay } = createTestRelay({ limits: { maxUserSessions: 1 } })
  const signIn = (device: number, login: boolean): TestDevice =>
    createTestDevice(relay, { user: 'Tom', device, token: 'Tom', tag: 'phone', login })
  const one = signIn(1, true)
  await settle()
  const two = signIn(2, true)
  await settle()
  expect([one.closedBy, two.closedBy]).toEqual(['conflict', undefined])
  const back = signIn(1, false)
  await settle()
  expect([back.closedBy, two.closedBy]).toEqual(['conflict', undefined])
})

test('[RE239] readers of a single conversation take no place of a device', async () => {
  const { relay } = createTestRelay({ limits: { maxUserSessions: 1 } })
  createTestDevice(relay, { user: 'Tom', device: 8, only: testConversationId(1) })
  const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  await settle()
  expect(tom.closedBy).toBeUndefined()
})

test('[RE240] so many hellos are looked at at once; the others wait in line and are let in', async () => {
  const going: (() => void)[] = []
  const { relay } = createTestRelay({
    limits: { maxGreetedAtOnce: 2 },
    authenticate: async (token): Promise<Authenticated> => {
      await new Promise<void>((resolve) => {
        going.push(resolve)
      })
      return { ok: true, user: testUser(token) }
    },
  })
  const devices = ['A', 'B', 'C', 'D', 'E'].map((user) => createTestDevice(relay, { user, token: user }))
  const welcomed = (): number => devices.filter(({ frames }) => frames[0]?.frame === 'welcome').length
  await settle()
  expect([going.length, welcomed()]).toEqual([2, 0])
  going.shift()?.()
  await settle()
  expect([going.length, welcomed()]).toEqual([2, 1])
  while (going.length > 0) {
    for (const go of going.splice(0)) go()
    await settle()
  }
  expect(welcomed()).toBe(5)
})

test('[RE240] a hello that fails, or whose socket has gone, gives its place away', async () => {
  let failing = true
  const { relay, errors } = createTestRelay({
    limits: { maxGreetedAtOnce: 1 },
    authenticate: async (token): Promise<Authenticated> => {
      await Promise.resolve()
      if (failing) throw new Error('no answer')
      return { ok: true, user: testUser(token) }
    },
  })
  const one = createTestDevice(relay, { user: 'A', token: 'A' })
  await settle()
  failing = false
  const [gone, two] = [
    createTestDevice(relay, { user: 'B', token: 'B' }),
    createTestDevice(relay, { user: 'C', token: 'C' }),
  ]
  gone.connection.closed()
  await settle()
  expect([one.closedBy, errors.length]).toEqual(['internal', 1])
  expect(two.frames[0]).toMatchObject({ frame: 'welcome' })
})

test('[RE240] whoever waits is next, and nobody who comes later', async () => {
  const order: number[] = []
  const run = inLine(1, async (number: number) => {
    order.push(number)
    await Promise.resolve()
    return number
  })
  expect(await Promise.all([run(1), run(2), run(3)])).toEqual([1, 2, 3])
  await run(4)
  expect(order).toEqual([1, 2, 3, 4])
})
