import { expect, test } from 'vitest'
import { busyTurn, createGathering, gatherMs } from './server-gathering.ts'

test('[RE321] a small turn is followed by the next once everything that has come is read, a large one a little later', async () => {
  const asked: (number | 'around')[] = []
  const gathered = createGathering({
    around: (then) => {
      asked.push('around')
      then()
    },
    after: (ms, then) => {
      asked.push(ms)
      then()
    },
  })

  await gathered(0)
  await gathered(busyTurn - 1)
  expect(asked).toEqual(['around', 'around', 'around', 'around'])

  asked.length = 0
  await gathered(busyTurn)
  expect(asked).toEqual([gatherMs])
})

test('[RE321] with the timers of Node, what is read in the meantime has been given in', async () => {
  let read = false
  setImmediate(() => {
    setImmediate(() => {
      read = true
    })
  })
  await createGathering()(busyTurn)
  expect(read).toBe(true)
})
