import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAcknowledged, createAcknowledgedChanges } from './acknowledged.ts'
import type { Acknowledgement } from './acknowledged.ts'
import { entryId } from './testing/values.test-kit.ts'

const acknowledgement: fc.Arbitrary<Acknowledgement> = fc
  .record({
    n: fc.integer({ min: 1, max: 9 }),
    seq: fc.nat(9),
    target: fc.option(fc.integer({ min: 1, max: 3 }).map(entryId)),
    op: fc.constantFrom('recall' as const, 'edit' as const, 'react' as const),
  })
  .map(({ n, seq, target, op }) => ({
    n,
    // A number means one change for good.
    id: entryId(n),
    seq,
    target: target === null ? null : { id: target, op, sign: '', place: null },
  }))

test('[CL66] what was acknowledged is found as in a plain list, through a job’s changes and after they stand', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          { weight: 5, arbitrary: acknowledgement },
          { weight: 2, arbitrary: fc.integer({ min: 1, max: 9 }) },
          { weight: 1, arbitrary: fc.constant('adopt' as const) },
        ),
        { maxLength: 40, size: 'max' },
      ),
      (steps) => {
        const before = createAcknowledged()
        let changes = createAcknowledgedChanges(before)
        const plain = new Map<number, Acknowledgement>()
        for (const one of steps) {
          if (one === 'adopt') {
            changes.adopt()
            changes = createAcknowledgedChanges(before)
          } else if (typeof one === 'number') {
            changes.drop(one)
            plain.delete(one)
          } else {
            changes.put(one)
            plain.set(one.n, one)
          }
          const all = [...plain.values()].toSorted((a, b) => a.n - b.n)
          for (let n = 1; n <= 9; n += 1) expect(changes.byId(entryId(n))).toEqual(plain.get(n))
          for (const target of [1, 2, 3].map(entryId))
            expect(changes.about(target)).toEqual(all.filter((other) => other.target?.id === target))
        }
      },
    ),
    { numRuns: 200 },
  )
})
