/** A store that refuses for a moment: what could not go on meanwhile goes on, whatever shows first that it is well again. */
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import { conversationId, jerry, texts, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

/** Of a message that waited, bytes could not be stored when the session began; what came with it was. */
async function refusedAtLunch() {
  const store = watchStore()
  const device = await startDevice({ store })
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  await device.cut()
  await device.engine.send(lunch, { type: -1, text: 'waits' })
  await device.pass(1000)
  store.refuseStrict('quota')
  await device.connect()
  expect(texts(device.sent())).toEqual([])
  expect(take(device.events, 'storage')).toEqual([{ type: 'storage', degraded: true, kind: 'quota' }])
  return { store, device, script }
}

test('[CL390] what the store refused leaves once the store has taken a cursor, with nothing else to say so', async () => {
  const { store, device } = await refusedAtLunch()
  store.refuseStrict(undefined)
  await device.say({ frame: 'cursor', cursor: 2, frames: 0 })
  expect(take(device.events, 'storage')).toEqual([{ type: 'storage', degraded: false }])
  expect(texts(device.sent())).toEqual(['waits'])
  await device.pass(10_000)
  expect(texts(device.sent())).toEqual([])
})

test('[CL390] while it takes what comes and refuses what is to leave, that is tried with each, and no oftener', async () => {
  const { store, device } = await refusedAtLunch()
  for (let cursor = 2; cursor < 5; cursor += 1) {
    const before = store.refusals
    await device.say({ frame: 'cursor', cursor, frames: 0 })
    expect(store.refusals).toBe(before + 1)
    expect(texts(device.sent())).toEqual([])
  }
  store.refuseStrict(undefined)
  await device.pass(1000)
  expect(texts(device.sent())).toEqual(['waits'])
})

test('[CL390] what is stored with a call lets what waits elsewhere leave too', async () => {
  const { store, device } = await refusedAtLunch()
  store.refuseStrict(undefined)
  await device.engine.setDraft(lunch, 'saved')
  expect(texts(device.sent())).toEqual(['waits'])
  expect(device.errors).not.toContain('a job failed')
})
