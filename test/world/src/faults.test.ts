import { relayFaults as relaysOwn } from '@parley/relay/testing'
import { expect, test } from 'vitest'
import { faults, relayFaults } from './faults.ts'
import { runSeed } from './run.ts'

/** The full search is `pnpm world --faults`; a brief one is part of `pnpm verify`. */
test.each([
  'answer-before-disk',
  'no-fsync',
  'outbox-cleared-on-send',
  'storage-failure-swallowed',
  'signals-to-strangers',
  'absence-untold',
  'reconnection-signs-in',
  'tags-forgotten',
] as const)(
  '[WO40] with the fault %s some run fails that passes without it',
  async (fault) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const { violations } = await runSeed({ seed, fault })
      if (violations.length === 0) continue
      const without = await runSeed({ seed })
      if (without.violations.length > 0) continue
      expect(violations.length).toBeGreaterThan(0)
      return
    }
    expect.fail('no seed found it')
  },
  60_000,
)

test('[WO40] every fault the relay can be made with is put in, by the relay or by the disk under it', () => {
  expect([...relayFaults, 'no-fsync'].toSorted()).toEqual([...relaysOwn].toSorted())
  expect(faults).toHaveLength(19)
})
