import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { lateParts } from './testing/late-parts.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

async function started() {
  const chunks = lateParts()
  const device = await startDevice({ parts: chunks.sources })
  const script = createScript(lunch, { by: jerry, members: [tom], name: 'Lunch' })
  return { chunks, device, script }
}

test('[CL446] a change of members waits for what knows it, with all behind it; a page that opens waits for nothing', async () => {
  const { chunks, device, script } = await started()
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  await device.say(
    script.frame(script.change({ op: 'page', pages: 2 })),
    script.frame(script.text(jerry, 'soup?')),
  )
  expect(take(device.events, 'message').map(({ message }) => message.text)).toEqual(['soup?'])
  expect(chunks.wanted()).not.toContain('changes')
  const added = script.change({ op: 'added', by: jerry, members: [user('Spike')] })
  await device.say(script.frame(added), script.frame(script.text(jerry, 'or salad?')))
  expect(chunks.wanted()).toContain('changes')
  expect(device.engine.conversation(lunch)?.memberCount).toBe(2)
  expect(take(device.events, 'message')).toEqual([])
  await chunks.arrive()
  expect(
    device.events.flatMap(({ type }) => (/^(members-joined|message)$/.test(type) ? [type] : [])),
  ).toEqual(['members-joined', 'message'])
  expect(device.engine.conversation(lunch)?.memberCount).toBe(3)
  expect((await device.engine.head(lunch))?.members.has(user('Spike'))).toBe(true)
})

test('[CL446] of what was changed while away a device catches up once it has what knows it, and tries again where that fails', async () => {
  const { chunks: again, device: late, script } = await started()
  await late.connect({ news: [script.news()] })
  await late.cut()
  await late.pass(60_000)
  const renamed = script.change({ op: 'updated', by: jerry, name: 'Dinner' })
  const news = script.news({ rows: [renamed] })
  await late.connect({ news: [news], cursor: 4 })
  expect(again.wanted()).toContain('changes')
  expect(late.engine.conversation(lunch)).toMatchObject({ name: 'Lunch' })
  await again.fail()
  expect(take(late.events, 'error').map(({ code }) => code)).toContain('part-missing')
  await late.pass(60_000)
  await late.connect({ news: [news], cursor: 4 })
  await again.arrive()
  expect(late.engine.conversation(lunch)).toMatchObject({ name: 'Dinner' })
  expect(take(late.events, 'changed')).toMatchObject([
    { change: { op: 'updated', by: jerry }, replayed: true },
  ])
})

test('[CL446] who is unblocked hears of it once what tells it is there', async () => {
  const { chunks, device, script } = await started()
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  const value = { conversations: [{ id: lunch, by: jerry, time: 9 }] }
  await device.say({ frame: 'own', rows: [{ kind: 'unblocked', key: '', value, time: 9 }] })
  expect(chunks.wanted()).toContain('people')
  await chunks.arriveOnce()
  expect(chunks.wanted()).toContain('changes')
  expect(take(device.events, 'changed')).toEqual([])
  await chunks.arrive()
  expect(take(device.events, 'changed')).toMatchObject([{ conversation: lunch, change: { op: 'unblocked' } }])
})
