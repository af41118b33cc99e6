import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Device } from './device.ts'
import { openStage, said, sayMany, shown, type Stage, verdict } from './stage.ts'
import { say } from './deeds.ts'

const hour = 3_600_000
const life = 20_000

/** How often it has come into session. */
const sessions = ({ world }: Stage, { name }: Device): number =>
  world.journal.heard.filter(
    ({ device, event }) => device === name && event.type === 'connection' && event.event === 'RECONNECT',
  ).length

/** Says a hundred, and lets something happen when some have been answered and others are on their way. */
async function amongHundred(stage: Stage, afterMs: number, happen: () => void): Promise<readonly string[]> {
  const { world, tom, lunch } = stage
  const texts: string[] = []
  for (let round = 0; round < 10; round += 1) {
    texts.push(...sayMany(world, tom, lunch, 10).map(({ text }) => text))
    await world.run(30)
    if (round * 30 <= afterMs && afterMs < (round + 1) * 30) happen()
  }
  return texts
}

test('[WO83] a session goes on for as long as its app gives tokens, and nobody notices', async () => {
  const stage = await openStage({ tokenMs: life })
  const { world, tom, jerry } = stage
  await world.run(10 * life)
  expect([sessions(stage, tom), sessions(stage, jerry)]).toEqual([1, 1])
  expect(world.counters.get('renewals')).toBeGreaterThan(20)
  expect(world.counters.get('expiries')).toBe(0)
  expect(await verdict(world)).toEqual([])
})

test('[WO83] so it does with a clock that is wrong by a day, or is put right', async () => {
  const stage = await openStage({ tokenMs: life })
  const { world, tom } = stage
  for (const hours of [26, 0, -26, 0]) {
    tom.clock.setSkew(hours * hour)
    await world.run(2 * life)
  }
  expect(sessions(stage, tom)).toBe(1)
  expect(world.counters.get('expiries')).toBe(0)
  expect(await verdict(world)).toEqual([])
})

test('[WO83] whatever is on its way while a session is renewed comes once, in its order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2000, max: 4000 }),
      fc.integer({ min: 0, max: 6000 }),
      async (tokenMs, wait) => {
        const stage = await openStage({ tokenMs, relayLatencyMs: 80 }, `renewed ${tokenMs} ${wait}`)
        const { world, tom, jerry, lunch } = stage
        await world.run(wait)
        const before = world.counters.get('renewals')
        const texts = await amongHundred(stage, 0, () => undefined)
        await world.run(6000)
        expect(world.counters.get('renewals')).toBeGreaterThan(before)
        expect([sessions(stage, tom), world.counters.get('expiries')]).toEqual([1, 0])
        expect(await shown(world, jerry, lunch)).toEqual(texts)
        expect(await verdict(world)).toEqual([])
      },
    ),
    { numRuns: 5 },
  )
})

test('[WO84] a token that runs out among a hundred messages costs none of them, and doubles none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 299 }), async (afterMs) => {
      const stage = await openStage({ relayLatencyMs: 80 }, `expired ${afterMs}`)
      const { world, tom, jerry, lunch } = stage
      // For the relay, two days have passed.
      const texts = await amongHundred(stage, afterMs, () => world.relay.clock.setSkew(48 * hour))
      await world.run(20_000)
      expect(world.counters.get('expiries')).toBeGreaterThan(0)
      expect(sessions(stage, tom)).toBe(2)
      expect(await shown(world, jerry, lunch)).toEqual(texts)
      expect(await verdict(world)).toEqual([])
    }),
    { numRuns: 5 },
  )
})

test('[WO84] nor does a revocation; the others go on as if nothing had been', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 299 }), async (afterMs) => {
      const stage = await openStage({ relayLatencyMs: 80 }, `revoked ${afterMs}`)
      const { world, tom, jerry, lunch } = stage
      const texts = await amongHundred(stage, afterMs, () => world.relay.revoke(tom.user))
      await world.run(20_000)
      expect(world.counters.get('sessionsRevoked')).toBeGreaterThan(0)
      expect([sessions(stage, tom), sessions(stage, jerry)]).toEqual([2, 1])
      expect(await shown(world, jerry, lunch)).toEqual(texts)
      expect(await verdict(world)).toEqual([])
    }),
    { numRuns: 5 },
  )
})

test('[WO84] [WO81] a revocation outlives the relay that was told: a device that comes back makes a new token', async () => {
  const stage = await openStage()
  const { world, tom, jerry, lunch } = stage
  tom.setOnline(false, true)
  await world.run(1000)
  world.relay.revoke(tom.user)
  await world.run(1000)
  world.relay.crash()
  const waits = said(say(world, tom, lunch))
  await world.relay.start()
  const before = world.counters.get('sessionsRevoked')
  tom.setOnline(true, true)
  await world.run(10_000)
  expect(world.counters.get('sessionsRevoked')).toBe(before + 1)
  expect(await shown(world, jerry, lunch)).toEqual([waits.text])
  expect(await verdict(world)).toEqual([])
})
