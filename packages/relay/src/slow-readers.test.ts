import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { settle } from './testing/test-device.ts'
import { createTestLunch, pushed } from './testing/test-lunch.ts'

const limits = { maxBufferedBytes: 1000, maxDrainMs: 15_000, minDrainBytes: 100 }

test('[RE238] who takes nothing for the stated time is sent away, whether or not he asks for anything', async () => {
  const { relay, tom, mary, conversation, clock } = await createTestLunch({ limits })
  await mary.take('sync')
  mary.buffered = 1001
  relay.sweep()
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update)
  clock.time += 14_999
  relay.sweep()
  expect(mary.closedBy).toBeUndefined()
  clock.time += 1
  relay.sweep()
  expect(mary.closedBy).toBe('slow-consumer')
  expect(mary.frames.at(-1)).toMatchObject({ frame: 'failure', again: 'retry' })
  expect(tom.closedBy).toBeUndefined()
  expect(await mary.take('rows')).toEqual([])
})

test('[RE238] a slow line that takes a little goes on, however long it lasts', async () => {
  const { relay, mary, clock } = await createTestLunch({ limits })
  mary.buffered = 3000
  for (let second = 0; second < 200; second += 14) {
    relay.sweep()
    clock.time += 14_000
    mary.buffered -= 100
  }
  relay.sweep()
  expect(mary.closedBy).toBeUndefined()
})

test('[RE238] too little is nothing: nobody holds a full socket for ever by a byte now and then', async () => {
  const { relay, mary, clock } = await createTestLunch({ limits })
  mary.buffered = 3000
  for (let step = 0; step < 3; step += 1) {
    relay.sweep()
    clock.time += 7500
    mary.buffered -= 49
  }
  expect(mary.closedBy).toBe('slow-consumer')
})

test('[RE238] the time begins anew when the socket has drained, and for whoever reads again', async () => {
  const { relay, tom, mary, conversation, clock } = await createTestLunch({ limits })
  await mary.take('sync')
  mary.buffered = 2000
  relay.sweep()
  clock.time += 10_000
  mary.buffered = 1000
  relay.sweep()
  mary.buffered = 2000
  clock.time += 10_000
  relay.sweep()
  clock.time += 10_000
  relay.sweep()
  expect(mary.closedBy).toBeUndefined()
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update)
  mary.buffered = 0
  mary.connection.drained()
  await settle()
  expect((await mary.take('sync'))[0]?.news).toMatchObject([{ rows: [{ seq: 2 }] }])
})

test('[RE238] nothing is kept for a reader that never reads, whatever is written', async () => {
  const { tom, mary, conversation } = await createTestLunch({ limits })
  await mary.take('sync')
  mary.buffered = 1001
  const pen = createPen({ user: tom.user, client: 7 })
  const before = mary.frames.length
  for (let index = 0; index < 50; index += 1)
    await pushed(tom, conversation, 1, pen.text('x'.repeat(500)).update)
  expect(mary.frames.length).toBe(before)
})
