import { expect, test } from 'vitest'
import { noCounts } from './counters.ts'
import { neverExercised } from './coverage.ts'
import { createRandom } from './random.ts'
import { drawSettings, features } from './settings.ts'

test('[WO13] every feature is in some worlds and missing from others', () => {
  const drawn = Array.from({ length: 100 }, (_, seed) => drawSettings(createRandom(`settings ${seed}`), null))
  for (const feature of features) {
    const having = drawn.filter((settings) => settings.features.has(feature)).length
    expect([feature, having > 20, having < 80]).toEqual([feature, true, true])
  }
  for (const { weather, page } of drawn) {
    // A doubled frame would hide a lost one from the count of frames.
    expect(weather.double > 0 && weather.lose + weather.reorder > 0).toBe(false)
    expect(page.entries).toBeLessThanOrEqual(8)
  }
})

test('[WO41] what no run ever did is named', () => {
  expect(neverExercised(noCounts())).toContain('relayCrashesBetweenDiskAndAnswer')
  const all = Object.fromEntries(Object.keys(noCounts()).map((name) => [name, 1])) as ReturnType<
    typeof noCounts
  >
  expect(neverExercised(all)).toEqual([])
  expect(neverExercised({ ...all, kicksWhileOffline: 0 })).toEqual(['kicksWhileOffline'])
})
