/** A store that refuses for a moment: what could not go on meanwhile goes on, whatever shows first that it is well again. */
import type { DeviceFrame } from '@parley/wire'
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
  await device.engine.setDraft(lunch, { type: -1, text: 'saved' })
  expect(texts(device.sent())).toEqual(['waits'])
  expect(device.errors).not.toContain('a job failed')
})

const frameOf = <T extends DeviceFrame['frame']>(frames: readonly DeviceFrame[], kind: T) =>
  frames.filter((frame): frame is Extract<DeviceFrame, { readonly frame: T }> => frame.frame === kind)

/** Two restored conversations to compare; the store cannot be read when the first answer has come. */
async function unreadableAfterOne() {
  const store = watchStore()
  const limits = { maxIdleConversations: 0, heartbeatMs: 10 ** 12 }
  const device = await startDevice({ store, limits })
  const scripts = [1, 2].map((n) => createScript(conversationId(n), { by: jerry, members: [tom] }))
  for (const script of scripts) script.text(jerry, 'one')
  await device.connect({ news: scripts.map((script) => script.news()) })
  await device.cut()
  await device.pass(1000)
  device.sent()
  const touched = scripts.map((script) =>
    script.news({ whole: false, rows: [], touched: [script.touched(1)] }),
  )
  await device.connect({ epoch: 'restored', full: true, cursor: 50, news: touched })
  const answer = async (digests: Extract<DeviceFrame, { readonly frame: 'digests' }> | undefined) => {
    const script = scripts.find(({ id }) => id === digests?.conversation)
    if (digests === undefined || script === undefined) throw new Error('no digests were asked for')
    const pages = digests.pages.map((page) => script.touched(page))
    await device.say({ frame: 'digests-answer', request: digests.request, conversation: script.id, pages })
  }
  const [asked] = frameOf(device.sent(), 'digests')
  store.failReadsAfterNextCommit('unavailable')
  await answer(asked)
  return { store, device, answer, first: asked?.conversation }
}

test('[CL391] what was to be compared when the store could not be read is compared when it can', async () => {
  const { store, device, answer, first } = await unreadableAfterOne()
  expect(frameOf(device.sent(), 'digests')).toEqual([])
  expect(device.sockets.at(-1)?.open).toBe(true)
  await device.pass(1000)
  await device.pass(4999)
  expect(frameOf(device.sent(), 'digests')).toEqual([])
  store.refuseReads(undefined)
  await device.pass(1)
  const [asked] = frameOf(device.sent(), 'digests')
  expect(asked?.conversation).not.toBe(first)
  await answer(asked)
  await device.pass(60_000)
  expect(frameOf(device.sent(), 'digests')).toEqual([])
})

test('[CL391] a session that ends meanwhile leaves it to the next one, which asks once', async () => {
  const { store, device, answer } = await unreadableAfterOne()
  store.refuseReads(undefined)
  await device.cut()
  await device.pass(1000)
  await device.connect({ epoch: 'restored', cursor: 50 })
  const asked = frameOf(device.sent(), 'digests')
  expect(asked.length).toBe(1)
  await answer(asked[0])
  await device.pass(60_000)
  expect(frameOf(device.sent(), 'digests')).toEqual([])
})

test('[CL391] an engine that has ended reads no more', async () => {
  const { store, device } = await unreadableAfterOne()
  await device.engine.close()
  store.refuseReads(undefined)
  const before = store.reads.length
  await device.pass(60_000)
  expect([store.reads.length, device.timers]).toEqual([before, 0])
})
