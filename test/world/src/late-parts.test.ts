import { expect, test } from 'vitest'
import { createCounters } from './counters.ts'
import { lateParts } from './late-parts.ts'
import { createPower } from './power.ts'
import { createRandom } from './random.ts'
import { createScheduler } from './scheduler.ts'
import { drawSettings } from './settings.ts'

/** What became of this many requests for a part, until `time`. */
async function asked(count: number, { time = 60_000, isCalm = false, isOff = false } = {}) {
  const random = createRandom('late parts')
  const scheduler = createScheduler(random.fork('time'))
  const counters = createCounters()
  const came: number[] = []
  let failed = 0
  for (let n = 0; n < count; n += 1) {
    const power = createPower()
    const chance = random.fork(String(n))
    const { people } = lateParts({ scheduler, power, random: chance, counters, calm: () => isCalm })
    if ('there' in people) throw new Error('nothing is there from the start')
    people.get().then(
      () => came.push(scheduler.now()),
      () => {
        failed += 1
      },
    )
    if (isOff) power.off()
  }
  await scheduler.runTo(time)
  return { came, failed, counters }
}

test('[WO93] parts come by some turns, after seconds, or later than anybody waits; some not at the first try', async () => {
  const { came, failed, counters } = await asked(200)
  expect(came.length + failed).toBe(200)
  expect(failed).toBeGreaterThan(20)
  expect(failed).toBeLessThan(80)
  expect(came.filter((at) => at <= 3).length).toBeGreaterThan(40)
  expect(came.filter((at) => at > 3 && at <= 3000).length).toBeGreaterThan(20)
  expect(came.filter((at) => at > 20_000).length).toBeGreaterThan(5)
  expect([counters.get('partsLate'), counters.get('partsFailed')]).toEqual([came.length, failed])
})

test('[WO93] once the faults have ended whatever is asked for comes, and to who has died nothing does', async () => {
  expect((await asked(100, { time: 10, isCalm: true })).came).toHaveLength(100)
  const dead = await asked(100, { isOff: true })
  expect([dead.came.length, dead.failed]).toEqual([0, 0])
})

test('[WO93] some worlds have such devices', () => {
  const drawn = Array.from({ length: 100 }, (_, seed) => drawSettings(createRandom(`settings ${seed}`), null))
  const late = drawn.filter((settings) => settings.lateParts).length
  expect(late).toBeGreaterThan(20)
  expect(late).toBeLessThan(70)
})
