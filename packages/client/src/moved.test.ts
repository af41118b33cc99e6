import { type Change, forever } from '@parley/document'
import type { News } from '@parley/wire'
import { expect, test } from 'vitest'
import type { EngineEvent } from './engine-types.ts'
import type { ListChanges } from './list-changes.ts'
import { startDevice, take, type TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, mary, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const spike = user('Spike')
const limits = { maxIdleConversations: 0, heartbeatMs: 10 ** 12 }

/** Tom's device, which has been to Jerry's lunch and lost its connection. */
async function awayFromLunch(...before: readonly Change[]) {
  const device = await startDevice({ limits, name: 'Tom' })
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom, name: 'Lunch' })
  for (const change of before) script.change(change)
  await device.connect({ news: [script.news()], cursor: 3 })
  await device.cut()
  device.events.splice(0)
  return { device, script, engine: device.engine }
}

async function back(device: TestDevice, news: News, cursor = 9): Promise<void> {
  await device.pass(40_000)
  await device.connect({ news: [{ ...news, whole: false, rows: [] }], cursor })
}

const shown = ['state', 'connection', 'conversation', 'unread', 'caught-up']

function told(events: readonly EngineEvent[]): readonly EngineEvent[] {
  return events.filter(({ type }) => !shown.includes(type))
}

function differences(device: TestDevice): readonly ListChanges[] {
  return take(device.events, 'moved').map(({ changes }) => changes)
}

test('[CL341] what moved while away without its rows is told in one event, with before and after', async () => {
  const { device, script } = await awayFromLunch()
  script.text(mary, 'one')
  script.change({ op: 'updated', by: jerry, name: 'Dinner', icon: 'dinner.png' })
  script.change({ op: 'added', by: jerry, members: [spike] })
  script.change({ op: 'role', by: jerry, members: [tom], role: 'manager' })
  script.change({ op: 'muted', by: jerry, members: [tom, mary], until: forever })
  await back(device, script.news())
  const changes = {
    name: { from: 'Lunch', to: 'Dinner' },
    icon: { from: null, to: 'dinner.png' },
    role: { from: 'member', to: 'manager' },
    memberCount: { from: 3, to: 4 },
    mutedUntil: { from: 0, to: forever },
    updatedAt: { from: 1001, to: 1006 },
    lastMessageAt: { from: 1001, to: 1002 },
  }
  expect(told(device.events)).toEqual([
    { type: 'moved', conversation: lunch, replayed: true, partial: true, changes },
  ])
})

test('[CL341] what is as it was is not in it', async () => {
  const { device, script } = await awayFromLunch()
  script.change({ op: 'updated', by: jerry, name: 'Dinner' })
  script.change({ op: 'updated', by: jerry, name: 'Lunch', set: { seat: 1 } })
  await back(device, script.news())
  expect(differences(device)).toEqual([{ updatedAt: { from: 1001, to: 1003 } }])

  const chat = await awayFromLunch()
  chat.script.text(mary, 'one')
  await back(chat.device, chat.script.news())
  expect(differences(chat.device)).toEqual([{ lastMessageAt: { from: 1001, to: 1002 } }])
})

test('[CL341] of a conversation that was not known here there is no difference to tell, but that he came in', async () => {
  const { device } = await awayFromLunch()
  const party = createScript(conversationId(2), { by: jerry, members: [tom], reader: tom, name: 'Party' })
  await back(device, party.news())
  expect(told(device.events).map(({ type }) => type)).toEqual(['invited', 'moved'])
  expect(differences(device)).toEqual([{}])
})

test('[CL341] a mute that ends by its time alone is no difference, one that is lifted or begins anew is', async () => {
  const end = 1_500_000
  const mute = (until: number): Change => ({ op: 'muted', by: jerry, members: [tom], until })
  const unmute: Change = { op: 'unmuted', by: jerry, members: [tom] }
  for (const [change, mutedUntil] of [
    [{ op: 'updated', by: jerry, set: { seat: 1 } }, undefined],
    [unmute, { from: end, to: 0 }],
    [mute(end + 1), { from: end, to: end + 1 }],
    [mute(7), { from: end, to: 0 }],
  ] as const) {
    const { device, script } = await awayFromLunch(mute(end))
    script.change(change)
    await back(device, script.news())
    expect(differences(device).map((changes) => changes.mutedUntil)).toEqual([mutedUntil])
  }
  // By the relay's clock it is over when he comes back.
  const { device, script } = await awayFromLunch(mute(end))
  script.change(unmute)
  device.setClock(2 * end)
  await back(device, script.news())
  expect(differences(device).map((changes) => changes.mutedUntil)).toEqual([undefined])
})

test('[CL341] who was sent away hears that, and his role; his mute goes with it untold', async () => {
  const { device, script } = await awayFromLunch({
    op: 'muted',
    by: jerry,
    members: [tom],
    until: forever,
  })
  script.change({ op: 'removed', by: jerry, members: [tom] })
  await back(device, script.news({ removedBy: jerry }))
  expect(told(device.events).map(({ type }) => type)).toEqual(['kicked', 'moved'])
  expect(differences(device)).toEqual([
    {
      role: { from: 'member', to: '' },
      memberCount: { from: 3, to: 2 },
      updatedAt: { from: 1002, to: 1003 },
    },
  ])
})

test('[CL342] it is told once: not by the same news again, nor after a reload, nor when the rest is fetched', async () => {
  const { device, script, engine } = await awayFromLunch()
  script.text(mary, 'one')
  script.change({ op: 'updated', by: jerry, name: 'Dinner', set: { seat: 1 } })
  script.change({ op: 'added', by: jerry, members: [spike] })
  const news = script.news({ touched: [script.touched(1)] })
  await back(device, news)
  expect(differences(device)).toHaveLength(1)
  device.events.splice(0)

  device.sent()
  const opened = engine.open(lunch)
  const history = engine.history(lunch, {})
  await device.pass(1)
  for (const frame of device.sent()) {
    if (frame.frame !== 'fetch') continue
    const fetched = frame.page === 0 ? script.head() : script.page(frame.page, frame.after)
    const { request, conversation } = frame
    await device.say({ frame: 'fetch-answer', request, conversation, fetched })
  }
  await opened
  expect((await history).messages.map(({ text }) => text)).toEqual(['one'])
  expect(engine.peekHead(lunch)?.members.has(spike)).toBe(true)
  expect(told(device.events)).toEqual([])

  // The catch-up broke off before its cursor was here, and names everything again.
  await device.cut()
  await back(device, news)
  expect(told(device.events)).toEqual([])

  await engine.close()
  const again = await startDevice({ store: device.store, limits, name: 'Tom', seed: 3 })
  await again.connect({ news: [{ ...news, whole: false, rows: [] }], cursor: 9 })
  expect(told(again.events)).toEqual([])
  expect(again.engine.conversation(lunch)).toMatchObject({ name: 'Dinner', memberCount: 4 })
})

test('[CL342] on a first sync nothing is told, nor for what came row by row', async () => {
  const device = await startDevice({ limits, name: 'Tom' })
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom, name: 'Lunch' })
  await device.connect({ news: [script.news({ whole: false, rows: [] })] })
  expect(told(device.events)).toEqual([])
  await device.cut()
  await device.pass(40_000)
  const rows = [script.change({ op: 'updated', by: jerry, name: 'Dinner' })]
  await device.connect({ news: [script.news({ rows })], cursor: 9 })
  expect(told(device.events).map(({ type }) => type)).toEqual(['changed'])
})

test('[CL344] own mutes that come as rows are known, so that a later difference begins where they ended', async () => {
  const mute: Change = { op: 'muted', by: jerry, members: [tom, mary], until: forever }
  const others: Change = { op: 'unmuted', by: jerry, members: [mary] }
  const unmute: Change = { op: 'unmuted', by: jerry, members: [tom] }
  for (const [rows, from] of [
    [[mute], forever],
    [[mute, others], forever],
    [[mute, unmute], 0],
    [[{ op: 'muted', by: jerry, members: [mary], until: forever }, others], 0],
  ] as const) {
    for (const live of [true, false]) {
      const { device, script } = await awayFromLunch()
      await device.pass(40_000)
      if (live) await device.connect({ cursor: 4 })
      const made = rows.map((row) => script.change(row))
      if (live) await device.say(script.frame(...made))
      else await device.connect({ news: [script.news({ rows: made })], cursor: 4 })
      await device.cut()
      device.events.splice(0)
      const now = from === 0 ? mute : unmute
      script.change(now)
      await back(device, script.news())
      expect(differences(device).map((changes) => changes.mutedUntil)).toEqual([
        { from, to: from === 0 ? forever : 0 },
      ])
    }
  }
})
