import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { createTestDevice } from './testing/test-device.ts'
import { commanded, createTestLunch, pushed } from './testing/test-lunch.ts'
import { testEpoch } from './testing/test-relay.ts'

test('[RE51] a list row says what a list shows', async () => {
  const { relay, tom, mary, conversation, clock, disk } = await createTestLunch()
  clock.time += 50
  const pen = createPen({ user: mary.user, client: 7 })
  await pushed(mary, conversation, 1, pen.text('1').update, pen.text('2').update)
  const record = disk.conversations.get(conversation)?.record
  // Of another life of the log: it may hold pages, and starts over.
  const device = createTestDevice(relay, { user: 'Mary', device: 2, epoch: 'before', cursor: 9 })
  const [news] = (await device.take('sync'))[0]?.news ?? []
  expect(news).toMatchObject({
    conversation,
    kind: 'group',
    name: 'Lunch',
    creator: tom.user,
    createdAt: clock.time - 50,
    unique: false,
    role: 'member',
    members: 2,
    joinedSeq: 1,
    invitedBy: 'Tom',
    removedBy: '',
    seq: 3,
    time: clock.time,
    pages: 1,
    headVersion: 1,
    headDigest: record?.headDigest,
    total: 2,
    mine: 2,
    joinedTotal: 0,
    joinedMine: 0,
    last: { kind: 'entry', seq: 3, page: 1 },
    touched: [
      {
        page: 1,
        version: 3,
        digest: disk.conversations.get(conversation)?.pages.get(1)?.digest,
        erased: false,
      },
    ],
    recalled: [],
    whole: true,
  })
  expect(news?.rows.map(({ kind, seq }) => [kind, seq])).toEqual([
    ['head', 1],
    ['entry', 2],
    ['entry', 3],
  ])
})

test('[RE340] a device that has never synced is told of no pages: it holds none', async () => {
  const { relay, tom, conversation } = await createTestLunch({ limits: { maxInlineRows: 1 } })
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update)
  const told = async (device: number, epoch: string): Promise<unknown> => {
    const [sync] = await createTestDevice(relay, { user: 'Mary', device, epoch }).take('sync')
    return sync?.news.map(({ touched, last, pages, whole }) => [touched.length, last?.seq, pages, whole])
  }
  expect(await told(2, '')).toEqual([[0, 2, 1, false]])
  expect(await told(3, 'before')).toEqual([[1, 2, 1, false]])
})

test('[RE341] an edit stands on the newest message of a list row although other rows came after it', async () => {
  const { relay, tom, mary, conversation } = await createTestLunch()
  const [pen, other] = [createPen({ user: tom.user, client: 7 }), createPen({ user: mary.user, client: 8 })]
  const last = async (device: number): Promise<unknown> => {
    const [sync] = await createTestDevice(relay, { user: 'Mary', device }).take('sync')
    return sync?.news.map((news) => [news.last?.seq, news.lastEdit?.seq])
  }
  const message = pen.text('noon')
  await pushed(tom, conversation, 1, message.update)
  expect(await last(2)).toEqual([[2, undefined]])
  await pushed(mary, conversation, 1, other.react(message.id, '+').update)
  expect(await last(3)).toEqual([[2, undefined]])
  await pushed(tom, conversation, 1, pen.edit(message.id, 'one').update)
  await pushed(mary, conversation, 1, other.react(message.id, '-').update)
  expect(await last(4)).toEqual([[2, 4]])
})

test('[RE378] the newest message is told alike whether it is among the rows told or not', async () => {
  const { relay, tom, mary, conversation } = await createTestLunch({ limits: { maxInlineRows: 3 } })
  const [pen, other] = [createPen({ user: tom.user, client: 7 }), createPen({ user: mary.user, client: 8 })]
  let device = 2
  const told = async (cursor: number): Promise<unknown> => {
    device += 1
    const epoch = cursor === 0 ? 'before' : testEpoch
    const [sync] = await createTestDevice(relay, { user: 'Mary', device, epoch, cursor }).take('sync')
    return sync?.news.map(({ last, lastEdit }) => [last, lastEdit])
  }
  const expectAlike = async (position: number, [last, lastEdit]: readonly unknown[]): Promise<void> => {
    const whole = await told(0)
    expect(whole).toMatchObject([[last, lastEdit]])
    // With many rows since, with few, and with the newest alone.
    for (const cursor of [1, position - 3, position - 1].filter((one) => one > 0))
      expect(await told(cursor)).toEqual(whole)
  }
  await commanded(tom, conversation, { op: 'update', name: 'Supper' })
  await expectAlike(2, [null, null])
  const message = pen.text('noon')
  await pushed(tom, conversation, 1, message.update)
  await expectAlike(3, [{ kind: 'entry', seq: 3 }, null])
  await pushed(mary, conversation, 1, other.react(message.id, '+').update)
  await expectAlike(4, [{ kind: 'entry', seq: 3 }, null])
  await pushed(tom, conversation, 1, pen.edit(message.id, 'one').update)
  await expectAlike(5, [{ kind: 'entry', seq: 3 }, { seq: 5 }])
  await commanded(mary, conversation, { op: 'quit' })
  await pushed(tom, conversation, 1, pen.text('two').update)
  await expectAlike(6, [{ kind: 'entry', seq: 3 }, { seq: 5 }])
})

test('[RE51] what moved by a few rows comes whole, what moved by more is named by its pages', async () => {
  const { relay, tom, conversation } = await createTestLunch({
    limits: { maxInlineRows: 3, maxPageEntries: 4 },
  })
  const pen = createPen({ user: tom.user, client: 7 })
  for (let count = 0; count < 4; count += 1) await pushed(tom, conversation, 1, pen.text('x').update)
  const second = createPen({ user: tom.user, client: 8 })
  for (let count = 0; count < 2; count += 1) await pushed(tom, conversation, 2, second.text('x').update)
  const sinceOf = async (cursor: number, device: number): Promise<unknown> => {
    const [sync] = await createTestDevice(relay, { user: 'Mary', device, epoch: testEpoch, cursor }).take(
      'sync',
    )
    return sync?.news.map(({ whole, rows, touched }) => [whole, rows.length, touched.map(({ page }) => page)])
  }
  expect(await sinceOf(5, 10)).toEqual([[true, 3, [2]]])
  expect(await sinceOf(4, 11)).toEqual([[false, 0, [1, 2]]])
  expect(await sinceOf(1, 12)).toEqual([[false, 0, [1, 2]]])
  expect(await sinceOf(0, 13)).toEqual([[false, 0, [2]]])
})

test('[RE51] a short conversation comes whole even without a cursor', async () => {
  const { relay, tom, conversation } = await createTestLunch({ limits: { maxInlineRows: 3 } })
  const pen = createPen({ user: tom.user, client: 7 })
  const counts: unknown[] = []
  for (let count = 0; count < 3; count += 1) {
    await pushed(tom, conversation, 1, pen.text('x').update)
    const [sync] = await createTestDevice(relay, { user: 'Mary', device: count + 2 }).take('sync')
    counts.push(sync?.news.map(({ whole, rows }) => [whole, rows.length]))
  }
  expect(counts).toEqual([[[true, 2]], [[true, 3]], [[false, 0]]])
})

test('[RE51] rows that are few and long do not come whole', async () => {
  const { relay, tom, conversation } = await createTestLunch({ limits: { maxInlineBytes: 2000 } })
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('x'.repeat(1000)).update)
  const wholeOf = async (device: number): Promise<unknown> =>
    (await createTestDevice(relay, { user: 'Mary', device }).take('sync'))[0]?.news.map(({ whole }) => whole)
  expect(await wholeOf(2)).toEqual([true])
  await pushed(tom, conversation, 1, pen.text('x'.repeat(1000)).update)
  expect(await wholeOf(3)).toEqual([false])
})

test('[RE51] who joined since the cursor has nothing from before, and gets it whole or not at all', async () => {
  const { relay, tom, conversation } = await createTestLunch({ limits: { maxInlineRows: 4 } })
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('1').update)
  await commanded(tom, conversation, { op: 'add', members: ['Ada', 'Eve'] })
  const wholeOf = async (user: string, device: number): Promise<unknown> =>
    (await createTestDevice(relay, { user, device, epoch: testEpoch, cursor: 2 }).take('sync'))[0]?.news.map(
      ({ whole, rows }) => [whole, rows.map(({ seq }) => seq)],
    )
  expect(await wholeOf('Ada', 5)).toEqual([[true, [1, 2, 3]]])
  expect(await wholeOf('Mary', 5)).toEqual([[true, [3]]])
  await pushed(tom, conversation, 1, pen.text('2').update, pen.text('3').update)
  expect(await wholeOf('Ada', 6)).toEqual([[false, []]])
  expect(await wholeOf('Mary', 6)).toEqual([[true, [3, 4, 5]]])
})

test("[RE52] what was recalled since the cursor is named: the page as erased, others' messages by sequence", async () => {
  const { relay, tom, mary, conversation } = await createTestLunch({ limits: { maxInlineRows: 2 } })
  const pen = createPen({ user: tom.user, client: 7 })
  const [first, second] = [pen.text('1'), pen.text('2')]
  await pushed(tom, conversation, 1, first.update, second.update)
  const own = createPen({ user: mary.user, client: 8, origin: second })
  const mine = own.text('mine')
  await pushed(mary, conversation, 1, mine.update, own.recall(mine.id).update)
  await pushed(tom, conversation, 1, pen.recall(second.id).update)
  const newsSince = async (cursor: number, device: number, epoch = testEpoch): Promise<unknown> =>
    (await createTestDevice(relay, { user: 'Mary', device, epoch, cursor }).take('sync'))[0]?.news.map(
      ({ recalled, touched, last }) => [recalled, touched.map(({ erased }) => erased), last?.kind],
    )
  expect(await newsSince(5, 2)).toEqual([[[3], [true], 'erased']])
  expect(await newsSince(3, 3)).toEqual([[[3], [true], 'erased']])
  // Who starts over has a mark of reading; who has never synced has none.
  expect(await newsSince(0, 4)).toEqual([[[3], [false], 'erased']])
  expect(await newsSince(0, 5, '')).toEqual([[[], [], 'erased']])
})

test('[RE53] a former member is told everything up to his leaving, and nothing after it', async () => {
  const { relay, tom, conversation, disk } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('before').update)
  const digest = disk.conversations.get(conversation)?.pages.get(1)?.digest
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  const headDigest = disk.conversations.get(conversation)?.record.headDigest
  await pushed(tom, conversation, 1, pen.text('after').update)
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  for (const [index, cursor] of [0, 1, 2].entries()) {
    const device = createTestDevice(relay, { user: 'Mary', device: 2 + index, epoch: testEpoch, cursor })
    const [news] = (await device.take('sync'))[0]?.news ?? []
    expect(news).toMatchObject({
      role: '',
      removedBy: 'Tom',
      seq: 3,
      total: 1,
      members: 1,
      pages: 1,
      headVersion: 3,
      headDigest,
      last: { seq: 2 },
      whole: true,
    })
    expect(news?.rows.map(({ seq }) => seq)).toEqual([1, 2, 3].filter((seq) => seq > cursor))
    expect(news?.touched).toEqual([{ page: 1, version: 2, digest, erased: false }])
  }
  const knowing = createTestDevice(relay, { user: 'Mary', device: 9, epoch: testEpoch, cursor: 3 })
  expect(await knowing.take('sync')).toMatchObject([{ cursor: 5, news: [] }])
})

test('[RE53] who joined and left since the cursor is told both', async () => {
  const { relay, tom, conversation } = await createTestLunch()
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  await commanded(tom, conversation, { op: 'remove', members: ['Ada'] })
  const ada = createTestDevice(relay, { user: 'Ada', epoch: testEpoch, cursor: 1 })
  const [news] = (await ada.take('sync'))[0]?.news ?? []
  expect(news).toMatchObject({ role: '', joinedSeq: 2, seq: 3, whole: true })
  expect(news?.rows.map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test('[RE53] a page opened after his leaving is not named to a former member', async () => {
  const { relay, tom, conversation } = await createTestLunch({
    limits: { maxPageEntries: 2, maxInlineRows: 1 },
  })
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('1').update)
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  await pushed(tom, conversation, 1, pen.text('2').update)
  for (const cursor of [0, 1]) {
    const device = createTestDevice(relay, { user: 'Mary', device: 2 + cursor, epoch: testEpoch, cursor })
    const [news] = (await device.take('sync'))[0]?.news ?? []
    expect(news).toMatchObject({ pages: 1, whole: false })
    expect(news?.touched.map(({ page, version }) => [page, version])).toEqual([[1, 2]])
  }
})
