/** What a crowd may do, for properties. */
import * as fc from 'fast-check'
import type { Step } from './test-crowd.ts'

const who = fc.nat(3)
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('write' as const), who, count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('recall', 'edit', 'edit', 'react'), who, which: fc.nat(50) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('call' as const), who, whom: who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('again' as const), who, which: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'invite',
        'invite',
        'remove',
        'join',
        'join',
        'quit',
        'block',
        'unblock',
        'promote',
      ),
      who,
      whom: who,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('policy' as const), past: fc.constantFrom('shown', 'hidden') }),
  },
  { weight: 6, arbitrary: fc.constant({ do: 'settle' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      calls: fc.integer({ min: 1, max: 12 }),
      reaches: fc.boolean(),
    }),
  },
)
