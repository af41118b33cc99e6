import { emptyDigest, maxPageOperations, readAppend, readEntry, xorDigest } from '@parley/document'
import type { Row } from '@parley/wire'
import { expect, test } from 'vitest'
import { digestOf } from './accept-entry.ts'
import { createPen, type Pen } from './testing/pen.ts'
import { createTestDevice, type TestDevice } from './testing/test-device.ts'
import { commanded, createTestLunch, pushed, type TestLunch } from './testing/test-lunch.ts'
import { testEpoch } from './testing/test-relay.ts'

/** What a device makes of the rows it got: the page's digest. */
function digestOfRows(rows: readonly Row[]): string {
  let digest = emptyDigest
  for (const row of rows) {
    if (row.kind !== 'entry') continue
    const read = readAppend(row.update)
    if (!read.ok) throw new Error(read.detail)
    digest = xorDigest(digest, digestOf({ seq: row.seq, ...read.append }, false))
    for (const item of row.erases)
      digest = xorDigest(xorDigest(digest, digestOf(item, false)), digestOf(item, true))
  }
  return digest
}

async function rowsOf(device: TestDevice): Promise<readonly Row[]> {
  return (await device.take('rows')).flatMap(({ rows }) => rows)
}

const textOf = (update: Uint8Array): unknown => {
  const read = readAppend(update)
  const content = read.ok ? readEntry(read.append.content) : undefined
  return content?.ok === true && 'text' in content.entry ? content.entry.text : undefined
}

interface Edited extends TestLunch {
  readonly pen: Pen
  readonly message: ReturnType<Pen['text']>
}

async function lunchWithMessage(limits = {}): Promise<Edited> {
  const lunch = await createTestLunch({ limits })
  const pen = createPen({ user: lunch.tom.user, client: 7 })
  const message = pen.text('meat at noon')
  await pushed(lunch.tom, lunch.conversation, 1, message.update)
  return { ...lunch, pen, message }
}

test('[RE125] the first edit erases nothing, and stands on its message', async () => {
  const { tom, conversation, disk, pen, message } = await lunchWithMessage()
  const edit = pen.edit(message.id, 'meet at noon')
  expect(await pushed(tom, conversation, 1, edit.update)).toMatchObject([{ class: 'accepted', seq: 3 }])
  const held = disk.conversations.get(conversation)
  expect(held?.rows.map(({ kind, operation, erases }) => [kind, operation, erases])).toEqual([
    ['head', null, []],
    ['entry', null, []],
    ['entry', 'edit', []],
  ])
  expect(held?.messages.get(message.id)).toMatchObject({
    erased: false,
    edit: { id: edit.id, seq: 3, client: 7, clock: 1 },
  })
  expect(held?.messages.get(edit.id)).toMatchObject({ type: null, edit: null, erased: false })
  expect(held?.record).toMatchObject({ total: 1, lastSeq: 2 })
  expect(held?.pages.get(1)).toMatchObject({ entries: 2, version: 3, erasedPosition: 0 })
})

test('[RE125] an edit erases the edit before it, and never the message', async () => {
  const { tom, mary, conversation, disk, pen, message } = await lunchWithMessage()
  const [first, second] = [pen.edit(message.id, 'meet at noon'), pen.edit(message.id, 'meet at one')]
  await pushed(tom, conversation, 1, first.update)
  expect(await pushed(tom, conversation, 1, second.update)).toMatchObject([{ class: 'accepted', seq: 4 }])
  const held = disk.conversations.get(conversation)
  expect(held?.rows[3]?.erases).toEqual([{ seq: 3, client: 7, clock: 1 }])
  expect(held?.rows.map(({ kind, operation }) => [kind, operation])).toEqual([
    ['head', null],
    ['entry', null],
    ['erased', 'edit'],
    ['entry', 'edit'],
  ])
  expect(textOf(held?.rows[2]?.update ?? new Uint8Array())).toBeUndefined()
  expect(textOf(held?.rows[1]?.update ?? new Uint8Array())).toBe('meat at noon')
  expect(held?.messages.get(first.id)).toMatchObject({ erased: true, type: null, author: 'Tom', seq: 3 })
  expect(held?.messages.get(message.id)?.edit).toMatchObject({ id: second.id, seq: 4 })
  const page = held?.pages.get(1)
  expect(page).toMatchObject({ version: 4, erasedPosition: 4 })
  expect(page?.digest).toBe(digestOfRows(await rowsOf(mary)))
})

test('[RE125] a message and all its edits may come in one turn', async () => {
  const { tom, mary, conversation, disk } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const message = pen.text('1')
  const edits = ['2', '3', '4'].map((text) => pen.edit(message.id, text))
  await pushed(tom, conversation, 1, message.update, ...edits.map(({ update }) => update))
  const held = disk.conversations.get(conversation)
  expect(held?.rows.slice(1).map(({ kind }) => kind)).toEqual(['entry', 'erased', 'erased', 'entry'])
  expect(held?.messages.get(message.id)?.edit?.id).toBe(edits[2]?.id)
  expect(held?.pages.get(1)?.digest).toBe(digestOfRows(await rowsOf(mary)))
})

test('[RE24] a recall erases the message and the edit that stands on it, on a closed page too', async () => {
  const { tom, mary, conversation, disk, pen, message } = await lunchWithMessage({ maxPageEntries: 2 })
  const [first, second] = [pen.edit(message.id, 'one'), pen.edit(message.id, 'two')]
  await pushed(tom, conversation, 1, first.update)
  expect(disk.conversations.get(conversation)?.record.pages).toBe(2)
  await pushed(tom, conversation, 1, second.update)
  const recall = pen.recall(message.id)
  expect(await pushed(tom, conversation, 1, recall.update)).toMatchObject([{ class: 'accepted' }])
  const held = disk.conversations.get(conversation)
  expect(held?.rows.at(-1)?.erases).toEqual([
    { seq: 2, client: 7, clock: 0 },
    { seq: 5, client: 7, clock: 2 },
  ])
  const page = held?.rows.filter((row) => row.page === 1)
  expect(page?.map(({ kind, operation }) => [kind, operation])).toEqual([
    ['erased', null],
    ['erased', 'edit'],
    ['erased', 'edit'],
    ['entry', 'recall'],
  ])
  expect(held?.messages.get(message.id)).toMatchObject({ erased: true, edit: null })
  for (const { id } of [first, second]) expect(held?.messages.get(id)?.erased).toBe(true)
  expect(held?.pages.get(1)).toMatchObject({ version: 6, erasedPosition: 6, entries: 4 })
  expect(held?.pages.get(1)?.digest).toBe(digestOfRows(await rowsOf(mary)))
})

test('[RE20] what has been recalled is neither edited nor reacted to', async () => {
  const { tom, mary, conversation, pen, message } = await lunchWithMessage()
  await pushed(tom, conversation, 1, pen.recall(message.id).update)
  const { clock, origin } = pen
  const recalled = { class: 'refused', code: 'target-recalled' }
  expect(await pushed(tom, conversation, 1, pen.edit(message.id, 'again').update)).toMatchObject([recalled])
  Object.assign(pen, { clock, origin })
  const own = createPen({ user: mary.user, client: 8, origin })
  expect(await pushed(mary, conversation, 1, own.react(message.id, '👍').update)).toMatchObject([recalled])
  // In one turn with the recall, too.
  const oops = pen.text('oops')
  const verdicts = await pushed(
    tom,
    conversation,
    1,
    oops.update,
    pen.recall(oops.id).update,
    pen.edit(oops.id, 'no').update,
  )
  expect(verdicts).toMatchObject([{ class: 'accepted' }, { class: 'accepted' }, recalled])
})

test('[RE20] only its author edits a message; everybody reacts to it, and takes that back', async () => {
  const { tom, mary, conversation, disk, message } = await lunchWithMessage()
  const origin = { client: 7, clock: 0 }
  const forged = createPen({ user: mary.user, client: 8, origin }).edit(message.id, 'mine')
  expect(await pushed(mary, conversation, 1, forged.update)).toMatchObject([
    { class: 'refused', code: 'not-allowed' },
  ])
  const own = createPen({ user: mary.user, client: 8, origin })
  const verdicts = await pushed(
    mary,
    conversation,
    1,
    own.react(message.id, '👍').update,
    own.react(message.id, '👍', false).update,
  )
  expect(verdicts).toMatchObject([{ class: 'accepted' }, { class: 'accepted' }])
  const held = disk.conversations.get(conversation)
  expect(held?.rows.slice(2).map(({ operation, erases, kind }) => [operation, erases, kind])).toEqual([
    ['react', [], 'entry'],
    ['react', [], 'entry'],
  ])
  expect(held?.record).toMatchObject({ total: 1, lastSeq: 2 })
  expect(held?.messages.get(message.id)?.edit).toBeNull()
  expect((await rowsOf(tom)).map(({ seq }) => seq)).toEqual([2, 3, 4])
})

test('[RE17] nothing is done to an edit, a reaction or a recall', async () => {
  const { tom, conversation, pen, message } = await lunchWithMessage()
  const [edit, reaction] = [pen.edit(message.id, 'one'), pen.react(message.id, '👍')]
  await pushed(tom, conversation, 1, edit.update, reaction.update)
  for (const target of [edit.id, reaction.id]) {
    for (const make of [
      () => pen.edit(target, 'x'),
      () => pen.recall(target),
      () => pen.react(target, '👍'),
    ]) {
      const { clock, origin } = pen
      expect(await pushed(tom, conversation, 1, make().update)).toMatchObject([
        { class: 'refused', code: 'target-unknown' },
      ])
      Object.assign(pen, { clock, origin })
    }
  }
})

test('[RE17] an edit goes to the page of its message', async () => {
  const { tom, conversation, message } = await lunchWithMessage({
    maxPageEntries: 1,
    maxUserUpdatesBurst: 10_000,
  })
  const edit = createPen({ user: tom.user, client: 9 }).edit(message.id, 'one')
  expect(await pushed(tom, conversation, 2, edit.update)).toEqual([
    { class: 'rewrite', code: 'page-closed', page: 1 },
  ])
})

test('[RE13] [RE15] [RE27] an edit whose answer was lost is a duplicate, replaced or not', async () => {
  const { tom, conversation, disk, pen, message } = await lunchWithMessage()
  const [first, second] = [pen.edit(message.id, 'one'), pen.edit(message.id, 'two')]
  await pushed(tom, conversation, 1, first.update)
  const lost = { class: 'duplicate', seq: 3, page: 1, client: 7, clock: 1 }
  expect(await pushed(tom, conversation, 1, first.update)).toMatchObject([lost])
  await pushed(tom, conversation, 1, second.update)
  expect(await pushed(tom, conversation, 1, first.update, second.update)).toMatchObject([
    lost,
    { class: 'duplicate', seq: 4, client: 7, clock: 2 },
  ])
  // Written anew under another client id, as after a change of page.
  const again = createPen({ user: tom.user, client: 9, origin: second })
  const rewritten = again.entry({
    id: first.id,
    from: tom.user,
    sentAt: 1,
    op: 'edit',
    target: message.id,
    type: -1,
    text: 'one',
  })
  expect(await pushed(tom, conversation, 1, rewritten.update)).toMatchObject([lost])
  await pushed(tom, conversation, 1, pen.recall(message.id).update)
  expect(await pushed(tom, conversation, 1, first.update, second.update)).toMatchObject([
    lost,
    { class: 'duplicate', seq: 4 },
  ])
  expect(disk.conversations.get(conversation)?.rows).toHaveLength(5)
})

test('[RE126] an erased edit is told to be an operation, an erased message is not', async () => {
  const { relay, tom, mary, conversation, pen, message } = await lunchWithMessage()
  await pushed(tom, conversation, 1, pen.edit(message.id, 'one').update, pen.recall(message.id).update)
  const told = [
    { kind: 'erased', seq: 2, operation: false },
    { kind: 'erased', seq: 3, operation: true },
    { kind: 'entry', seq: 4, erases: [{ seq: 2 }, { seq: 3 }] },
  ]
  mary.send({ frame: 'fetch', request: 1, conversation, page: 1, after: 0 })
  expect(await mary.take('fetch-answer')).toMatchObject([{ fetched: { rows: told } }])
  const device = createTestDevice(relay, { user: 'Mary', device: 2 })
  const [sync] = await device.take('sync')
  expect(sync?.news[0]?.rows.slice(1)).toMatchObject(told)
})

test('[RE127] a full page takes edits and first recalls, and no reaction any more', async () => {
  const { tom, mary, conversation, disk, pen, message } = await lunchWithMessage({ maxPageEntries: 2 })
  const second = pen.text('second')
  await pushed(tom, conversation, 1, second.update)
  const own = createPen({ user: mary.user, client: 8, origin: { client: 7, clock: 0 } })
  const entries = (): number => disk.conversations.get(conversation)?.pages.get(1)?.entries ?? 0
  while (entries() < maxPageOperations) {
    const count = Math.min(64, maxPageOperations - entries())
    const reactions = Array.from({ length: count }, (_, index) =>
      own.react(message.id, '👍', index % 2 === 0),
    )
    const verdicts = await pushed(mary, conversation, 1, ...reactions.map(({ update }) => update))
    expect(new Set(verdicts.map((verdict) => verdict.class))).toEqual(new Set(['accepted']))
  }
  expect(await pushed(mary, conversation, 1, own.react(message.id, '👍').update)).toMatchObject([
    { class: 'refused', code: 'page-full' },
  ])
  const edits = [
    pen.edit(message.id, 'a'),
    pen.edit(message.id, 'b'),
    pen.recall(message.id),
    pen.edit(second.id, 'c'),
  ]
  const verdicts = await pushed(tom, conversation, 1, ...edits.map(({ update }) => update))
  expect(verdicts.map((verdict) => verdict.class)).toEqual(Array.from({ length: 4 }, () => 'accepted'))
  expect(await pushed(tom, conversation, 1, pen.recall(message.id).update)).toMatchObject([
    { class: 'refused', code: 'page-full' },
  ])
})

test('[RE129] a list row carries the newest message and the edit that stands on it', async () => {
  const { relay, tom, conversation, pen, message } = await lunchWithMessage()
  let device = 10
  const newest = async (cursor = 0): Promise<unknown> => {
    device += 1
    const other = createTestDevice(relay, { user: 'Mary', device, epoch: testEpoch, cursor })
    return (await other.take('sync'))[0]?.news.map(({ last, lastEdit }) => [
      last?.seq,
      last?.kind,
      lastEdit === null ? null : textOf(lastEdit.update),
    ])
  }
  expect(await newest()).toEqual([[2, 'entry', null]])
  await pushed(tom, conversation, 1, pen.edit(message.id, 'one').update)
  expect(await newest(2)).toEqual([[2, 'entry', 'one']])
  await pushed(tom, conversation, 1, pen.edit(message.id, 'two').update, pen.react(message.id, '👍').update)
  expect(await newest()).toEqual([[2, 'entry', 'two']])
  const next = pen.text('next')
  await pushed(tom, conversation, 1, next.update)
  expect(await newest()).toEqual([[6, 'entry', null]])
  await pushed(tom, conversation, 1, pen.edit(next.id, 'three').update, pen.recall(next.id).update)
  expect(await newest()).toEqual([[6, 'erased', null]])
})

test('[RE129] a former member is told of no edit that came after he left', async () => {
  const { relay, tom, conversation, pen, message } = await lunchWithMessage()
  const lastEdit = async (device: number): Promise<unknown> => {
    const other = createTestDevice(relay, { user: 'Mary', device })
    return (await other.take('sync'))[0]?.news.map((news) => news.lastEdit?.seq ?? null)
  }
  await pushed(tom, conversation, 1, pen.edit(message.id, 'one').update)
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  expect(await lastEdit(10)).toEqual([3])
  await pushed(tom, conversation, 1, pen.edit(message.id, 'two').update)
  // The one she knew has been replaced since, and erased; the new one is not hers to see.
  expect(await lastEdit(11)).toEqual([null])
})
