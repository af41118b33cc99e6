import type { Mention } from '@parley/document'
import type { EntryRow } from '@parley/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, entryId, jerry, mary, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const limits = { maxIdleConversations: 0, heartbeatMs: 10 ** 12 }

async function atLunch() {
  const device = await startDevice({ limits })
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
  await device.connect({ news: [script.news()] })
  const say = (from: typeof tom, mentions: readonly Mention[]): EntryRow =>
    script.write({ id: entryId(500 + script.seq), from, sentAt: 5, type: -1, text: 'hey', mentions })
  device.events.splice(0)
  return { device, script, engine: device.engine, say }
}

test('[CL127] who is named, or everybody, is told so, until he reads; of others and of himself he is not', async () => {
  const { device, script, engine, say } = await atLunch()
  const mentioned = (): boolean | undefined => engine.conversation(lunch)?.mentioned
  await device.say(script.frame(say(jerry, [mary]), say(tom, [tom, '*'])))
  expect(mentioned()).toBe(false)
  await device.say(script.frame(say(jerry, [mary, tom])))
  expect(mentioned()).toBe(true)
  await engine.read(lunch)
  expect(mentioned()).toBe(false)
  await device.say(script.frame(say(mary, ['*'])))
  expect(mentioned()).toBe(true)
  const again = await startDevice({ store: device.store, limits })
  expect(again.engine.conversation(lunch)?.mentioned).toBe(true)
  await again.engine.read(lunch)
  expect(again.engine.conversation(lunch)?.mentioned).toBe(false)
})

test('[CL127] a recall takes it back, and `unread` is told though the count may stay', async () => {
  const { device, script, engine, say } = await atLunch()
  const row = say(jerry, [tom])
  await device.say(script.frame(row))
  await device.say(script.frame(script.recall(row), script.text(jerry, 'never mind')))
  expect(engine.conversation(lunch)).toMatchObject({ unread: 1, mentioned: false })
  expect(take(device.events, 'unread').map(({ unread }) => unread)).toEqual([1, 1])
})

test('[CL127] whom an edit names is shown, and does not count', async () => {
  const { device, script, engine } = await atLunch()
  const row = script.text(jerry, 'one')
  await device.say(script.frame(row, script.edit(row, { type: -1, text: 'Tom', mentions: [tom] })))
  expect(engine.conversation(lunch)).toMatchObject({ mentioned: false, lastMessage: { mentions: [tom] } })
})

test('[CL127] a first sync and a new beginning begin without; a new epoch begins with what the relay names', async () => {
  const { device, script, engine, say } = await atLunch()
  say(jerry, [tom])
  const fresh = await startDevice({ limits, seed: 2 })
  const summary = () => script.news({ whole: false, rows: [], touched: [script.touched(1)] })
  await fresh.connect({ news: [summary()] })
  expect(fresh.engine.conversation(lunch)).toMatchObject({ unread: 0, mentioned: false })

  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: false, more: false, news: [summary()] })
  expect(engine.conversation(lunch)).toMatchObject({ unread: 1, mentioned: true })
  await device.cut()
  await device.pass(40_000)
  // A log without it.
  const restored = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
  restored.text(jerry, 'one')
  const news = restored.news({ whole: false, rows: [], touched: [restored.touched(1)] })
  await device.connect({ epoch: 'another', full: true, news: [news] })
  expect(engine.conversation(lunch)?.mentioned).toBe(false)

  await device.say(
    restored.frame(
      restored.write({ id: entryId(800), from: jerry, sentAt: 5, type: -1, mentions: ['*'] }),
      restored.change({ op: 'removed', by: jerry, members: [tom] }),
    ),
  )
  await device.say(restored.frame(restored.change({ op: 'added', by: jerry, members: [tom] })))
  expect(engine.conversation(lunch)).toMatchObject({ unread: 0, mentioned: false })
})

type Step =
  | { readonly do: 'say'; readonly by: 'Jerry' | 'Tom'; readonly whom: 'Tom' | 'Mary' | '*' | 'nobody' }
  | { readonly do: 'recall' | 'edit'; readonly which: number }
  | { readonly do: 'read' | 'leave' | 'restart' }
  | { readonly do: 'return'; readonly whole: boolean; readonly cursor: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      by: fc.constantFrom('Jerry' as const, 'Tom' as const),
      whom: fc.constantFrom('Tom' as const, 'Mary' as const, '*' as const, 'nobody' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('recall' as const, 'edit' as const), which: fc.nat(20) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('read' as const, 'leave' as const, 'restart' as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('return' as const), whole: fc.boolean(), cursor: fc.nat(20) }),
  },
)

const users = { Jerry: jerry, Tom: tom }
const mentions = { Tom: [tom], Mary: [mary], '*': ['*'], nobody: undefined } as const

test('[CL96] [CL127] what is unread, and whether it mentions this user, follows from what stands, however it came to be known', async () => {
  let flags = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), async (steps) => {
      let device = await startDevice({ limits })
      const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
      await device.connect({ news: [script.news()] })
      let connected = true
      let read = script.seq
      const recalled = new Map<number, number>()
      const said: { readonly row: EntryRow; readonly by: string; readonly whom: string }[] = []

      const standing = (upTo: number) =>
        said.filter(({ row, by }) => {
          const gone = recalled.get(row.seq)
          return by !== 'Tom' && row.seq > read && row.seq <= upTo && (gone === undefined || gone > upTo)
        })

      for (const one of steps) {
        if (one.do === 'say') {
          const whom = mentions[one.whom]
          const row = script.write({
            id: entryId(500 + script.seq),
            from: users[one.by],
            sentAt: 5,
            type: -1,
            text: 'hey',
            ...(whom === undefined ? undefined : { mentions: [...whom] }),
          })
          said.push({ row, by: one.by, whom: one.whom })
          if (connected) await device.say(script.frame(row))
        } else if (one.do === 'recall' || one.do === 'edit') {
          const target = said[one.which % Math.max(1, said.length)]
          if (target === undefined || recalled.has(target.row.seq)) continue
          const row =
            one.do === 'edit'
              ? script.edit(target.row, { type: -1, text: 'x', mentions: [tom] })
              : script.recall(target.row)
          if (one.do === 'recall') recalled.set(target.row.seq, row.seq)
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
          const since = Math.max(1, (device.engine.conversation(lunch)?.seq ?? 0) - one.cursor)
          const theirs = said.filter(({ by, row }) => by !== 'Tom' && (recalled.get(row.seq) ?? 0) > since)
          const rows = script.news().rows.filter((row) => row.seq > since)
          const summary = {
            whole: false,
            rows: [],
            touched: [script.touched(1, true)],
            recalled: theirs.map(({ row }) => row.seq),
            mentioned: script.news().mentioned.filter((seq) => seq > since),
          }
          await device.connect({ news: [script.news(one.whole ? { rows } : summary)] })
          connected = true
        } else {
          device = await startDevice({ store: device.store, limits, seed: 2 })
          connected = false
        }
        const { unread, mentioned = false, seq = -1 } = device.engine.conversation(lunch) ?? {}
        const expected = standing(seq)
        if (mentioned) flags += 1
        expect({ unread, mentioned }).toEqual({
          unread: expected.length,
          mentioned: expected.some(({ whom }) => whom === 'Tom' || whom === '*'),
        })
      }
    }),
    { numRuns: 150 },
  )
  expect(flags).toBeGreaterThan(100)
}, 60_000)
