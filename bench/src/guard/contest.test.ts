import { expect, test } from 'vitest'
import { contest, type Plan, type Side } from './contest.ts'
import type { Sample } from './driven.ts'
import type { Driver } from './driver.ts'
import { compareAll } from './guard.ts'
import { courses } from './courses.ts'

const plan: Plan = { pairs: 2, mostPairs: 3, warmUps: 1, stretches: 3 }
const sample = (cpuMicroseconds: number): Sample => ({ cpuMicroseconds, units: 10, checked: 20 })

/** A relay that is none: what a stretch takes is told by `take`. */
function fake(
  take: (side: Side, stretch: number) => Sample | Promise<Sample>,
  log: string[] = [],
): (side: Side) => Promise<Driver> {
  return async (side) => {
    let stretch = 0
    log.push(`open ${side}`)
    return {
      async stretch() {
        log.push(side)
        stretch += 1
        return take(side, stretch)
      },
      async close() {
        log.push(`close ${side}`)
      },
    }
  }
}

test('[BE43] stretches of both are run in turn, the order turned round each time, and warm-ups count for nothing', async () => {
  const log: string[] = []
  const found = await contest(
    fake((side, stretch) => sample(stretch === 1 ? 1e6 : side === 'base' ? 100 : 110), log),
    plan,
  )
  const pair = ['open base', 'open head', 'head', 'base', 'base', 'head', 'head', 'base', 'base', 'head']
  expect(log).toEqual([...pair, 'close base', 'close head', ...pair, 'close base', 'close head'])
  expect(found).toMatchObject({ baseMicroseconds: 10, headMicroseconds: 11, verdict: 'slower', checked: 320 })
  expect(found.ratio).toBeCloseTo(1.1, 9)
})

test('[BE43] where the ratios lie far apart more pairs of processes are run, and not for ever', async () => {
  const log: string[] = []
  const told: string[] = []
  const uneven = [5, 90, 200, 30]
  const found = await contest(
    fake((side, stretch) => sample(side === 'base' ? 100 : (uneven[stretch % 4] ?? 1)), log),
    plan,
    (line) => told.push(line),
  )
  expect(told).toEqual(['pair 1 of 2 to 3', 'pair 2 of 2 to 3', 'pair 3 of 2 to 3'])
  expect(log.filter((line) => line === 'open head')).toHaveLength(plan.mostPairs)
  expect(found.uneven).toBe(true)
})

test('[BE46] whatever goes wrong, every relay that was begun is ended', async () => {
  const log: string[] = []
  await expect(
    contest(
      fake((side) => {
        if (side === 'head') throw new Error('the relay has gone')
        return sample(1)
      }, log),
      plan,
    ),
  ).rejects.toThrow('has gone')
  expect(log.slice(-2)).toEqual(['close base', 'close head'])
  const opened: string[] = []
  const open = fake(() => sample(1), opened)
  await expect(
    contest(async (side) => (side === 'head' ? Promise.reject(new Error('no start')) : open(side)), plan),
  ).rejects.toThrow('no start')
  expect(opened).toEqual(['open base', 'close base'])
})

test('[BE46] a stretch in which nothing was done, or nothing looked at, is no measurement', async () => {
  const nothing = [
    { cpuMicroseconds: 0, units: 1, checked: 1 },
    { cpuMicroseconds: 1, units: 0, checked: 1 },
    { cpuMicroseconds: 1, units: 1, checked: 0 },
  ]
  for (const bad of nothing)
    await expect(
      contest(
        fake(() => bad),
        plan,
      ),
    ).rejects.toThrow('measures nothing')
})

/** Work as a hot path does it; so much more of it is a known slowdown. */
function burn(rounds: number): number {
  let sum = 0
  for (let round = 0; round < rounds * 40_000; round += 1) sum = (sum * 31 + round) % 1_000_003
  return sum
}

function burning(rounds: Readonly<Record<Side, number>>): (side: Side) => Promise<Driver> {
  return fake((side) => {
    const before = process.cpuUsage()
    const checked = 1 + (burn(rounds[side]) % 2)
    const { user, system } = process.cpuUsage(before)
    return { cpuMicroseconds: user + system, units: 1, checked }
  })
}

test('[BE44] a slowdown that is there is found, said in a sentence, and ends with 1', async () => {
  const printed: string[] = []
  const open = burning({ base: 20, head: 60 })
  const [first] = courses
  if (first === undefined) throw new Error('there are courses')
  const print = (text: string): void => void printed.push(text)
  expect(await compareAll([first], open, { print, plan })).toBe(1)
  expect(printed[0]).toMatch(/^pairs: .* µs a message, ratio [23]\.\d+ .*: slower$/)
  expect(printed[1]).toMatch(
    /^The head takes more of the relay’s CPU than the base: pairs \(\d+\.\d % more\)\.$/,
  )
})

test('[BE44] the same in both, or less in the head, ends with 0', async () => {
  for (const head of [100, 101, 60]) {
    const printed: string[] = []
    const open = fake((side) => sample(side === 'base' ? 100 : head))
    const print = (text: string): void => void printed.push(text)
    expect(await compareAll(courses.slice(0, 2), open, { print, plan })).toBe(0)
    expect(printed).toHaveLength(3)
    expect(printed[2]).toBe('The head is nowhere slower than what the run tolerates.')
  }
})
