import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ConversationView } from './engine-types.ts'
import { createListOrder } from './list-order.ts'
import { startDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, tom } from './testing/values.test-kit.ts'

const ids = Array.from({ length: 8 }, (_, n) => conversationId(n + 1))

type Shown = Pick<ConversationView, 'pinnedAt' | 'lastMessageAt' | 'hidden' | 'muted' | 'unread'>

const row = fc.record<Shown>({
  pinnedAt: fc.option(fc.nat(3)),
  lastMessageAt: fc.nat(4),
  hidden: fc.boolean(),
  muted: fc.boolean(),
  unread: fc.nat(5),
})

const changes = fc.array(fc.record({ which: fc.nat(ids.length - 1), row: fc.option(row) }), {
  maxLength: 60,
  size: 'max',
})

function sum(views: readonly ConversationView[]): number {
  return views.reduce((all, { unread }) => all + unread, 0)
}

test('[CL460] whatever becomes of its rows, a list is what sorting and counting all of them would make', () => {
  fc.assert(
    fc.property(changes, changes, fc.nat(9), (before, after, limit) => {
      const rows = new Map<string, ConversationView>()
      const change = ({ which, row: next }: { which: number; row: Shown | null }) => {
        const id = ids[which]
        if (id === undefined) throw new Error('there are eight')
        // Nothing else of a row is asked for.
        if (next === null) rows.delete(id)
        else rows.set(id, { ...next, id } as ConversationView)
        return id
      }
      before.forEach(change)
      const list = createListOrder(ids, (id) => rows.get(id))
      for (const one of after) list.touch(change(one))

      const all = [...rows.values()].toSorted(
        (a, b) =>
          (b.pinnedAt ?? -1) - (a.pinnedAt ?? -1) ||
          b.lastMessageAt - a.lastMessageAt ||
          (a.id < b.id ? -1 : 1),
      )
      const listed = all.filter(({ hidden }) => !hidden)
      expect(list.first(limit, true)).toEqual(all.slice(0, limit))
      expect(list.first(limit, false)).toEqual(listed.slice(0, limit))
      expect([list.count(true), list.count(false)]).toEqual([all.length, listed.length])
      expect([list.unread(true), list.unread(false)]).toEqual([
        sum(listed),
        sum(listed.filter(({ muted }) => !muted)),
      ])
    }),
    { numRuns: 300 },
  )
})

test('[CL460] whoever is told of a change reads a list that has it', async () => {
  const device = await startDevice({ now: 1005 })
  const scripts = ids.slice(0, 3).map((id) => createScript(id, { by: jerry, members: [tom] }))
  await device.connect({ news: scripts.map((script) => script.news()) })
  expect(device.engine.conversations()).toHaveLength(3)
  expect(device.engine.listed(false)).toBe(3)
  const seen: unknown[] = []
  device.engine.on(({ type }) => {
    const [first] = device.engine.conversations({ limit: 1 })
    if (type === 'message') seen.push([first?.id, first?.lastMessage?.text, device.engine.totalUnread(true)])
  })
  const last = scripts[2]
  if (last === undefined) throw new Error('there are three')
  last.text(jerry, 'over here')
  await device.say(last.frame(...last.rows))
  expect(seen).toEqual([[last.id, 'over here', 1]])
})
