import { expect, test } from 'vitest'
import { live } from './life.ts'
import { createRandom } from './random.ts'
import { judge } from './run.ts'
import { drawSettings, features, type Settings } from './settings.ts'
import { stillWeather } from './weather.ts'
import { createWorld } from './world.ts'

/** All frames of one life, device by device, in the order they left. */
async function framesOf(
  seed: number,
  wanted: Partial<Settings>,
): Promise<{ readonly frames: readonly string[]; readonly locally: number }> {
  const drawn = drawSettings(createRandom(`settings ${seed}`), null)
  // Everything but what stops a process between two effects of its own (a draft is one, and would move the moment), and but
  // for telling others that one has read.
  const left = new Set(['deviceCrashes', 'storeTrouble', 'takeOvers', 'readReceipts'])
  const lasting = features.filter((feature) => !left.has(feature))
  const settings: Settings = {
    ...drawn,
    events: 160,
    features: new Set(lasting),
    deviceLatencyMs: 0,
    weather: stillWeather,
    ties: 'ordered',
    // A draft is written strictly, and secures what was written before it.
    unflushedLost: false,
    ...wanted,
  }
  const world = createWorld({ seed: `local ${seed}`, settings })
  world.network.setWeather(stillWeather)
  await live(world)
  expect(await judge(world)).toEqual([])
  const frames = [...world.watch.sent].flatMap(([device, sent]) =>
    sent.map((bytes) => `${device} ${Buffer.from(bytes).toString('hex')}`),
  )
  return { frames, locally: world.counters.get('reads') + world.counters.get('drafts') }
}

test.each([1, 2, 3, 4, 5, 6])(
  '[WO18] the same life with and without drafting and reading sends byte-identical frames (%i)',
  async (seed) => {
    const without = await framesOf(seed, { privateDeeds: false })
    const having = await framesOf(seed, { privateDeeds: true })
    expect([without.locally, having.locally > 0]).toEqual([0, true])
    expect(without.frames.length).toBeGreaterThan(50)
    expect(having.frames).toEqual(without.frames)
  },
  120_000,
)

test('[WO18] two lives that differ in one message do not send the same', async () => {
  const one = await framesOf(1, { events: 60 })
  const other = await framesOf(1, { events: 61 })
  expect(other.frames).not.toEqual(one.frames)
})
