/** What a crowd may do, for properties. */
import * as fc from 'fast-check'
import type { Step } from './test-crowd.ts'

const who = fc.nat(3)
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('write' as const), who, count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recall' as const), who, which: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('again' as const), who, which: fc.nat(50) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('invite', 'remove', 'join', 'quit'), who, whom: who }),
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
