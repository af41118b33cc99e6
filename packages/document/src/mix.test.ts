import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mixedText } from './mix.ts'

const seeds = [1, 2] as const
const texts = fc.string({ unit: 'binary', maxLength: 40 })

test('[DO35] another unit anywhere in a text, and one more behind it, make other sums under both seeds', () => {
  const others = fc.tuple(texts, fc.nat({ max: 0xffff }), texts, fc.integer({ min: 1, max: 0xffff }))
  fc.assert(
    fc.property(others, ([before, unit, after, step]) => {
      const around = (one: number): string => before + String.fromCharCode(one) + after
      const sums = mixedText(around(unit), seeds)
      const changed = mixedText(around((unit + step) % 0x10000), seeds)
      // Each round is a permutation of what came before, so that one word changed always changes the sum.
      expect(changed[0]).not.toBe(sums[0])
      expect(changed[1]).not.toBe(sums[1])
      expect(mixedText(`${around(unit)}\0`, seeds)).not.toEqual(sums)
      expect(sums[0]).not.toBe(sums[1])
    }),
  )
})

test('[DO35] the sums of a text are fixed', () => {
  expect(mixedText('', seeds)).toEqual([1364076727, 821347078])
  expect(mixedText('Lunch?', seeds)).toEqual([1497002323, -889379769])
  expect(mixedText('漢', seeds)).toEqual([-129173011, 86912878])
})
