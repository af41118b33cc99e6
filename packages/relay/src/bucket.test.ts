import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fullBucket, isFull, refilled, spend, take } from './bucket.ts'

const rate = { perSecond: 100, burst: 200 }

test('[RE230] a burst is taken at once, and what follows it is told when it fits', () => {
  const first = take(fullBucket(rate, 0), rate, 200, 0)
  expect(first.waitMs).toBe(0)
  const second = take(first.bucket, rate, 50, 0)
  expect(second.waitMs).toBe(500)
  expect(take(second.bucket, rate, 50, 499).waitMs).toBeGreaterThan(0)
  expect(take(second.bucket, rate, 50, 500).waitMs).toBe(0)
})

test('[RE230] those who are sent away are told to come one behind the other', () => {
  let { bucket } = take(fullBucket(rate, 0), rate, 200, 0)
  const waits: number[] = []
  for (let index = 0; index < 4; index += 1) {
    const sent = take(bucket, rate, 10, 0)
    bucket = sent.bucket
    waits.push(sent.waitMs)
  }
  expect(waits).toEqual([100, 200, 300, 400])
})

test('[RE230] more than a burst is taken by a full bucket, and paid for afterwards', () => {
  const { bucket, waitMs } = take(fullBucket(rate, 0), rate, 500, 0)
  expect(waitMs).toBe(0)
  expect(take(bucket, rate, 1, 0).waitMs).toBe(3010)
  expect(take(fullBucket(rate, 0), rate, 500, 0).bucket.level).toBe(-300)
  expect(take(take(fullBucket(rate, 0), rate, 1, 0).bucket, rate, 500, 0).waitMs).toBeGreaterThan(0)
})

test('[RE230] a clock that is put back fills nothing and costs nothing', () => {
  const { bucket } = take(fullBucket(rate, 5000), rate, 150, 5000)
  expect(refilled(bucket, rate, 1000)).toMatchObject({ level: 50, at: 1000 })
  expect(isFull(refilled(bucket, rate, 6500), rate)).toBe(true)
  expect(isFull(spend(fullBucket(rate, 0), rate, 1, 0), rate)).toBe(false)
})

test('[RE230] whoever waits as he is told has his turn, and nobody gets more than the rate and a burst', () => {
  const amounts = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(amounts, fc.integer({ min: 0, max: 3 }), (given, waiters) => {
      let bucket = fullBucket(rate, 0)
      let now = 0
      let taken = 0
      for (const [index, amount] of given.entries()) {
        let tries = 0
        for (;;) {
          const result = take(bucket, rate, amount, now)
          bucket = result.bucket
          if (result.waitMs === 0) break
          tries += 1
          expect(tries).toBe(1)
          now += result.waitMs
        }
        taken += amount
        expect(taken).toBeLessThanOrEqual(rate.burst + (now / 1000) * rate.perSecond + 64)
        if (index % 4 < waiters) now += 7
      }
    }),
  )
})
