import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, mary, tom } from './testing/values.test-kit.ts'
import type { EntryRow } from '@parley/wire'

const lunch = conversationId(1)

type Step =
  | { readonly do: 'say'; readonly by: 'Jerry' | 'Mary' | 'Tom' }
  | { readonly do: 'recall'; readonly which: number }
  | { readonly do: 'read' }
  | { readonly do: 'leave' }
  | { readonly do: 'return'; readonly whole: boolean; readonly cursor: number }
  | { readonly do: 'restart' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      by: fc.constantFrom('Jerry' as const, 'Mary' as const, 'Tom' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('recall' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('return' as const), whole: fc.boolean(), cursor: fc.nat(20) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)

const users = { Jerry: jerry, Mary: mary, Tom: tom }

test('[CL96] unread is what others have said since the last reading and not taken back, however it came to be known', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), async (steps) => {
      const limits = { maxIdleConversations: 0 }
      let device = await startDevice({ limits })
      const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
      await device.connect({ news: [script.news()] })
      let connected = true
      let read = script.seq
      let told = 0
      const recalled = new Map<number, number>()
      const said: { readonly row: EntryRow; readonly by: string }[] = []

      const naive = (upTo: number): number =>
        said.filter(({ row, by }) => {
          const gone = recalled.get(row.seq)
          return by !== 'Tom' && row.seq > read && row.seq <= upTo && (gone === undefined || gone > upTo)
        }).length

      for (const one of steps) {
        if (one.do === 'say') {
          const row = script.text(users[one.by], `${script.seq}`)
          said.push({ row, by: one.by })
          if (connected) await device.say(script.frame(row))
        } else if (one.do === 'recall') {
          const target = said[one.which % Math.max(1, said.length)]
          if (target === undefined || recalled.has(target.row.seq)) continue
          const row = script.recall(target.row)
          recalled.set(target.row.seq, row.seq)
          if (connected) await device.say(script.frame(row))
        } else if (one.do === 'read') {
          await device.engine.read(lunch)
          read = device.engine.conversation(lunch)?.seq ?? 0
        } else if (one.do === 'leave') {
          if (connected) await device.cut()
          connected = false
        } else if (one.do === 'return') {
          if (connected) continue
          await device.pass(40_000)
          // The cursor may lie behind what came live.
          const seq = device.engine.conversation(lunch)?.seq ?? 0
          const since = Math.max(1, seq - one.cursor)
          const known = [...recalled].filter(
            ([target, at]) => at > since && said.some(({ row, by }) => row.seq === target && by !== 'Tom'),
          )
          const rows = script.news().rows.filter((row) => row.seq > since)
          const summary = {
            whole: false,
            rows: [],
            touched: [script.touched(1, true)],
            recalled: known.map(([target]) => target),
          }
          await device.connect({ news: [script.news(one.whole ? { rows } : summary)] })
          connected = true
        } else {
          device = await startDevice({ store: device.store, limits, seed: 2 })
          connected = false
        }
        const { unread = -1, seq = -1 } = device.engine.conversation(lunch) ?? {}
        expect(unread).toBe(naive(seq))
        // Every change is told, and nothing else.
        const events = take(device.events, 'unread').map((event) => event.unread)
        for (const event of events) {
          expect(event).not.toBe(told)
          told = event
        }
        expect(told).toBe(unread)
      }
    }),
    { numRuns: 150 },
  )
}, 60_000)

test('[CL69] [CL96] a mark beyond what a new epoch knows moves to its end', async () => {
  const device = await startDevice({ limits: { maxIdleConversations: 0 } })
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  for (const text of ['one', 'two', 'three']) await device.say(script.frame(script.text(jerry, text)))
  await device.engine.read(lunch)
  await device.cut()
  // Restored from before the last two; somebody has gone on since.
  const restored = createScript(lunch, { by: jerry, members: [tom] })
  restored.text(jerry, 'one')
  await device.pass(1000)
  const news = restored.news({ whole: false, rows: [], touched: [restored.touched(1)] })
  await device.connect({ epoch: 'another', full: true, news: [news] })
  expect(device.engine.conversation(lunch)?.unread).toBe(0)
  await device.say(restored.frame(restored.text(jerry, 'something new')))
  expect(device.engine.conversation(lunch)?.unread).toBe(1)
})
