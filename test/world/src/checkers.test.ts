import { expect, test } from 'vitest'
import { checkEvents } from './check-events.ts'
import { checkJournal } from './check-journal.ts'
import { checkLog, truthsOf } from './check-log.ts'
import { checkReplica } from './check-replicas.ts'
import { checkUnread } from './check-unread.ts'
import { say, takeBack } from './deeds.ts'
import { gather, type Holding, type Replica } from './gather.ts'
import type { Said } from './journal.ts'
import { openStage, said, sayMany, type Stage } from './stage.ts'
import type { Truth } from './truth.ts'

/** A conversation with a closed page, a recalled message and one that was refused, and everything gathered of it. */
async function openCase(): Promise<
  Stage & { readonly truth: Truth; readonly replica: Replica; readonly mine: Said }
> {
  const stage = await openStage()
  const { world, tom, jerry, lunch } = stage
  const [mine] = sayMany(world, tom, lunch, 4)
  sayMany(world, jerry, lunch, 4)
  await world.run(1000)
  const gone = said(say(world, tom, lunch))
  await world.run(1000)
  if (gone.id === null || mine === undefined) throw new Error('it was saved')
  takeBack(world, tom, lunch, gone.id)
  await world.run(1000)
  const [truth] = truthsOf(world)
  if (truth === undefined) throw new Error('there is a conversation')
  return { ...stage, truth, mine, replica: await gather(world, tom) }
}

const changeOne = <T>(list: readonly T[], index: number, change: (one: T) => T): readonly T[] =>
  list.map((one, at) => (at === index ? change(one) : one))

test('[WO25] [WO26] [WO27] [WO28] nothing is wrong with what is right', async () => {
  const { world, truth, replica } = await openCase()
  expect(checkLog(world, [truth])).toEqual([])
  expect(checkReplica(replica, [truth], false, new Set())).toEqual([])
  expect(checkJournal(world, [truth], [replica])).toEqual([])
  expect(checkEvents(world)).toEqual([])
  expect(checkUnread(world, replica, [truth])).toEqual([])
})

test.each<readonly [string, RegExp, (truth: Truth) => Truth]>([
  [
    'a hole',
    /row 3 has sequence 4/,
    (truth) => ({ ...truth, rows: truth.rows.filter(({ seq }) => seq !== 3) }),
  ],
  [
    'time that runs backwards',
    /time runs backwards at 4/,
    (truth) => ({ ...truth, rows: changeOne(truth.rows, 3, (row) => ({ ...row, time: 1 })) }),
  ],
  [
    'positions that do not rise',
    /positions do not rise at 4/,
    (truth) => ({ ...truth, rows: changeOne(truth.rows, 3, (row) => ({ ...row, position: 1 })) }),
  ],
])('[WO25] %s in the log is seen', async (_what, expected, spoil) => {
  const { world, truth } = await openCase()
  expect(checkLog(world, [spoil(truth)]).join('\n')).toMatch(expected)
})

test.each<readonly [string, RegExp, (truth: Truth) => Truth]>([
  [
    'another author',
    /says it is from Spike/,
    (truth) => ({ ...truth, messages: changeOne(truth.messages, 0, (one) => ({ ...one, from: 'Spike' })) }),
  ],
  [
    'an author who was no member',
    /was not a member/,
    (truth) => ({ ...truth, membersAt: () => new Set(['Jerry']) }),
  ],
  [
    'a message that stands twice',
    /stands twice/,
    (truth) => ({ ...truth, messages: [...truth.messages, ...truth.messages.slice(-1)] }),
  ],
  [
    'a text nobody wrote',
    /never wrote "invented"/,
    (truth) => ({
      ...truth,
      messages: changeOne(truth.messages, 0, (one) => ({ ...one, written: 'invented' })),
    }),
  ],
  [
    'a page that took too much',
    /page 1 holds/,
    (truth) => ({ ...truth, messages: truth.messages.map((one) => ({ ...one, page: 1 })) }),
  ],
  [
    'a message on a page that had closed',
    /went to page 1 after page 2/,
    (truth) => ({
      ...truth,
      messages: changeOne(truth.messages, truth.messages.length - 1, (one) => ({ ...one, page: 1 })),
    }),
  ],
  [
    'a message that went without a recall',
    /nobody recalled it/,
    (truth) => ({ ...truth, messages: changeOne(truth.messages, 0, (one) => ({ ...one, recalled: true })) }),
  ],
  [
    'a recalled message that is still there',
    /was recalled and is still there/,
    (truth) => ({ ...truth, messages: truth.messages.map((one) => ({ ...one, recalled: false })) }),
  ],
  ['a head that lacks somebody', /the head has/, (truth) => ({ ...truth, members: new Set(['Tom']) })],
  [
    'an update Yjs cannot place',
    /stock Yjs waits/,
    (truth) => ({ ...truth, rows: truth.rows.filter(({ seq }) => seq !== 2) }),
  ],
])('[WO26] %s in the log is seen', async (_what, expected, spoil) => {
  const { world, truth } = await openCase()
  expect(checkLog(world, [spoil(truth)]).join('\n')).toMatch(expected)
})

test.each<readonly [string, RegExp, (holding: Holding) => Holding]>([
  ['a message less', /shows 8 of 9/, (holding) => ({ ...holding, shown: holding.shown.slice(1) })],
  ['another order', /at 0 /, (holding) => ({ ...holding, shown: holding.shown.toReversed() })],
  [
    'another text',
    /instead of/,
    (holding) => ({ ...holding, shown: changeOne(holding.shown, 0, (one) => ({ ...one, text: 'other' })) }),
  ],
  [
    'other bytes',
    /holds on page 1/,
    (holding) => ({
      ...holding,
      inspection: {
        ...holding.inspection,
        pages: holding.inspection.pages.map((page) => ({ ...page, updates: [] })),
      },
    }),
  ],
  ['no head', /has no head/, (holding) => ({ ...holding, head: undefined })],
  ['an earlier state', /at 1 of/, (holding) => ({ ...holding, view: { ...holding.view, seq: 1 } })],
  [
    'somebody who left',
    /does not know he is a member/,
    (holding) => ({ ...holding, view: { ...holding.view, role: '' } }),
  ],
  ['a part missing', /pages 1 are missing/, (holding) => ({ ...holding, missing: [1] })],
])('[WO27] a replica that shows %s is seen', async (_what, expected, spoil) => {
  const { truth, replica } = await openCase()
  const holdings = new Map([...replica.holdings].map(([id, holding]) => [id, spoil(holding)]))
  expect(checkReplica({ ...replica, holdings }, [truth], false, new Set()).join('\n')).toMatch(expected)
})

test('[WO28] a replica that does not know a conversation of its user, or more than he may, is seen', async () => {
  const { truth, replica } = await openCase()
  expect(checkReplica({ ...replica, holdings: new Map() }, [truth], false, new Set()).join()).toMatch(
    /unknown there/,
  )
  const left = {
    ...truth,
    members: new Set(['Jerry']),
    changes: [...truth.changes, { seq: 3, op: 'removed', by: 'Jerry', members: ['Tom'], until: 0 }],
  }
  const former = new Map(
    [...replica.holdings].map(([id, holding]) => [id, { ...holding, view: { ...holding.view, role: '' } }]),
  )
  expect(checkReplica({ ...replica, holdings: former }, [left], false, new Set()).join()).toMatch(
    /he left at 3/,
  )
  expect(checkReplica(replica, [left], false, new Set()).join()).toMatch(/still believes/)
})

test.each<readonly [string, RegExp, (deed: Said) => void, (truth: Truth) => Truth]>([
  [
    'was lost',
    /was confirmed and is nowhere/,
    () => undefined,
    (truth) => ({ ...truth, messages: truth.messages.slice(1) }),
  ],
  [
    'stands twice',
    /stands 2 times/,
    () => undefined,
    (truth) => ({ ...truth, messages: [...truth.messages, ...truth.messages.slice(0, 1)] }),
  ],
  [
    'was rejected and stands',
    /was rejected \(storage-full\) and stands/,
    (deed) => Object.assign(deed, { call: 'rejected', code: 'storage-full' }),
    (truth) => truth,
  ],
  [
    'was confirmed elsewhere',
    /was confirmed at 77/,
    (deed) => Object.assign(deed, { seq: 77 }),
    (truth) => truth,
  ],
  [
    'never came back',
    /the call never came back/,
    (deed) => Object.assign(deed, { call: 'asked' }),
    (truth) => truth,
  ],
  [
    'hangs',
    /neither confirmed nor refused/,
    (deed) => Object.assign(deed, { confirmed: false }),
    (truth) => truth,
  ],
])('[WO29] [WO30] a message that %s is seen', async (_what, expected, spoil, spoilLog) => {
  const { world, truth, replica, mine } = await openCase()
  spoil(mine)
  expect(checkJournal(world, [spoilLog(truth)], [replica]).join('\n')).toMatch(expected)
})

test('[WO31] what was refused and is not kept, or kept without a reason, is seen', async () => {
  const { world, truth, replica, mine, lunch } = await openCase()
  Object.assign(mine, { confirmed: false, refused: 'not-a-member' })
  const without = { ...truth, messages: truth.messages.filter(({ id }) => id !== mine.id) }
  expect(checkJournal(world, [without], [replica]).join()).toMatch(/was saved and is nowhere/)
  if (mine.id === null) throw new Error('it was saved')
  const item = {
    id: mine.id,
    conversation: lunch,
    kind: 'message' as const,
    state: 'refused' as const,
    at: 0,
    offered: false,
  }
  expect(checkJournal(world, [without], [{ ...replica, unsent: [item] }]).join()).toMatch(/without a reason/)
  const kept = { ...item, error: { code: 'not-a-member', detail: 'only members write' } }
  expect(checkJournal(world, [without], [{ ...replica, unsent: [kept] }])).toEqual([])
  expect(checkJournal(world, [truth], [{ ...replica, unsent: [kept] }]).join()).toMatch(
    /stands at \d+, and is kept as refused/,
  )
})

test('[WO34] a second event for the same message is seen', async () => {
  const { world } = await openCase()
  const heard = world.journal.heard.filter(({ event }) => event.type === 'message')
  expect(heard.length).toBeGreaterThan(0)
  world.journal.heard.push(...heard.slice(0, 1))
  expect(checkEvents(world).join()).toMatch(/a second event/)
})

test('[WO34] an unblocking that never was, or is heard twice, is seen', async () => {
  const { world, jerry, lunch } = await openStage()
  const change = { op: 'unblocked', by: world.users[0] ?? jerry.user, members: [jerry.user] } as const
  const event = { type: 'changed', conversation: lunch, change } as const
  world.journal.heard.push({ device: jerry.name, run: 1, at: 1, event })
  expect(checkEvents(world).join()).toMatch(/unblocked in .* for the 1\. time, of 0/)
})

test('[WO35] a wrong count of unread is seen', async () => {
  const { world, truth, replica } = await openCase()
  const holdings = new Map(
    [...replica.holdings].map(([id, holding]) => [id, { ...holding, view: { ...holding.view, unread: 99 } }]),
  )
  expect(checkUnread(world, { ...replica, holdings }, [truth]).join()).toMatch(
    /has 99 unread, and 4 lie after 1/,
  )
})
