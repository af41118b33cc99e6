import { expect, test } from 'vitest'
import { createRandom } from './random.ts'

const draws = (seed: string): readonly number[] => {
  const random = createRandom(seed)
  return Array.from({ length: 50 }, () => random.float())
}

test('[WO1] the same seed draws the same numbers, another seed others', () => {
  expect(draws('a')).toEqual(draws('a'))
  expect(draws('a')).not.toEqual(draws('b'))
})

test('[WO1] a fork has luck of its own: what others draw does not change it', () => {
  const quiet = createRandom('a').fork('disk')
  const random = createRandom('a')
  random.float()
  random.fork('network').float()
  const busy = random.fork('disk')
  expect(busy.bytes(32)).toEqual(quiet.bytes(32))
})

test('[WO1] draws lie where they should, and spread', () => {
  const random = createRandom('spread')
  const counts = [0, 0, 0, 0]
  for (let draw = 0; draw < 4000; draw += 1) {
    const index = random.below(4)
    counts[index] = (counts[index] ?? 0) + 1
    expect(random.between(3, 5)).toBeGreaterThanOrEqual(3)
    expect(random.between(3, 5)).toBeLessThanOrEqual(5)
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  expect(
    random.weighted([
      [0, 'never'],
      [1, 'always'],
    ]),
  ).toBe('always')
})
