import type { Read } from '@parley/storage'
import { expect, test } from 'vitest'
import type { EngineEvent } from './engine-types.ts'
import { startDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import { conversationId, jerry, mary, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const limits = { maxIdleConversations: 0, heartbeatMs: 10 ** 12 }
const spike = user('Spike')

/** Jerry owns it; Mary is the lesser id of the members, who came together. */
async function atLunch(name: string) {
  const device = await startDevice({ limits, name })
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: user(name), name: 'Lunch' })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  return { device, script, engine: device.engine }
}

function told(events: readonly EngineEvent[]): readonly string[] {
  return events.flatMap((event) => {
    const how = 'replayed' in event ? ' replayed' : ''
    if (event.type === 'kicked') return [`kicked by ${event.kickedBy}${how}`]
    if (event.type === 'members-left') return [`left ${event.members.join(' ')}${how}`]
    if (event.type !== 'changed') return []
    const { change } = event
    const what = change.op === 'role' ? `${change.members.join(' ')} ${change.role}` : change.op
    return [`${what} by ${change.by}${how}`]
  })
}

function isOfHead(read: Read): boolean {
  const key = read.kind === 'range' ? read.prefix : read.key
  return read.table === 'updates' && key?.[1] === 0
}

const leaves = { op: 'quit', by: jerry, heir: mary } as const

test('[CL330] an owner who leaves is succeeded, and all who are there hear of it', async () => {
  for (const name of ['Mary', 'Tom']) {
    const { device, script, engine } = await atLunch(name)
    await device.say(script.frame(script.change(leaves)))
    expect(told(device.events)).toEqual(['left Jerry', 'Mary owner by Jerry'])
    expect(engine.conversation(lunch)?.role).toBe(name === 'Mary' ? 'owner' : 'member')
    expect((await engine.confirmedHead(lunch))?.members.get(mary)?.role).toBe('owner')
  }
})

test('[CL330] so they do when it comes with catch-up, also where the head is not held', async () => {
  for (const name of ['Mary', 'Tom']) {
    const device = await startDevice({ limits, name })
    const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: user(name) })
    await device.connect({ news: [script.news({ whole: false, rows: [] })] })
    await device.cut()
    await device.pass(40_000)
    device.events.splice(0)
    const rows = [script.change({ op: 'joined', by: spike }), script.change(leaves)]
    await device.connect({ news: [script.news({ rows })] })
    expect(told(device.events)).toEqual(['left Jerry replayed', 'Mary owner by Jerry replayed'])
    expect(device.engine.conversation(lunch)?.role).toBe(name === 'Mary' ? 'owner' : 'member')
    expect(await device.engine.confirmedHead(lunch)).toBeUndefined()
  }
})

test('[CL340] of many leavings while away no head is read, and none is in memory that nobody looks at', async () => {
  const store = watchStore()
  const device = await startDevice({ store, limits, name: 'Tom' })
  const scripts = Array.from({ length: 20 }, (_, index) =>
    createScript(conversationId(index + 1), { by: jerry, members: [tom, mary], reader: tom }),
  )
  await device.connect({ news: scripts.map((script) => script.news()) })
  await device.cut()
  await device.engine.close()
  const again = await startDevice({ store, limits, name: 'Tom', seed: 3 })
  const news = scripts.map((script) => script.news({ rows: [script.change(leaves)] }))
  const before = store.reads.length
  await again.connect({ news })
  expect(told(again.events)).toHaveLength(2 * scripts.length)
  expect(store.reads.slice(before).filter(isOfHead)).toEqual([])
  for (const { id } of scripts) expect(again.engine.peekHead(id)).toBeUndefined()

  const looked = await again.engine.confirmedHead(lunch)
  expect([...(looked?.members ?? [])].map(([who, { role }]) => [who, role])).toEqual([
    [tom, 'member'],
    [mary, 'owner'],
  ])
  expect(store.reads.slice(before).filter(isOfHead)).toHaveLength(1)
  expect(scripts.flatMap(({ id }) => (again.engine.peekHead(id) === undefined ? [] : [id]))).toEqual([lunch])
})

test('[CL330] who has left himself, and who sees others leave, hear of no successor', async () => {
  const his = await atLunch('Jerry')
  await his.device.say(his.script.frame(his.script.change(leaves)))
  expect(told(his.device.events)).toEqual(['left Jerry'])
  expect(his.engine.conversation(lunch)?.role).toBe('')

  const { device, script, engine } = await atLunch('Tom')
  await device.say(script.frame(script.change({ op: 'quit', by: mary })))
  expect(told(device.events)).toEqual(['left Mary'])
  expect(engine.conversation(lunch)?.role).toBe('member')
})

test('[CL330] who comes back by himself when everybody has left owns it', async () => {
  const { device, script, engine } = await atLunch('Tom')
  const rows = [leaves, { op: 'quit', by: mary, heir: tom }, { op: 'quit', by: tom }] as const
  await device.say(script.frame(...rows.map((row) => script.change(row))))
  expect(told(device.events).slice(0, 4)).toEqual([
    'left Jerry',
    'Mary owner by Jerry',
    'left Mary',
    'Tom owner by Mary',
  ])
  expect(engine.conversation(lunch)?.role).toBe('')
  await device.say(script.frame(script.change({ op: 'joined', by: tom })))
  expect(engine.conversation(lunch)).toMatchObject({ role: 'owner', memberCount: 1 })
})
