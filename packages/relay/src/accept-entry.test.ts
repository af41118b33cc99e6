import {
  maxPageOperations,
  maxPageBytes,
  maxPageEntries,
  maxPageWriters,
  readErased,
  readHeadState,
} from '@parley/document'
import { expect, test } from 'vitest'
import { digestOf } from './accept-entry.ts'
import { createPen } from './testing/pen.ts'
import { createTestDevice, settle } from './testing/test-device.ts'
import { createTestLunch, pushed } from './testing/test-lunch.ts'

test('[RE22] an accepted message is a row, counted for its conversation and its author', async () => {
  const { mary, conversation, clock, disk } = await createTestLunch()
  clock.time += 7
  const message = createPen({ user: mary.user, client: 7 }).text('hello')
  await pushed(mary, conversation, 1, message.update)
  const held = disk.conversations.get(conversation)
  expect(held?.rows[1]).toMatchObject({
    seq: 2,
    time: clock.time,
    page: 1,
    kind: 'entry',
    author: 'Mary',
    client: 7,
    clock: 0,
    id: message.id,
    erases: [],
    change: null,
  })
  expect(held?.rows[1]?.update).toEqual(message.update)
  expect(held?.record).toMatchObject({ seq: 2, total: 1, lastSeq: 2, headVersion: 1, pages: 1 })
  expect(held?.members.get(mary.user)).toMatchObject({ mine: 1, position: 1 })
  expect(held?.pages.get(1)).toMatchObject({
    entries: 1,
    writers: 1,
    bytes: message.update.length,
    version: 2,
  })
  expect(held?.pages.get(1)).toMatchObject({ firstSeq: 2, lastSeq: 2, position: 2, closed: false })
  expect(held?.pages.get(1)?.digest).toBe(digestOf({ seq: 2, client: 7, clock: 0 }, false))
  expect([...(held?.writers.values() ?? [])]).toMatchObject([{ client: 7, user: 'Mary', clock: 1 }])
  expect(held?.messages.get(message.id)).toMatchObject({
    author: 'Mary',
    seq: 2,
    page: 1,
    type: -1,
    erased: false,
  })
})

test('[RE23] a page closes with as many entries as it may hold, by a row of the relay', async () => {
  const { tom, conversation, disk } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  for (let sent = 0; sent < maxPageEntries - 1; sent += 1) tom.push(conversation, 1, [pen.text('x').update])
  await settle()
  const held = disk.conversations.get(conversation)
  expect(held?.record).toMatchObject({ pages: 1, seq: maxPageEntries })
  expect(await pushed(tom, conversation, 1, pen.text('the last').update)).toMatchObject([
    { class: 'accepted' },
  ])
  expect(held?.pages.get(1)).toMatchObject({ closed: true, entries: maxPageEntries })
  expect(held?.pages.get(2)).toMatchObject({ closed: false, entries: 0, version: maxPageEntries + 2 })
  const row = held?.rows.at(-1)
  expect(row).toMatchObject({ kind: 'head', page: 0, author: '', id: '', seq: maxPageEntries + 2 })
  expect(held?.record).toMatchObject({ pages: 2, headVersion: row?.seq, seq: row?.seq })
  expect(readHeadState(held?.head.state ?? new Uint8Array())?.info.pages).toBe(2)
})

test('[RE23] a page closes by its bytes, and by its writers', async () => {
  const { relay, tom, conversation, disk } = await createTestLunch()
  const long = createPen({ user: tom.user, client: 7 })
  const text = 'x'.repeat(15_000)
  for (let bytes = 0; bytes < maxPageBytes;) {
    const { update } = long.text(text)
    expect(disk.conversations.get(conversation)?.record.pages).toBe(1)
    expect(await pushed(tom, conversation, 1, update)).toMatchObject([{ class: 'accepted' }])
    bytes += update.length
  }
  expect(disk.conversations.get(conversation)?.record.pages).toBe(2)
  let origin: { client: number; clock: number } | null = null
  for (let client = 100; client < 100 + maxPageWriters; client += 1) {
    expect(disk.conversations.get(conversation)?.record.pages).toBe(2)
    const device = createTestDevice(relay, { user: 'Tom', device: client })
    const { update } = createPen({ user: tom.user, client, origin }).text('x')
    expect(await pushed(device, conversation, 2, update)).toMatchObject([{ class: 'accepted' }])
    origin = { client, clock: 0 }
  }
  expect(disk.conversations.get(conversation)?.record.pages).toBe(3)
})

test('[RE24] a recall takes its target away in the same row, a second one nothing more', async () => {
  const { tom, conversation, disk } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const [oops, other] = [pen.text('oops'), pen.text('fine')]
  const [recall, again] = [pen.recall(oops.id), pen.recall(oops.id)]
  await pushed(tom, conversation, 1, oops.update, other.update)
  expect(await pushed(tom, conversation, 1, recall.update)).toMatchObject([{ class: 'accepted', seq: 4 }])
  const held = disk.conversations.get(conversation)
  const rows = held?.rows ?? []
  expect(rows[3]?.erases).toEqual([{ seq: 2, client: 7, clock: 0 }])
  expect(rows[1]).toMatchObject({ kind: 'erased', author: 'Tom', id: oops.id, seq: 2 })
  expect(readErased(rows[1]?.update ?? new Uint8Array())).toMatchObject({
    ok: true,
    erased: { client: 7, clock: 0 },
  })
  expect(rows[2]?.kind).toBe('entry')
  expect(held?.messages.get(oops.id)?.erased).toBe(true)
  expect(held?.record).toMatchObject({ total: 2, lastSeq: 3 })
  await pushed(tom, conversation, 1, again.update)
  expect(rows[4]?.erases).toEqual([])
  expect(held?.pages.get(1)).toMatchObject({ version: 5, erasedPosition: 4, entries: 4 })
  const digest = held?.rows.slice(1).map((row) => digestOf(row, row.kind === 'erased'))
  expect(held?.pages.get(1)?.digest).toBe(digest?.reduce(xor))
})

test('[RE24] what is recalled already is recalled again only so often', async () => {
  const { tom, conversation, disk } = await createTestLunch({ limits: { maxPageEntries: 2 } })
  const pen = createPen({ user: tom.user, client: 7 })
  const [first, second] = [pen.text('oops'), pen.text('and again')]
  await pushed(tom, conversation, 1, first.update, second.update)
  const entries = (): number => disk.conversations.get(conversation)?.pages.get(1)?.entries ?? 0
  while (entries() < maxPageOperations) {
    const recalls = Array.from({ length: Math.min(62, maxPageOperations - entries()) }, () =>
      pen.recall(first.id),
    )
    const verdicts = await pushed(tom, conversation, 1, ...recalls.map(({ update }) => update))
    expect(new Set(verdicts.map((verdict) => verdict.class))).toEqual(new Set(['accepted']))
  }
  const { clock, origin } = pen
  expect(await pushed(tom, conversation, 1, pen.recall(first.id).update)).toMatchObject([
    { class: 'refused', code: 'page-full' },
  ])
  Object.assign(pen, { clock, origin })
  expect(await pushed(tom, conversation, 1, pen.recall(second.id).update)).toMatchObject([
    { class: 'accepted' },
  ])
})

test('[RE24] a message and its recall may come in one turn', async () => {
  const { tom, mary, conversation, disk } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const oops = pen.text('oops')
  await pushed(tom, conversation, 1, oops.update, pen.recall(oops.id).update)
  expect(disk.conversations.get(conversation)?.rows.map(({ kind }) => kind)).toEqual([
    'head',
    'erased',
    'entry',
  ])
  expect((await mary.take('rows')).flatMap(({ rows }) => rows).at(-1)).toMatchObject({ erases: [{ seq: 2 }] })
})

function xor(a: string, b: string): string {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(16).padStart(16, '0')
}
