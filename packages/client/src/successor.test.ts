import type { Change } from '@parley/document'
import { expect, test } from 'vitest'
import type { EngineEvent } from './engine-types.ts'
import { startDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
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

const leavings: readonly (readonly [Change, by: string, also: readonly string[]])[] = [
  [{ op: 'quit', by: jerry }, 'Jerry', []],
  [{ op: 'removed', by: jerry, members: [jerry, spike] }, 'Jerry', []],
  [{ op: 'blocked', by: spike, members: [jerry], left: [jerry] }, 'Spike', ['blocked by Spike']],
]

for (const [change, by, also] of leavings) {
  test(`[CL330] an owner who is gone (${change.op}) is succeeded, and all who are there hear by whom`, async () => {
    for (const name of ['Mary', 'Tom']) {
      const { device, script, engine } = await atLunch(name)
      await device.say(script.frame(script.change(change)))
      const left = change.op === 'removed' ? 'left Jerry Spike' : 'left Jerry'
      expect(told(device.events)).toEqual([left, ...also, `Mary owner by ${by}`])
      expect(engine.conversation(lunch)?.role).toBe(name === 'Mary' ? 'owner' : 'member')
    }
  })

  test(`[CL330] so they do when it comes with catch-up (${change.op}), though nobody has looked at the head`, async () => {
    for (const name of ['Mary', 'Tom']) {
      const { device, script } = await atLunch(name)
      await device.cut()
      await device.engine.close()
      const again = await startDevice({ store: device.store, limits, name, seed: 3 })
      expect(again.engine.peekHead(lunch)).toBeUndefined()
      const rows = [script.change({ op: 'joined', by: spike }), script.change(change)]
      await again.connect({ news: [script.news({ rows })] })
      expect(told(again.events).at(-1)).toBe(`Mary owner by ${by} replayed`)
      expect(again.engine.conversation(lunch)?.role).toBe(name === 'Mary' ? 'owner' : 'member')
      expect(again.engine.peekHead(lunch)?.members.get(mary)?.role).toBe('owner')
      expect((await again.engine.confirmedHead(lunch))?.members.has(jerry)).toBe(false)
    }
  })
}

test('[CL330] who has left himself, and who sees others leave, hear of no successor', async () => {
  const his = await atLunch('Jerry')
  await his.device.say(his.script.frame(his.script.change({ op: 'quit', by: jerry })))
  expect(told(his.device.events)).toEqual(['left Jerry'])
  expect(his.engine.conversation(lunch)?.role).toBe('')

  const { device, script, engine } = await atLunch('Tom')
  await device.say(script.frame(script.change({ op: 'quit', by: mary })))
  expect(told(device.events)).toEqual(['left Mary'])
  expect(engine.conversation(lunch)?.role).toBe('member')
})

test('[CL330] who comes back by himself when everybody has left owns it', async () => {
  const { device, script, engine } = await atLunch('Tom')
  const rows = [jerry, mary, tom].map((by) => script.change({ op: 'quit', by }))
  await device.say(script.frame(...rows))
  expect(engine.conversation(lunch)?.role).toBe('')
  await device.say(script.frame(script.change({ op: 'joined', by: tom })))
  expect(engine.conversation(lunch)).toMatchObject({ role: 'owner', memberCount: 1 })
})
