import { expect, test } from 'vitest'
import { createRandom } from './random.ts'
import { createScheduler } from './scheduler.ts'

test('[WO2] events happen by their time, and time stands where it was let run to', async () => {
  const scheduler = createScheduler(createRandom('a'))
  const seen: string[] = []
  scheduler.after(20, () => seen.push(`second at ${scheduler.now()}`))
  scheduler.after(10, () => {
    seen.push(`first at ${scheduler.now()}`)
    scheduler.after(5, () => seen.push(`between at ${scheduler.now()}`))
  })
  scheduler.after(40, () => seen.push('too late'))
  await scheduler.runTo(30)
  expect(seen).toEqual(['first at 10', 'between at 15', 'second at 20'])
  expect(scheduler.now()).toBe(30)
  expect(scheduler.steps()).toBe(3)
})

test('[WO2] every microtask of an event has run before the next event', async () => {
  const scheduler = createScheduler(createRandom('a'))
  const seen: string[] = []
  const chain = async (name: string): Promise<void> => {
    for (let step = 0; step < 50; step += 1) await Promise.resolve()
    seen.push(name)
  }
  const done: Promise<void>[] = []
  for (const name of ['a', 'b', 'c']) {
    scheduler.after(10 + seen.length, () => {
      seen.push(`start ${name}`)
      done.push(chain(`end ${name}`))
    })
  }
  await scheduler.runTo(20)
  await Promise.all(done)
  for (const name of ['a', 'b', 'c']) expect(seen[seen.indexOf(`start ${name}`) + 1]).toBe(`end ${name}`)
})

test('[WO1] what is due at the same time comes in an order of the seed', async () => {
  const orderOf = async (seed: string): Promise<string> => {
    const scheduler = createScheduler(createRandom(seed))
    let order = ''
    for (const name of 'abcdefgh') {
      scheduler.after(5, () => {
        order += name
      })
    }
    await scheduler.runTo(5)
    return order
  }
  expect(await orderOf('one')).toBe(await orderOf('one'))
  expect(await orderOf('one')).not.toBe(await orderOf('two'))
})

test('[WO2] what was cancelled does not happen, and what throws ends the run', async () => {
  const scheduler = createScheduler(createRandom('a'))
  let happened = false
  scheduler.after(1, () => {
    happened = true
  })()
  await scheduler.runTo(5)
  expect(happened).toBe(false)
  scheduler.after(1, () => {
    throw new Error('on purpose')
  })
  await expect(scheduler.runTo(10)).rejects.toThrow('on purpose')
})
