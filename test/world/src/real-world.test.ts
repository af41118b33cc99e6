import { setImmediate as immediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { watchRealWorld } from './real-world.ts'

test('[WO2] a real clock, real chance, a real timer and an unhandled rejection are noticed', async () => {
  const real = watchRealWorld()
  Date.now()
  Math.random()
  clearTimeout(setTimeout(() => undefined, 1))
  const rejected = Promise.reject(new Error('nobody looks'))
  await immediate()
  await immediate()
  const got = real.end().map((what) => what.split(' by ')[0]?.split('\n')[0])
  rejected.catch(() => undefined)
  expect(got).toEqual(
    expect.arrayContaining([
      'a real timer was armed',
      'an unhandled rejection: Error: nobody looks',
      'real chance was drawn',
      'the real clock was read',
    ]),
  )
  expect(got).toHaveLength(4)
  expect(watchRealWorld().end()).toEqual([])
})
