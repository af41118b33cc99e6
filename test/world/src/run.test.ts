import { expect, test } from 'vitest'
import { regressions } from './regressions.ts'
import { runSeed } from './run.ts'

test(
  '[WO1] a seed makes the same run twice, to the last byte of the last frame',
  { timeout: 60_000 },
  async () => {
    for (const seed of [11, 12, 13, 14]) {
      const one = await runSeed({ seed })
      const two = await runSeed({ seed })
      expect(two.hash).toBe(one.hash)
      expect(two.counters).toEqual(one.counters)
    }
  },
)

test(
  '[WO1] another seed makes another run, and reading a trace changes nothing',
  { timeout: 60_000 },
  async () => {
    const read = await runSeed({ seed: 11, keepTrace: true })
    expect(read.trace.length).toBeGreaterThan(100)
    expect(read.hash).toBe((await runSeed({ seed: 11 })).hash)
    expect(read.hash).not.toBe((await runSeed({ seed: 12 })).hash)
  },
)

test.each(regressions.map(({ seed, found }) => [seed, found] as const))(
  '[WO19] seed %i, which once found that %s, passes',
  async (seed) => {
    const { violations, counters } = await runSeed({ seed })
    expect(violations).toEqual([])
    expect(counters.events).toBeGreaterThan(0)
  },
  120_000,
)
