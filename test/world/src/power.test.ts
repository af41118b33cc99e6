import { expect, test } from 'vitest'
import { createPower } from './power.ts'

test('[WO3] a process dies instead of the chosen effect, and nobody hears of what it does afterwards', () => {
  const power = createPower()
  const done: number[] = []
  let told = 0
  power.onOff(() => {
    told += 1
  })
  power.dieAfter(2)
  // One turn of the process's own code, which runs on without noticing.
  for (const effect of [1, 2, 3, 4]) if (power.effect()) done.push(effect)
  expect(done).toEqual([1, 2])
  expect(power.state()).toBe('off')
  expect(told).toBe(1)
  power.enter(() => done.push(5))
  expect(done).toEqual([1, 2])
})

test('[WO4] a frozen process gets, when it thaws, what came meanwhile, in order', () => {
  const power = createPower()
  const seen: number[] = []
  power.enter(() => seen.push(1))
  power.freeze()
  power.enter(() => seen.push(2))
  power.enter(() => seen.push(3))
  expect(seen).toEqual([1])
  power.thaw()
  expect(seen).toEqual([1, 2, 3])
})

test('[WO4] what came for a frozen process that dies, or that dies of it, is lost', () => {
  const power = createPower()
  const seen: number[] = []
  power.freeze()
  power.enter(() => power.off())
  power.enter(() => seen.push(1))
  power.thaw()
  expect(seen).toEqual([])
})
