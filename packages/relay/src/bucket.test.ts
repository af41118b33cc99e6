import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bucket, fullBucket, isFull, refill, spend, take } from './bucket.ts'

const rate = { perSecond: 100, burst: 200 }

/** A full one at this time, less what was taken at once. */
function bucketLess(amount: number, now = 0): Bucket {
  const bucket = fullBucket(rate, now)
  expect(take(bucket, rate, amount, now)).toBe(0)
  return bucket
}

test('[RE230] a burst is taken at once, and what follows it is told when it fits', () => {
  const bucket = bucketLess(200)
  expect(take(bucket, rate, 50, 0)).toBe(500)
  expect(take({ ...bucket }, rate, 50, 499)).toBeGreaterThan(0)
  expect(take(bucket, rate, 50, 500)).toBe(0)
})

test('[RE230] those who are sent away are told to come one behind the other', () => {
  const bucket = bucketLess(200)
  expect([1, 2, 3, 4].map(() => take(bucket, rate, 10, 0))).toEqual([100, 200, 300, 400])
})

test('[RE230] more than a burst is taken by a full bucket, and paid for afterwards', () => {
  const bucket = bucketLess(500)
  expect(bucket.level).toBe(-300)
  expect(take(bucket, rate, 1, 0)).toBe(3010)
  expect(take(bucketLess(1), rate, 500, 0)).toBeGreaterThan(0)
})

test('[RE230] a clock that is put back fills nothing and costs nothing', () => {
  const bucket = bucketLess(150, 5000)
  expect(refill(bucket, rate, 1000)).toMatchObject({ level: 50, at: 1000 })
  expect(isFull(refill(bucket, rate, 2500), rate)).toBe(true)
  spend(bucket, rate, 1, 2500)
  expect(isFull(bucket, rate)).toBe(false)
})

test('[RE230] whoever waits as he is told has his turn, and nobody gets more than the rate and a burst', () => {
  const amounts = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(amounts, fc.integer({ min: 0, max: 3 }), (given, waiters) => {
      const bucket = fullBucket(rate, 0)
      let now = 0
      let taken = 0
      for (const [index, amount] of given.entries()) {
        const waitMs = take(bucket, rate, amount, now)
        now += waitMs
        expect(waitMs === 0 ? 0 : take(bucket, rate, amount, now)).toBe(0)
        taken += amount
        expect(taken).toBeLessThanOrEqual(rate.burst + (now / 1000) * rate.perSecond + 64)
        if (index % 4 < waiters) now += 7
      }
    }),
  )
})
