import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstAbove } from './first-above.ts'

/** Positions of a conversation's rows: those of other conversations lie between them. */
const positions = fc
  .array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 300 })
  .map((steps) => steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0)))

test('[RE66] the first row above a position is found, wherever it is', () => {
  fc.assert(
    fc.property(positions, fc.nat(), (all, chosen) => {
      const position = chosen % (all.at(-1) ?? 1)
      const found = firstAbove(position, all.length, (seq) => all[seq - 1] ?? 0)
      expect(found).toBe(all.findIndex((one) => one > position) + 1)
    }),
  )
})

test('[RE66] near the end it is found in few looks, in a long conversation too', () => {
  let looks = 0
  const look = (seq: number): number => {
    looks += 1
    return seq * 10
  }
  expect(firstAbove(9_999_900, 1_000_000, look)).toBe(999_991)
  expect(looks).toBeLessThan(10)
  looks = 0
  expect(firstAbove(0, 1_000_000, look)).toBe(1)
  expect(looks).toBeLessThan(50)
})
