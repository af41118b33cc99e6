import { expect, test } from 'vitest'
import { openStage, sayMany, verdict } from './stage.ts'

test('[WO14] at the end every fault has ended, everybody is back, and a world that can come to rest does', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  sayMany(world, tom, lunch, 2)
  tom.disk.setFull(true)
  world.relay.disk.setFull(true)
  world.relay.disk.dieAtNextCommit('before')
  jerry.setOnline(false, true)
  sayMany(world, jerry, lunch, 2)
  await world.run(500)
  tom.crash()
  world.relay.crash()
  expect(await verdict(world)).toEqual([])
  for (const device of [tom, jerry]) expect(device.process()?.engine.connection).toBe('connected')
})

test('[WO14] a world that does not come to rest says who waits for what', async () => {
  const { world, tom, lunch } = await openStage()
  world.relay.crash()
  sayMany(world, tom, lunch, 1)
  await world.run(500)
  const stuck = { ...world, relay: { ...world.relay, start: async () => undefined } }
  const violations = (await verdict(stuck)).join('\n')
  expect(violations).toMatch(/Tom-1 does not come to rest: is (waiting|connecting)/)
  expect(violations).toMatch(/Jerry-1 does not come to rest/)
})
