import { expect, test } from 'vitest'
import { checkJournal } from './check-journal.ts'
import { checkLog, truthsOf } from './check-log.ts'
import { checkReplica } from './check-replicas.ts'
import { checkUnread } from './check-unread.ts'
import { command, edit, react, say, takeBack } from './deeds.ts'
import { gather, type Holding, type Replica } from './gather.ts'
import { openStage, said, type Stage } from './stage.ts'
import type { Truth, TrueOperation } from './truth.ts'

/** Tom's message, edited twice, with a reaction of each; another one of his, recalled; attributes, roles and a mute. */
async function openCase(): Promise<Stage & { readonly truth: Truth; readonly replica: Replica }> {
  const stage = await openStage()
  const { world, tom, jerry, lunch } = stage
  const one = said(say(world, tom, lunch))
  const gone = said(say(world, tom, lunch))
  await world.run(1000)
  if (one.id === null || gone.id === null) throw new Error('both were saved')
  edit(world, tom, lunch, one.id)
  await world.run(1000)
  edit(world, tom, lunch, one.id)
  react(world, jerry, lunch, { target: one.id, sign: '👍', on: true })
  takeBack(world, tom, lunch, gone.id)
  await world.run(1000)
  react(world, tom, lunch, { target: one.id, sign: '👍', on: true })
  react(world, jerry, lunch, { target: one.id, sign: '🎉', on: true })
  await world.run(1000)
  react(world, jerry, lunch, { target: one.id, sign: '🎉', on: false })
  command(world, tom, lunch, { op: 'update', name: 'dinner', set: { 'seat.row': 3 } })
  command(world, tom, lunch, { op: 'role', members: [jerry.user], role: 'manager' })
  command(world, tom, lunch, { op: 'mute', members: [jerry.user], forMs: null })
  say(world, tom, lunch, { mentions: [jerry.user] })
  await world.run(1000)
  const [truth] = truthsOf(world)
  if (truth === undefined) throw new Error('there is a conversation')
  return { ...stage, truth, replica: await gather(world, jerry) }
}

test('[WO26] [WO27] [WO29] [WO35] nothing is wrong with changes that are right', async () => {
  const { world, truth, replica } = await openCase()
  expect(truth.messages).toMatchObject([
    { written: 'w1', text: 'e4', reactions: '👍:Jerry,Tom', recalled: false },
    { recalled: true },
    { mentions: ['Jerry'] },
  ])
  expect(truth.operations.map(({ op }) => op).toSorted()).toEqual([
    'edit',
    'react',
    'react',
    'react',
    'react',
    'recall',
  ])
  expect(truth.rows.filter(({ kind }) => kind === 'erased')).toHaveLength(2)
  expect(truth.mutedAt(Number.POSITIVE_INFINITY).has('Jerry')).toBe(true)
  expect(checkLog(world, [truth])).toEqual([])
  expect(checkReplica(replica, [truth], false, new Set())).toEqual([])
  expect(checkJournal(world, [truth], [replica])).toEqual([])
  expect(checkUnread(world, replica, [truth])).toEqual([])
  expect(world.counters.get('mentionFlagsChecked')).toBe(1)
})

const changeOp = (truth: Truth, op: string, change: (one: TrueOperation) => TrueOperation): Truth => {
  const index = truth.operations.findIndex((one) => one.op === op)
  return { ...truth, operations: truth.operations.map((one, at) => (at === index ? change(one) : one)) }
}

test.each<readonly [string, RegExp, (truth: Truth) => Truth]>([
  [
    "an edit of somebody else's message",
    /is about a message of Jerry/,
    (truth) => ({ ...truth, messages: truth.messages.map((one) => ({ ...one, from: 'Jerry' })) }),
  ],
  [
    'an edit nobody made',
    /never wrote "invented"/,
    (truth) => changeOp(truth, 'edit', (one) => ({ ...one, text: 'invented' })),
  ],
  [
    'two edits that stand',
    /two edits stand/,
    (truth) => {
      const first = truth.operations.find(({ op }) => op === 'edit')
      const extra = first === undefined ? [] : [{ ...first, text: 'e3' }]
      return { ...truth, operations: [...truth.operations, ...extra] }
    },
  ],
  [
    'an edit on a recalled message',
    /stands on a recalled message/,
    (truth) => ({ ...truth, messages: truth.messages.map((one) => ({ ...one, recalled: true })) }),
  ],
  [
    'a reaction to what was recalled before',
    /react \d+ of what was recalled before/,
    (truth) => {
      const gone = truth.messages.find(({ recalled }) => recalled)?.id ?? ''
      return {
        ...truth,
        operations: truth.operations.map((one) =>
          one.op === 'react' && one.seq > 6 ? { ...one, target: gone } : one,
        ),
      }
    },
  ],
  [
    'somebody muted who speaks',
    /Tom was muted at/,
    (truth) => ({ ...truth, mutedAt: () => new Map([['Tom', Number.MAX_SAFE_INTEGER]]) }),
  ],
  [
    'a blocked member',
    /Jerry are members, and blocked/,
    (truth) => ({ ...truth, head: { ...truth.head, blocked: { Jerry: 1 } } }),
  ],
])('[WO26] %s is seen', async (_what, expected, spoil) => {
  const { world, truth } = await openCase()
  expect(checkLog(world, [spoil(truth)]).join('\n')).toMatch(expected)
})

test.each<readonly [string, RegExp, (holding: Holding) => Holding]>([
  [
    'no reactions',
    /instead of/,
    (holding) => ({ ...holding, shown: holding.shown.map((one) => ({ ...one, reactions: [] })) }),
  ],
  [
    'what an edit replaced',
    /instead of/,
    (holding) => ({ ...holding, shown: holding.shown.map((one) => ({ ...one, text: 'w1' })) }),
  ],
  [
    'a head without a mute',
    /its head is/,
    ({ head, ...holding }) => ({
      ...holding,
      head: head === undefined ? undefined : { ...head, muted: new Map() },
    }),
  ],
])('[WO27] a replica that shows %s is seen', async (_what, expected, spoil) => {
  const { truth, replica } = await openCase()
  const holdings = new Map([...replica.holdings].map(([id, holding]) => [id, spoil(holding)]))
  expect(checkReplica({ ...replica, holdings }, [truth], false, new Set()).join('\n')).toMatch(expected)
})

test('[WO27] who sees nothing of the past is held against what he may see', async () => {
  const { truth, replica } = await openCase()
  const late = { ...truth, head: { ...truth.head, members: { Jerry: { since: 9 } } } }
  expect(checkReplica(replica, [late], false, new Set()).join('\n')).toMatch(/shows 3 of 0/)
})

test('[WO35] a flag that says otherwise than counting is seen', async () => {
  const { world, truth, replica } = await openCase()
  const holdings = new Map(
    [...replica.holdings].map(([id, holding]) => [
      id,
      { ...holding, view: { ...holding.view, mentioned: false } },
    ]),
  )
  expect(checkUnread(world, { ...replica, holdings }, [truth]).join()).toMatch(/says mentioned false, and 1/)
})

test('[WO29] an edit that came to nothing is seen', async () => {
  const { world, truth, replica } = await openCase()
  const tom = await gather(world, world.devices[0] ?? replica.device)
  const last = world.journal.deeds.findLast(({ kind }) => kind === 'edit')
  const lost = {
    ...truth,
    rows: truth.rows.filter(({ id }) => id !== last?.id),
    messages: truth.messages.map((one) => ({ ...one, text: one.written })),
  }
  expect(checkJournal(world, [lost], [tom]).join('\n')).toMatch(/was saved, and the message reads "w1"/)
})
