import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import { createPersonRelay } from './testing/person.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, createGroup, jerry, mary, pushed, settle, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const party = conversationId(2)

async function twoConversations() {
  const device = await startDevice({ now: 1005 })
  const scripts = [lunch, party].map((id) => createScript(id, { by: jerry, members: [tom] }))
  const [first, second] = scripts
  if (first === undefined || second === undefined) throw new Error('two')
  first.text(jerry, 'older')
  second.text(jerry, 'newer')
  second.text(jerry, 'newest')
  await device.connect({ news: scripts.map((script) => script.news()) })
  device.sent()
  const list = (): readonly (readonly [string, string | undefined])[] =>
    device.engine.conversations().map(({ id, lastMessage }) => [id, lastMessage?.text])
  return { device, first, second, list, engine: device.engine }
}

test('[CL84] the latest conversation comes first, with its last word', async () => {
  const { device, first, list, engine } = await twoConversations()
  expect(list()).toEqual([
    [party, 'newest'],
    [lunch, 'older'],
  ])
  await engine.send(lunch, { type: -1, text: 'mine' })
  expect(list()).toEqual([
    [lunch, 'mine'],
    [party, 'newest'],
  ])
  expect(engine.conversation(lunch)?.lastMessage?.state).toBe('sending')
  const updates = pushed(device.sent())
  const rows = updates.map((update) => first.accept(update))
  await device.say(first.accepted(updates, rows), first.frame(...rows))
  expect(engine.conversation(lunch)?.lastMessage).toMatchObject({ text: 'mine', state: 'sent', seq: 3 })
})

test('[CL84] what failed is the last word until somebody says more', async () => {
  const { device, first, list, engine } = await twoConversations()
  await engine.send(lunch, { type: -1, text: 'no' })
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('nothing left')
  const { page, client, clock } = update
  const verdict = { class: 'refused', code: 'bad-content', detail: 'no' } as const
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ page, client, clock, verdict }] })
  expect(list()[0]).toEqual([lunch, 'no'])
  for (let n = 0; n < 10; n += 1) first.text(jerry, `${n}`)
  await device.say(first.frame(...first.rows.slice(2)))
  expect(list()[0]).toEqual([lunch, '9'])
})

test('[CL84] one that was only looked at is not listed, unless something was written for it', async () => {
  const { device, engine } = await twoConversations()
  const other = conversationId(3)
  const looking = engine.look(other)
  await settle()
  const [asked] = device.sent().filter(({ frame }) => frame === 'fetch')
  const fetched = {
    result: 'joinable',
    kind: 'group',
    name: 'Other',
    creator: 'Jerry',
    createdAt: 1,
    members: 2,
  } as const
  await device.say({
    frame: 'fetch-answer',
    request: asked?.frame === 'fetch' ? asked.request : 0,
    conversation: other,
    fetched,
  })
  expect(await looking).toBe('joinable')
  const ids = () => engine.conversations().map(({ id }) => id)
  expect(ids()).not.toContain(other)
  await engine.setDraft(other, { type: -1, text: 'shall I?' })
  expect(ids()).toContain(other)
  await engine.cancelDraft(other)
  await engine.command(other, { op: 'join' })
  expect(ids()).toContain(other)
  await engine.command(conversationId(4), createGroup([]))
  expect(ids()[0]).toBe(conversationId(4))
})

test('[CL268] a conversation made here and unanswered can be pinned', async () => {
  const relay = createPersonRelay()
  const device = await startDevice()
  await device.engine.command(lunch, createGroup([jerry]))
  await device.engine.command(party, createGroup([mary]))
  await device.engine.person({ op: 'setting', conversation: lunch, pinned: true })
  expect(device.engine.conversations()[0]?.id).toBe(lunch)
  const again = await startDevice({ store: device.store, seed: 2 })
  expect(again.engine.conversation(lunch)?.pinnedAt).not.toBeNull()
  await relay.connect(again)
  await relay.settle()
  expect(relay.row(tom, 'setting', lunch)).toHaveProperty('pinned')
})
