import { expect, test } from 'vitest'
import { checkList } from './check-list.ts'
import { checkMarks } from './check-marks.ts'
import { checkBlocks, checkOwn, clearedFor } from './check-own.ts'
import { truthsOf } from './check-log.ts'
import { arrange, create, read, say } from './deeds.ts'
import { gather, type Replica } from './gather.ts'
import { openStage, said, type Stage } from './stage.ts'
import type { Truth } from './truth.ts'

/** Tom pins the lunch, names himself, asks Jerry, refuses and blocks; Jerry has got and read what Tom said. */
async function openCase(): Promise<
  Stage & { readonly truths: readonly Truth[]; readonly toms: Replica; readonly jerrys: Replica }
> {
  const stage = await openStage({ features: new Set(['readReceipts']) })
  const { world, tom, jerry, lunch } = stage
  said(say(world, tom, lunch, { receipt: true }))
  arrange(world, tom, 'pin', async (engine) =>
    engine.person({ op: 'setting', conversation: lunch, pinned: true, muted: true }),
  )
  arrange(world, tom, 'profile', async (engine) => engine.person({ op: 'profile', set: { name: 'Thomas' } }))
  arrange(world, tom, 'request', async (engine) =>
    engine.person({ op: 'contact', user: jerry.user, act: 'request', text: 'hi' }),
  )
  arrange(world, tom, 'refuse', async (engine) => engine.person({ op: 'refuse', conversations: [lunch] }))
  await world.run(3000)
  read(world, jerry, lunch)
  await world.run(3000)
  return {
    ...stage,
    truths: truthsOf(world),
    toms: await gather(world, tom),
    jerrys: await gather(world, jerry),
  }
}

test('[WO36] [WO37] [WO38] nothing is wrong with people as they are', async () => {
  const { world, truths, toms, jerrys, lunch } = await openCase()
  expect(toms.own.contacts).toMatchObject([{ user: 'Jerry', state: 'outgoing', text: 'hi' }])
  expect(jerrys.own.contacts).toMatchObject([{ user: 'Tom', state: 'incoming' }])
  expect(toms.holdings.get(lunch)?.reached).toMatchObject([{ user: 'Jerry', delivered: 2, read: 2 }])
  for (const replica of [toms, jerrys]) {
    expect(checkOwn(world, replica)).toEqual([])
    expect(checkMarks(world, replica, truths)).toEqual([])
  }
  expect(checkBlocks(world, truths)).toEqual([])
  expect(clearedFor(world, 'Tom', truths)).toEqual(truths)
})

test.each<readonly [string, RegExp, (replica: Replica) => Replica]>([
  ['no contacts', /who he knows/, (one) => ({ ...one, own: { ...one.own, contacts: [] } })],
  [
    'whom he does not block',
    /whom he blocks/,
    (one) => ({ ...one, own: { ...one.own, blocked: [one.device.user] } }),
  ],
  ['nothing refused', /what he refuses/, (one) => ({ ...one, own: { ...one.own, refused: [] } })],
  [
    'another name',
    /his profile/,
    (one) => ({ ...one, own: { ...one.own, profile: { ...one.own.profile, name: 'Tim' } } }),
  ],
  [
    'nothing pinned',
    /pinned is null/,
    (one) => ({
      ...one,
      holdings: new Map(
        [...one.holdings].map(([id, holding]) => [
          id,
          { ...holding, view: { ...holding.view, pinnedAt: null } },
        ]),
      ),
    }),
  ],
])('[WO36] a device that shows %s is seen', async (_what, expected, spoil) => {
  const { world, toms } = await openCase()
  expect(checkOwn(world, spoil(toms)).join('\n')).toMatch(expected)
})

test('[WO37] who speaks to whom he is blocked by is seen', async () => {
  const { world, tom, jerry } = await openStage()
  const made = create(world, tom, { kind: 'direct', unique: true, members: [jerry.user] })
  arrange(world, tom, 'block', async (engine) => engine.person({ op: 'block', users: [jerry.user] }))
  await world.run(1000)
  if (made === undefined) throw new Error('nothing runs there')
  const denied = said(say(world, jerry, made.conversation))
  await world.run(1000)
  expect(denied.refused).toBe('blocked')
  const truths = truthsOf(world)
  expect(checkBlocks(world, truths)).toEqual([])
  const spoken = truths.map((truth) => ({
    ...truth,
    rows: truth.rows.map((row) => ({ ...row, author: jerry.user, page: 1, operation: null, position: 1e6 })),
  }))
  expect(checkBlocks(world, spoken).join()).toMatch(/Jerry spoke at 1, whom Tom had blocked/)
})

test('[WO38] a device that believes somebody further, or less far, than he is is seen', async () => {
  const { world, truths, toms } = await openCase()
  for (const reached of [[], [{ user: toms.device.user, delivered: 9, read: 9, time: 1 }]]) {
    const holdings = new Map([...toms.holdings].map(([id, holding]) => [id, { ...holding, reached }]))
    expect(checkMarks(world, { ...toms, holdings }, truths).join()).toMatch(
      /Jerry has got to 0\/0, the relay says 2\/2/,
    )
  }
})

test('[WO94] a list in another order, or with other counts than its rows, is seen', async () => {
  const { world, tom, toms } = await openCase()
  expect(checkList(toms)).toEqual([])
  create(world, tom, { kind: 'group', unique: false, members: [] })
  await world.run(1000)
  const two = await gather(world, tom)
  expect(two.list).toHaveLength(2)
  expect(checkList(two)).toEqual([])
  expect(checkList({ ...two, list: two.list.toReversed() }).join()).toMatch(/wrong place of the list/)
  expect(checkList({ ...two, counts: { ...two.counts, unread: 7 } }).join()).toMatch(/its list counts/)
})
