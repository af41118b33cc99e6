import type { Sync } from '@parley/wire'
import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import type { Script } from './testing/script.test-kit.ts'
import { conversationId, jerry, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

/** Tom holds the first page, and is sent away; then a second one begins. */
async function sentAway(): Promise<{ readonly device: TestDevice; readonly script: Script }> {
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  script.text(jerry, 'from before')
  const device = await startDevice({ limits: { maxIdleConversations: 0 } })
  await device.connect({ news: [script.news()] })
  await device.say(script.frame(script.change({ op: 'removed', by: jerry, members: [tom] })))
  expect(await shown(device)).toEqual(['from before'])
  return { device, script }
}

async function shown(device: TestDevice): Promise<readonly (string | undefined)[]> {
  const { messages } = await device.engine.history(lunch, { from: 'device' })
  return messages.map(({ text }) => text)
}

function sync(script: Script): Sync {
  const news = script.news({ whole: false, rows: [], touched: [script.touched(script.pages)] })
  return { frame: 'sync', cursor: 60, frames: 0, full: false, more: false, news: [news] }
}

test('[CL78] what is hidden from who comes back is gone from his device, however he hears of it', async () => {
  for (const live of [false, true]) {
    const { device, script } = await sentAway()
    const page = script.change({ op: 'page', pages: 2 })
    const back = script.change({ op: 'added', by: jerry, members: [tom], since: 2 })
    if (live) {
      const { role, seq } = { role: 'member', seq: page.seq - 1 }
      const news = script.news({ role, seq, since: 0, whole: false, rows: [], touched: [] })
      await device.say({ frame: 'sync', cursor: 60, frames: 0, full: false, more: false, news: [news] })
      await device.say(script.frame(page, back))
    } else await device.say(sync(script))
    expect(await shown(device)).toEqual([])
    const { pages } = await device.engine.inspect(lunch)
    expect(pages.filter((one) => one.page === 1)).toEqual([])
  }
})

test('[CL78] who comes back to where nothing is hidden sees the past again', async () => {
  const { device, script } = await sentAway()
  script.change({ op: 'page', pages: 2 })
  script.change({ op: 'added', by: jerry, members: [tom], since: 2 })
  await device.say(sync(script))
  expect(await shown(device)).toEqual([])
  script.change({ op: 'removed', by: jerry, members: [tom] })
  script.change({ op: 'added', by: jerry, members: [tom] })
  await device.say(sync(script))
  const reading = device.engine.history(lunch, {})
  for (let asked = 0; asked < 6; asked += 1) {
    await device.pass(0)
    for (const frame of device.sent()) {
      if (frame.frame === 'digests') {
        const { request, pages } = frame
        const answers = pages.map((page) => script.touched(page))
        await device.say({ frame: 'digests-answer', request, conversation: lunch, pages: answers })
      }
      if (frame.frame !== 'fetch') continue
      const { request, page } = frame
      const fetched = page === 0 ? script.head() : script.page(page)
      await device.say({ frame: 'fetch-answer', request, conversation: lunch, fetched })
    }
  }
  const { messages, missing } = await reading
  expect([messages.map(({ text }) => text), missing]).toEqual([['from before'], []])
})
