import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import { asks, hear, lunch, marksOf, reached, scene } from './testing/receipts.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, tom } from './testing/values.test-kit.ts'

test('[CL307] one frame a second of each conversation, with the latest of both', async () => {
  const { device, script } = await scene({ readReceipts: true })
  const first = asks(script)
  await device.say(script.frame(first))
  await device.pass(400)
  const second = asks(script)
  await device.say(script.frame(second))
  await device.engine.read(lunch)
  await device.pass(600)
  expect(marksOf(device)).toEqual([[second.seq, second.seq]])
  const third = asks(script)
  await device.say(script.frame(third))
  await device.pass(999)
  expect(marksOf(device)).toEqual([])
  await device.pass(1)
  expect(marksOf(device)).toEqual([[third.seq, second.seq]])
})

test('[CL307] so many conversations are told of at once, and the others a second later', async () => {
  const scripts = [1, 2, 3].map((n) => {
    const id = conversationId(n)
    const script = createScript(id, { by: jerry, members: [tom], reader: tom })
    asks(script, jerry)
    return script
  })
  const device = await startDevice({ limits: { maxReceiptsAtOnce: 2 } })
  await device.connect({ news: scripts.map((script) => script.news()) })
  await device.pass(1000)
  expect(marksOf(device)).toHaveLength(2)
  await device.pass(1000)
  expect(marksOf(device)).toHaveLength(1)
  await device.pass(5000)
  expect(marksOf(device)).toEqual([])
})

test('[CL308] what the relay has not confirmed is told again in the next session, and what it has is not', async () => {
  const scenery = await scene()
  const { device, script } = scenery
  const row = asks(script)
  await device.say(script.frame(row))
  await device.pass(1000)
  expect(marksOf(device)).toHaveLength(1)
  await device.pass(5000)
  expect(marksOf(device)).toEqual([])
  await device.cut()
  await device.pass(1000)
  await device.connect()
  await device.pass(1000)
  expect(marksOf(device)).toEqual([[row.seq, 0]])
  await hear(scenery, reached('Tom', row.seq, 0))
  await device.cut()
  await device.pass(1000)
  await device.connect()
  await device.pass(3000)
  expect(marksOf(device)).toEqual([])
})

test('[CL308] what another device of the same user has told is not told again', async () => {
  const scenery = await scene()
  const { device, script } = scenery
  const row = asks(script)
  await device.say(script.frame(row))
  await hear(scenery, reached('Tom', row.seq, 0))
  await device.pass(3000)
  expect(marksOf(device)).toEqual([])
})

test('[CL308] what is owed outlives the process', async () => {
  const { device, script } = await scene()
  const row = asks(script)
  await device.say(script.frame(row))
  await device.engine.close()
  const again = await startDevice({ store: device.store, seed: 2 })
  await again.connect()
  await again.pass(1000)
  expect(marksOf(again)).toEqual([[row.seq, 0]])
})

test('[CL309] in a conversation of more members than have marks, or that is left, nothing is told', async () => {
  const { device, script } = await scene({ limits: { maxReceiptMembers: 2 } })
  await device.say(script.frame(asks(script)))
  await device.pass(3000)
  expect(marksOf(device)).toEqual([])
  const other = await scene()
  await other.device.say(other.script.frame(asks(other.script)))
  await other.device.say(
    other.script.frame(other.script.change({ op: 'removed', by: jerry, members: [tom] })),
  )
  await other.device.pass(3000)
  expect(marksOf(other.device)).toEqual([])
})
