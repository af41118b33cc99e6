/** Devices that come, go, sign in and watch at random, against models of a few lines. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryDisk } from './memory-store.ts'
import { createTestDevice, settle, type TestDevice } from './testing/test-device.ts'
import { createTestRelay, testEpoch, type TestRelay } from './testing/test-relay.ts'

const graceMs = 5000

const deviceStep = fc.record({ user: fc.constantFrom('Ada', 'Bob'), device: fc.integer({ min: 1, max: 3 }) })
const presenceStep = fc.oneof(
  deviceStep.map((who) => ({ do: 'come', ...who }) as const),
  deviceStep.map((who) => ({ do: 'go', ...who }) as const),
  fc.constantFrom(1, 1000, 4999, 5000).map((ms) => ({ do: 'wait', ms }) as const),
  fc.constantFrom('on', 'off').map((watch) => ({ do: 'watch', watch }) as const),
)

test('[RE164] [RE165] [RE166] whatever comes and goes, who watches knows at every moment who is there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(presenceStep, { maxLength: 40, size: 'max' }), async (steps) => {
      const { relay, clock } = createTestRelay()
      const tom = createTestDevice(relay, { user: 'Tom' })
      const devices = new Map<string, TestDevice>()
      /** Since when nobody of his is in session; `undefined` while somebody is. */
      const goneSince = new Map<string, number | undefined>([
        ['Ada', -Infinity],
        ['Bob', -Infinity],
      ])
      const isThere = (user: string): boolean => {
        const since = goneSince.get(user)
        return since === undefined || clock.time < since + graceMs
      }
      const inSession = (user: string): boolean => [...devices.keys()].some((name) => name.startsWith(user))
      const believed = new Map<string, boolean>()
      let watching = false
      const check = async (): Promise<void> => {
        for (const { user, online } of await tom.take('presence')) {
          expect([watching, user, believed.get(user)]).toEqual([true, user, !online])
          believed.set(user, online)
        }
        for (const [user, online] of believed) expect([user, online]).toEqual([user, isThere(user)])
      }
      for (const step of steps) {
        if (step.do === 'wait') clock.time += step.ms
        else if (step.do === 'watch') {
          await check()
          tom.send({ frame: 'presence', request: 1, users: ['Ada', 'Bob'], watch: step.watch })
          const [answer] = await tom.take('presence-answer')
          await check()
          watching = step.watch === 'on'
          believed.clear()
          if (watching)
            for (const user of ['Ada', 'Bob']) believed.set(user, answer?.online.includes(user) ?? false)
        } else {
          const name = `${step.user}/${step.device}`
          if (step.do === 'come') {
            devices.set(name, createTestDevice(relay, step))
            goneSince.set(step.user, undefined)
          } else if (devices.has(name)) {
            devices.get(name)?.connection.closed()
            devices.delete(name)
            if (!inSession(step.user)) goneSince.set(step.user, clock.time)
          }
        }
        relay.sweep()
        await check()
      }
    }),
    { numRuns: 150 },
  )
})

const tagStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ device: fc.integer({ min: 1, max: 3 }), login: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
  { weight: 1, arbitrary: fc.constant('hang up' as const) },
)

function expectGreeted({ connection, closedBy }: TestDevice, wins: boolean): void {
  expect([connection.state, closedBy]).toEqual(wins ? ['open', undefined] : ['closed', 'conflict'])
}

function expectEnded(device: TestDevice | undefined, code: string | undefined): void {
  expect(device?.closedBy).toBe(device === undefined ? undefined : code)
}

test('[RE168] [RE169] [RE170] [RE171] whoever signs in, comes back or restarts, one device has the tag', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(tagStep, { maxLength: 30, size: 'max' }), async (steps) => {
      const disk = createMemoryDisk(testEpoch)
      let world: TestRelay = createTestRelay({ disk })
      let open: TestDevice | undefined
      let holder: number | undefined
      for (const step of steps) {
        if (step === 'restart') {
          await world.relay.drain()
          world = createTestRelay({ disk })
          open = undefined
        } else if (step === 'hang up') {
          open?.connection.closed()
          open = undefined
        } else {
          const before = open
          const device = createTestDevice(world.relay, { user: 'Tom', token: 'Tom', tag: 'web', ...step })
          await settle()
          const same = holder === step.device
          const wins = step.login || holder === undefined || same
          expectGreeted(device, wins)
          expectEnded(before, wins ? (same ? 'replaced' : 'conflict') : undefined)
          if (wins) {
            open = device
            holder = step.device
          }
        }
        expect(world.relay.health.sessions).toBe(open === undefined ? 0 : 1)
      }
    }),
    { numRuns: 150 },
  )
})
