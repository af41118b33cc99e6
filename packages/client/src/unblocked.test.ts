import type { OwnRow } from '@parley/wire'
import { expect, test } from 'vitest'
import type { EngineEvent } from './engine-types.ts'
import { Event } from './sdk/event.ts'
import type { IMClient } from './sdk/im-client.ts'
import { inConversation, stage } from './testing/client.test-kit.ts'
import { startDevice, type TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, mary, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const limits = { maxIdleConversations: 0, heartbeatMs: 10 ** 12 }

async function atLunch(name: string) {
  const device = await startDevice({ limits, name })
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: user(name), name: 'Lunch' })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  return { device, script }
}

function told(events: readonly EngineEvent[]): readonly string[] {
  return events.flatMap((event) => {
    if (event.type === 'changed') return [event.change.op]
    return ['invited', 'kicked', 'members-joined', 'members-left'].includes(event.type) ? [event.type] : []
  })
}

test('[CL331] who is brought in again before he hears that his block is over hears that alone; the others hear each', async () => {
  for (const name of ['Tom', 'Mary']) {
    const { device, script } = await atLunch(name)
    await device.say(script.frame(script.change({ op: 'blocked', by: jerry, members: [tom], left: [tom] })))
    const blocked = name === 'Tom' ? 'kicked' : 'members-left'
    expect(told(device.events.splice(0))).toEqual([blocked, 'blocked'])
    await device.cut()
    await device.pass(40_000)
    const over = script.change({ op: 'unblocked', by: jerry, members: [tom] })
    const back = script.change({ op: 'added', by: jerry, members: [tom] })
    const came = { joinedSeq: back.seq, joinedTotal: 0, invitedBy: 'Jerry' }
    await device.connect({ news: [script.news({ rows: [over, back], ...(name === 'Tom' ? came : {}) })] })
    expect(told(device.events)).toEqual(name === 'Tom' ? ['invited'] : ['unblocked', 'members-joined'])
  }
})

const dinner = conversationId(2)

/** The row that the relay keeps of his unblockings, after a change at this time. */
function unblocked(time: number, ...list: readonly (readonly [id: string, time: number])[]): OwnRow {
  const conversations = list.map(([id, at]) => ({ id, by: jerry, time: at }))
  const value = conversations.length === 0 ? null : { conversations }
  return { kind: 'unblocked', key: '', value, time }
}

const own = (row: OwnRow) => ({ frame: 'own', rows: [row] }) as const

/** Conversation and marks of what was told of unblockings, and its place among the rest, since last asked. */
function heard({ events }: TestDevice): readonly string[] {
  return events.splice(0).flatMap((event): readonly string[] => {
    if (event.type === 'kicked') return ['kicked']
    if (event.type !== 'changed') return []
    const { change, conversation, replayed, partial } = event
    if (change.op !== 'unblocked') return [change.op]
    expect([change.by, change.members, partial]).toEqual([jerry, [tom], undefined])
    return [`${conversation === lunch ? 'lunch' : 'dinner'}${replayed === true ? ', replayed' : ''}`]
  })
}

/** Comes back and is told this before the catch-up is done. */
async function comeBack(device: TestDevice, row: OwnRow, epoch = 'epoch'): Promise<void> {
  await device.pass(40_000)
  await device.opens()
  await device.say({ frame: 'welcome', version: 1, user: 'Tom', epoch, time: 5, expires: 0 }, own(row), {
    frame: 'sync',
    cursor: 9,
    frames: 0,
    full: epoch !== 'epoch',
    more: false,
    news: [],
  })
}

test('[CL350] who is unblocked hears it at once, once a member or never', async () => {
  const { device, script } = await atLunch('Tom')
  await device.say(script.frame(script.change({ op: 'blocked', by: jerry, members: [tom], left: [tom] })))
  await device.say(own(unblocked(5, [lunch, 5])))
  expect(heard(device)).toEqual(['kicked', 'blocked', 'lunch'])
  await device.say(own(unblocked(6, [lunch, 5], [dinner, 6])))
  expect(heard(device)).toEqual(['dinner'])
  await device.say(own(unblocked(7, [dinner, 6])), own(unblocked(8)))
  expect(heard(device)).toEqual([])
})

test('[CL351] who was away hears it once when he comes back, behind the block it ends', async () => {
  const { device, script } = await atLunch('Tom')
  await device.cut()
  const blocked = script.change({ op: 'blocked', by: jerry, members: [tom], left: [tom] })
  const left = { role: '', leftSeq: blocked.seq, removedBy: jerry }
  await device.pass(40_000)
  await device.opens()
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 5, expires: 0 },
    {
      frame: 'sync',
      cursor: 2,
      frames: 0,
      full: false,
      more: true,
      news: [script.news({ rows: [blocked], ...left })],
    },
    own(unblocked(5, [lunch, 5])),
  )
  expect(heard(device)).toEqual(['kicked', 'blocked', 'lunch, replayed'])
  // The session ends before its cursor is here: all of it is sent again.
  await device.cut()
  await comeBack(device, unblocked(6, [lunch, 5], [dinner, 6]))
  expect(heard(device)).toEqual(['dinner, replayed'])
  await device.engine.close()
  const again = await startDevice({ store: device.store, seed: 2, limits })
  await comeBack(again, unblocked(6, [lunch, 5], [dinner, 6]))
  expect(heard(again)).toEqual([])
})

test('[CL351] a first sync tells nothing of it, and knows it from then on', async () => {
  const device = await startDevice({ limits })
  await device.opens()
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 5, expires: 0 },
    own(unblocked(5, [lunch, 5])),
    { frame: 'sync', cursor: 9, frames: 0, full: true, more: false, news: [] },
  )
  await device.say(own(unblocked(6, [lunch, 5], [dinner, 6])))
  expect(heard(device)).toEqual(['dinner'])
})

test('[CL352] blocked again it is not heard, and let back after that it is heard anew', async () => {
  const { device } = await atLunch('Tom')
  await device.say(own(unblocked(5, [lunch, 5])))
  await device.cut()
  await comeBack(device, unblocked(6))
  expect(heard(device)).toEqual(['lunch'])
  await device.cut()
  await comeBack(device, unblocked(9, [lunch, 8]))
  expect(heard(device)).toEqual(['lunch, replayed'])
  await device.say(own(unblocked(10, [lunch, 10])))
  expect(heard(device)).toEqual(['lunch'])
})

test('[CL352] a relay of another epoch tells what holds there, and nothing twice that this device holds', async () => {
  const { device } = await atLunch('Tom')
  await device.say(own(unblocked(5, [lunch, 5])))
  await device.cut()
  heard(device)
  await comeBack(device, unblocked(5, [lunch, 5]), 'second')
  expect(heard(device)).toEqual([])
  await device.say(own(unblocked(6)))
  await device.cut()
  await comeBack(device, unblocked(5, [lunch, 5]), 'third')
  expect(heard(device)).toEqual(['lunch, replayed'])
})

test('[CL350] what is no row of unblockings is said, and stops nothing', async () => {
  const { device } = await atLunch('Tom')
  await device.say(own({ kind: 'unblocked', key: '', value: { conversations: [{ id: 5 }] }, time: 5 }))
  expect(device.events.map(({ type }) => type)).toContain('error')
  expect(heard(device)).toEqual([])
  await device.say(own(unblocked(6, [lunch, 5])))
  expect(heard(device)).toEqual(['lunch'])
})

function listen(client: IMClient): unknown[] {
  const all: unknown[] = []
  client.on(Event.UNBLOCKED, (payload, conversation) => all.push([payload, conversation]))
  return all
}

test('[CL350] an app hears UNBLOCKED of the client, and of the conversation it holds', async () => {
  const { client, say, script } = await inConversation()
  const conversation = await client.getConversation(lunch)
  const news = listen(client)
  const near: unknown[] = []
  conversation?.on(Event.UNBLOCKED, (payload) => near.push(payload))
  await say(script.frame(script.change({ op: 'blocked', by: jerry, members: [tom], left: [tom] })))
  await say(own(unblocked(5, [lunch, 5])))
  expect([news, near]).toEqual([[[{ unblockedBy: 'Jerry' }, conversation]], [{ unblockedBy: 'Jerry' }]])
})

test('[CL350] the conversation need not be known', async () => {
  const staged = await stage()
  await staged.connect({ full: true })
  const news = listen(staged.client)
  await staged.say(own(unblocked(5, [dinner, 5])))
  const [[payload, conversation]] = news as [[unknown, { id: string; name: unknown; syncState: string }]]
  expect(payload).toEqual({ unblockedBy: 'Jerry' })
  expect([conversation.id, conversation.name, conversation.syncState]).toEqual([dinner, null, 'unknown'])
  expect(staged.client.conversations().items).toEqual([])
})
