import { expect, test } from 'vitest'
import type { EngineEvent } from './engine-types.ts'
import { startDevice } from './testing/device.test-kit.ts'
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

test('[CL331] who was blocked hears of it, and that it is over with his next invitation; the others hear each', async () => {
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
