import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, pushed, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

test('[CL49] a message whose origin the relay does not know leaves again following nothing', async () => {
  const script = createScript(lunch, { by: jerry, members: [tom] })
  script.text(jerry, 'before')
  const device = await startDevice()
  await device.connect({ news: [script.news()] })
  await device.engine.send(lunch, { type: -1, text: 'hello' })
  const [first] = pushed(device.sent())
  expect(first?.origin).not.toBeNull()
  if (first === undefined) throw new Error('it left')
  const { page, client, clock } = first
  const verdict = { class: 'rewrite', code: 'origin-unknown', page } as const
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ page, client, clock, verdict }] })
  const [again] = pushed(device.sent())
  expect(again).toMatchObject({ page, origin: null, entry: first.entry })
  expect(again?.client).not.toBe(client)
})
