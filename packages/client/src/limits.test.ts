import { failureFrame, type Verdict } from '@parley/wire'
import { expect, test } from 'vitest'
import { stepConnection } from './connection.ts'
import { clientLimits } from './limits.ts'
import { inConversation } from './testing/client.test-kit.ts'
import { startDevice, take } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import {
  codeOf,
  conversationId,
  createGroup,
  jerry,
  mary,
  pushed,
  settle,
  texts,
  textOf,
  tom,
  user,
} from './testing/values.test-kit.ts'
import type { Pushed } from './testing/values.test-kit.ts'
import { MessageStatus } from './sdk/message.ts'

const lunch = conversationId(1)
const spike = user('Spike')
const text = (words: string) => ({ type: -1, text: words })
const later: Verdict = { class: 'later', code: 'rate-limited', waitMs: 250 }

async function atLunch() {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  device.sent()
  return { script, device, engine: device.engine }
}

async function answer(device: TestDevice, updates: readonly Pushed[], verdict: Verdict): Promise<void> {
  const answers = updates.map(({ page, client, clock }) => ({ page, client, clock, verdict }))
  await device.say({ frame: 'answer', conversation: lunch, answers })
}

test('[CL370] a wait that a failure names is kept, and lasts up to as long again by chance', () => {
  const waitOf = (waitMs: number, jitter: number): number | undefined => {
    const failure = { on: 'failure', again: 'retry', code: 'overloaded', detail: '', waitMs, jitter } as const
    const [, effects] = stepConnection({ at: 'online', pinged: false }, failure, clientLimits)
    return effects.flatMap((effect) => (effect.do === 'timer' ? [effect.ms] : []))[0]
  }
  expect([0, 0.5, 0.999].map((jitter) => waitOf(5000, jitter))).toEqual([5000, 7500, 9995])
  expect(waitOf(0, 0)).toBe(clientLimits.minBackoffMs / 2)
})

test('[CL375] who took too slowly, or asked too much, comes back by himself from where he was, and loses nothing', async () => {
  for (const code of ['slow-consumer', 'overloaded'] as const) {
    const { script, device, engine } = await atLunch()
    await device.say(script.frame(script.text(jerry, 'before')))
    await engine.send(lunch, text('waits'))
    const [first] = pushed(device.sent())
    const { waitMs } = failureFrame(code)
    await device.say(failureFrame(code))
    expect([engine.connection, take(device.events, 'stopped')]).toEqual(['waiting', []])
    await device.pass(waitMs - 1)
    expect(engine.connection).toBe('waiting')
    await device.pass(waitMs + clientLimits.minBackoffMs)
    await device.connect({ news: [] })
    const { messages } = await engine.history(lunch, {})
    expect(messages.map((message) => message.text)).toEqual(['before', 'waits'])
    const again = device.sent()
    expect(again.find(({ frame }) => frame === 'hello')).toMatchObject({ epoch: 'epoch' })
    expect(pushed(again)).toEqual([first])
  }
})

test('[CL371] what comes too fast for the relay waits, however often, and is no failure', async () => {
  const { script, device, engine } = await atLunch()
  const other = createScript(conversationId(2), { by: jerry, members: [tom] })
  await device.say({ frame: 'sync', cursor: 3, frames: 0, full: false, more: false, news: [other.news()] })
  const { confirmed } = await engine.send(lunch, text('one'))
  await engine.send(lunch, text('two'))
  let updates = pushed(device.sent())
  const first = updates
  device.events.splice(0)
  for (let times = 0; times < 20; times += 1) {
    await answer(device, updates, later)
    expect(device.sent()).toEqual([])
    await device.pass(251)
    updates = pushed(device.sent())
    expect(updates.map(({ update }) => update)).toEqual(first.map(({ update }) => update))
  }
  await answer(device, updates, later)
  await engine.send(other.id, text('elsewhere'))
  expect(texts(device.sent())).toEqual(['elsewhere'])
  expect(take(device.events, 'message-status').filter(({ message }) => message.state === 'failed')).toEqual(
    [],
  )
  expect(engine.unsent().map(({ state, error }) => [state, error])).not.toContainEqual([
    'refused',
    expect.anything(),
  ])
  await device.pass(251)
  updates = pushed(device.sent())
  const rows = updates.map((update) => script.accept(update))
  await device.say(script.accepted(updates, rows), script.frame(...rows))
  expect(await confirmed).toMatchObject({ seq: rows[0]?.seq })
})

test('[CL371] many messages of a device that comes home go through a relay that takes them slowly, in order', async () => {
  const { script, device, engine } = await atLunch()
  const words = Array.from({ length: 300 }, (_, index) => String(index))
  await Promise.all(words.map(async (one) => engine.send(lunch, text(one))))
  const told: string[] = []
  for (let turn = 0; told.length < words.length && turn < 100; turn += 1) {
    let updates = pushed(device.sent())
    if (turn % 2 === 0) {
      await answer(device, updates, later)
      await device.pass(251)
      updates = pushed(device.sent())
    }
    const rows = updates.map((update) => script.accept(update))
    told.push(...updates.map(({ entry }) => textOf(entry)))
    await device.say(script.accepted(updates, rows), script.frame(...rows))
  }
  expect(told).toEqual(words)
  expect(engine.unsent()).toEqual([])
})

test.for(['quota-exceeded', 'conversation-full'] as const)(
  '[CL372] a message for which there is no room has failed with %s, is kept, and goes when it is tried again',
  async (code) => {
    const staged = await inConversation()
    const conversation = await staged.client.getConversation(lunch)
    const message = await conversation?.send('hello')
    if (message === undefined) throw new Error('it is known')
    await settle()
    const { sent } = message
    const refused = { class: 'refused', code, detail: 'no room' } as const
    const [update] = pushed(staged.sent())
    if (update === undefined) throw new Error('nothing left')
    const { page, client, clock } = update
    const answers = [{ page, client, clock, verdict: refused }]
    await staged.say({ frame: 'answer', conversation: lunch, answers })
    expect(await codeOf(sent)).toBe(code)
    expect([message.status, message.error?.code]).toEqual([MessageStatus.FAILED, code])
    expect(staged.client.unsent()).toHaveLength(1)
    await staged.client.unsent()[0]?.retry()
    await settle()
    const again = pushed(staged.sent())
    const rows = again.map((one) => staged.script.accept(one))
    await staged.say(staged.script.accepted(again, rows), staged.script.frame(...rows))
    expect([message.status, staged.client.unsent()]).toEqual([MessageStatus.SENT, []])
  },
)

test('[CL373] a creation that is one too many is refused with what was written in it, and both may be tried again', async () => {
  const device = await startDevice()
  const { engine } = device
  await device.connect()
  const other = conversationId(3)
  const { id, confirmed } = await engine.command(other, createGroup([jerry]))
  const { confirmed: sent } = await engine.send(other, text('hello'))
  const verdict = { class: 'refused', code: 'too-many-conversations', detail: 'enough' } as const
  await device.say({ frame: 'command-answer', conversation: other, id, verdict })
  expect(await Promise.all([codeOf(confirmed), codeOf(sent)])).toEqual([
    'too-many-conversations',
    'conversation-refused',
  ])
  expect(engine.unsent().map(({ state, error }) => [state, error?.code])).toEqual([
    ['refused', 'too-many-conversations'],
    ['refused', 'conversation-refused'],
  ])
  device.sent()
  await engine.retryUnsent(id)
  expect(device.sent()).toMatchObject([{ frame: 'command', conversation: other, command: { op: 'create' } }])
})

test('[CL374] whom the relay finds in too many conversations is named and kept, and the others are in', async () => {
  const { device, engine } = await atLunch()
  const { id, confirmed } = await engine.command(lunch, { op: 'add', members: [mary, spike] })
  const failures = [{ clientIds: [mary], code: 'too-many-conversations', detail: 'enough' }]
  const outcome = { successfulClientIds: [spike], failures }
  const verdict = { class: 'accepted', seq: 2, time: 1002, outcome } as const
  await device.say({ frame: 'command-answer', conversation: lunch, id, verdict })
  expect(await confirmed).toMatchObject({ successfulClientIds: [spike], failures })
  expect(engine.unsent()).toMatchObject([{ state: 'refused', error: { code: 'too-many-conversations' } }])
})
