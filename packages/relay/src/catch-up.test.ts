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
