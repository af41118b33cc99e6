import { headDigest, readHeadState } from '@parley/document'
import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, tom } from './testing/values.test-kit.ts'

const id = conversationId(1)

test('[CL105] opening waits for a head that is not held, and shows an older one at once', async () => {
  const script = createScript(id, { by: jerry, members: [tom] })
  // Nothing is fetched in idle time, and the news names the conversation without its rows.
  const device = await startDevice({ limits: { maxIdleConversations: 0 } })
  await device.connect({ full: true, news: [script.news({ whole: false, rows: [] })] })
  device.sent()
  let open = false
  const opening = device.engine.open(id).then(() => {
    open = true
  })
  await device.pass(0)
  const [asked] = device.sent()
  expect(asked).toMatchObject({ frame: 'fetch', conversation: id, page: 0 })
  expect(open).toBe(false)
  const head = readHeadState(script.state)
  if (asked?.frame !== 'fetch' || head === undefined) throw new Error('no head was asked for')
  await device.say({
    frame: 'fetch-answer',
    request: asked.request,
    conversation: id,
    fetched: { result: 'head', version: 1, digest: headDigest(head), state: script.state },
  })
  await opening
  expect([...(device.engine.peekHead(id)?.members.keys() ?? [])].toSorted()).toEqual(['Jerry', 'Tom'])
  await device.engine.open(id)
  expect(device.sent()).toEqual([])
})
