import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judge, leastTolerance } from './judge.ts'

const someRatios = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 1, maxLength: 24 })

test('[BE45] what is even is slower beyond the least tolerance, and not below it', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.8, max: 1.25, noNaN: true }),
      fc.integer({ min: 1, max: 24 }),
      (ratio, count) => {
        const { verdict, tolerance, uneven } = judge(Array.from({ length: count }, () => ratio))
        expect(tolerance).toBe(leastTolerance)
        expect(uneven).toBe(false)
        const bound = 1 + leastTolerance
        expect(verdict).toBe(ratio > bound ? 'slower' : ratio < 1 / bound ? 'faster' : 'alike')
      },
    ),
  )
})

test('[BE45] whoever is base and whoever is head: the one is slower when the other is faster', () => {
  fc.assert(
    fc.property(someRatios, (ratios) => {
      const one = judge(ratios)
      const other = judge(ratios.map((ratio) => 1 / ratio))
      const turned = { slower: 'faster', faster: 'slower', alike: 'alike' } as const
      expect(other.ratio).toBeCloseTo(1 / one.ratio, 9)
      expect(other.tolerance).toBeCloseTo(one.tolerance, 9)
      // On the very bound the last bit of a logarithm decides.
      fc.pre(Math.abs(Math.abs(Math.log(one.ratio)) - Math.log1p(one.tolerance)) > 1e-9)
      expect(other.verdict).toBe(turned[one.verdict])
    }),
  )
})

test('[BE45] the order of the stretches says nothing, and the ratio lies among them', () => {
  fc.assert(
    fc.property(someRatios, (ratios) => {
      const found = judge(ratios)
      expect(judge(ratios.toReversed())).toEqual(found)
      expect(found.ratio).toBeGreaterThanOrEqual(found.lowest - 1e-12)
      expect(found.ratio).toBeLessThanOrEqual(found.highest + 1e-12)
    }),
  )
})

test('[BE45] the further they lie apart, the more is tolerated, and with more of them less', () => {
  fc.assert(
    fc.property(someRatios, fc.double({ min: 1, max: 4, noNaN: true }), (ratios, factor) => {
      const { tolerance } = judge(ratios)
      const wider = judge(ratios.map((ratio) => Math.exp(Math.log(ratio) * factor)))
      expect(wider.tolerance).toBeGreaterThanOrEqual(tolerance - 1e-12)
      const again = judge([...ratios, ...ratios])
      expect(again.tolerance).toBeLessThanOrEqual(tolerance + 1e-12)
    }),
  )
})

test('[BE45] one wild stretch does not hide a slowdown, and does not make one', () => {
  const even = [1.0, 1.01, 0.99, 1.0, 1.01, 0.99, 1.0, 1.005, 0.995]
  expect(judge([...even, 3]).verdict).toBe('alike')
  expect(judge([...even.map((ratio) => ratio * 1.2), 0.3]).verdict).toBe('slower')
  expect(judge([0.5, 2, 0.7, 1.5, 1.3]).uneven).toBe(true)
})

test('[BE45] of nothing there is no judgement', () => {
  expect(() => judge([])).toThrow('no median')
})
