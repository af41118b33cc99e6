import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, settle, testConversationId } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'

test('[RE50] a device without a cursor, or with one of another epoch, starts from nothing', async () => {
  const { relay, conversation } = await createTestLunch()
  const standings = [
    { epoch: '', cursor: 0 },
    { epoch: 'another', cursor: 1 },
    { epoch: testEpoch, cursor: 2 },
    { epoch: testEpoch, cursor: 0 },
  ]
  for (const [index, standing] of standings.entries()) {
    const device = createTestDevice(relay, { user: 'Mary', device: 10 + index, ...standing })
    const [sync] = await device.take('sync')
    expect(sync).toMatchObject({ full: true, more: false, cursor: 1, news: [{ conversation }] })
  }
})

test('[RE50] a device with a cursor of this epoch is told what moved since', async () => {
  const { relay, tom, conversation } = await createTestLunch()
  const other = testConversationId(2)
  await commanded(tom, other, creation('Mary'))
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update)
  const device = createTestDevice(relay, { user: 'Mary', device: 2, epoch: testEpoch, cursor: 2 })
  const [sync] = await device.take('sync')
  expect(sync).toMatchObject({ full: false, more: false, cursor: 3 })
  expect(sync?.news.map((news) => news.conversation)).toEqual([conversation])
  const idle = createTestDevice(relay, { user: 'Mary', device: 3, epoch: testEpoch, cursor: 3 })
  expect(await idle.take('sync')).toMatchObject([{ full: false, more: false, cursor: 3, news: [] }])
})

test('[RE51] a list row says what a list shows', async () => {
  const { relay, tom, mary, conversation, clock, disk } = await createTestLunch()
  clock.time += 50
  const pen = createPen({ user: mary.user, client: 7 })
  await pushed(mary, conversation, 1, pen.text('1').update, pen.text('2').update)
  const record = disk.conversations.get(conversation)?.record
  const device = createTestDevice(relay, { user: 'Mary', device: 2 })
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
  const newsSince = async (cursor: number, device: number): Promise<unknown> =>
    (
      await createTestDevice(relay, { user: 'Mary', device, epoch: testEpoch, cursor }).take('sync')
    )[0]?.news.map(({ recalled, touched, last }) => [
      recalled,
      touched.map(({ erased }) => erased),
      last?.kind,
    ])
  expect(await newsSince(5, 2)).toEqual([[[3], [true], 'erased']])
  expect(await newsSince(3, 3)).toEqual([[[3], [true], 'erased']])
  expect(await newsSince(0, 4)).toEqual([[[], [false], 'erased']])
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

test('[RE54] a long catch-up comes in several frames, and its cursor with the last', async () => {
  const { relay } = createTestRelay({ limits: { maxPayloadBytes: 1000, maxFeedRows: 3 } })
  const tom = createTestDevice(relay, { user: 'Tom' })
  for (let number = 1; number <= 10; number += 1) {
    await commanded(tom, testConversationId(number), creation('Mary'))
  }
  for (const [device, cursor] of [
    [2, 0],
    [3, 2],
  ] as const) {
    const mary = createTestDevice(relay, { user: 'Mary', device, epoch: testEpoch, cursor })
    const frames = await mary.take('sync')
    expect(frames.length).toBeGreaterThan(3)
    expect(frames.flatMap(({ news }) => news.map(({ conversation }) => conversation))).toEqual(
      Array.from({ length: 10 - cursor }, (_, index) => testConversationId(index + 1 + cursor)),
    )
    expect(frames.every(({ full }) => full === (cursor === 0))).toBe(true)
    expect(frames.map(({ more }) => more)).toEqual(frames.map((_, index) => index < frames.length - 1))
    expect(frames.map((frame) => frame.cursor)).toEqual(
      frames.map((_, index) => (index < frames.length - 1 ? cursor : 10)),
    )
  }
})

test('[RE54] a catch-up waits for a full socket', async () => {
  const { relay } = createTestRelay({ limits: { maxPayloadBytes: 1000, maxBufferedBytes: 100 } })
  const tom = createTestDevice(relay, { user: 'Tom' })
  for (let number = 1; number <= 6; number += 1) {
    await commanded(tom, testConversationId(number), creation('Mary'))
  }
  const mary = createTestDevice(relay, { user: 'Mary' })
  mary.buffered = 101
  expect(await mary.take('sync')).toHaveLength(1)
  mary.connection.drained()
  expect(await mary.take('sync')).toHaveLength(1)
  mary.buffered = 0
  mary.connection.drained()
  const rest = await mary.take('sync')
  expect(rest.at(-1)?.more).toBe(false)
  mary.connection.drained()
  expect(await mary.take('sync')).toEqual([])
})

test('[RE55] what is committed during a catch-up is missed by nobody', async () => {
  let held: (() => void) | undefined
  let hold = false
  const { relay, tom, mary, conversation } = await createTestLunch({
    limits: { maxPayloadBytes: 500 },
    wrap: (store) =>
      wrapStore(store, {}, async (call) => {
        if (hold) {
          hold = false
          await new Promise<void>((resolve) => {
            held = resolve
          })
        }
        return call()
      }),
  })
  for (let number = 2; number <= 5; number += 1)
    await commanded(tom, testConversationId(number), creation('Mary'))
  const pen = createPen({ user: tom.user, client: 7 })
  hold = true
  const device = createTestDevice(relay, { user: 'Mary', device: 2 })
  tom.push(conversation, 1, [pen.text('during').update])
  await settle()
  tom.push(conversation, 1, [pen.text('after').update])
  await settle()
  expect(held).toBeDefined()
  held?.()
  await settle()
  const seen = device.frames.flatMap((frame) => {
    if (frame.frame === 'rows') return frame.rows.map(({ seq }) => seq)
    return frame.frame === 'sync'
      ? frame.news.flatMap((news) =>
          news.conversation === conversation ? news.rows.map(({ seq }) => seq) : [],
        )
      : []
  })
  expect([...new Set(seen)]).toEqual([1, 2, 3])
  expect((await mary.take('rows')).flatMap(({ rows }) => rows.map(({ seq }) => seq))).toEqual([2, 3])
})

test('[RE55] a session about one conversation gets its rows, and nothing of before', async () => {
  const { relay, tom, conversation } = await createTestLunch({ limits: { maxBufferedBytes: 100 } })
  const other = testConversationId(2)
  await commanded(tom, other, creation('Mary'))
  const mary = createTestDevice(relay, { user: 'Mary', device: 2, only: conversation })
  await settle()
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('1').update)
  await pushed(tom, other, 1, createPen({ user: tom.user, client: 8 }).text('elsewhere').update)
  expect(mary.frames.map(({ frame }) => frame)).toEqual(['welcome', 'rows'])
  mary.buffered = 101
  await pushed(tom, conversation, 1, pen.text('2').update)
  await pushed(
    tom,
    other,
    1,
    createPen({ user: tom.user, client: 8, clock: 1, origin: { client: 8, clock: 0 } }).text('x').update,
  )
  mary.buffered = 0
  mary.connection.drained()
  expect(await mary.take('sync')).toMatchObject([{ news: [{ conversation, rows: [{ seq: 3 }] }] }])
})
