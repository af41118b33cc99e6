import { readHeadState } from '@parley/document'
import type { News, Row } from '@parley/wire'
import { expect, test } from 'vitest'
import { createPen, type Pen } from './testing/pen.ts'
import { createTestDevice, type TestDevice } from './testing/test-device.ts'
import { commanded, createTestLunch, pushed, type TestLunch } from './testing/test-lunch.ts'
import { testEpoch } from './testing/test-relay.ts'

interface Hidden extends TestLunch {
  readonly pen: Pen
  /** Tom's, on the first page, before anybody has come. */
  readonly old: ReturnType<Pen['text']>
}

/** Rows 1 to 4: the creation, the policy, Tom's message, and one that mentions everybody. */
async function hiddenLunch(limits = {}): Promise<Hidden> {
  const lunch = await createTestLunch({ limits })
  const { tom, conversation } = lunch
  const verdict = await commanded(tom, conversation, { op: 'update', policy: { past: 'hidden' } })
  expect(verdict).toMatchObject({ class: 'accepted', seq: 2 })
  const pen = createPen({ user: tom.user, client: 7 })
  const old = pen.text('before')
  await pushed(tom, conversation, 1, old.update, pen.call(['*']).update)
  return { ...lunch, pen, old }
}

async function rowsOf(device: TestDevice): Promise<readonly Row[]> {
  return (await device.take('rows')).flatMap(({ rows }) => rows)
}

let devices = 20

async function newsOf(
  { relay }: TestLunch,
  user: string,
  cursor = 0,
  epoch = testEpoch,
): Promise<News | undefined> {
  devices += 1
  const device = createTestDevice(relay, { user, device: devices, epoch, cursor })
  return (await device.take('sync'))[0]?.news[0]
}

async function asked(device: TestDevice, conversation: string, page: number): Promise<unknown> {
  await device.take('fetch-answer')
  device.send({ frame: 'fetch', request: 1, conversation, page, after: 0 })
  const [answer] = await device.take('fetch-answer')
  return answer?.fetched
}

async function digestsOf(device: TestDevice, conversation: string): Promise<readonly number[] | undefined> {
  await device.take('digests-answer')
  device.send({ frame: 'digests', request: 1, conversation, pages: [1, 2, 3] })
  return (await device.take('digests-answer'))[0]?.pages.map(({ page }) => page)
}

test('[RE130] who enters where the past is hidden begins on the next page, which opens before him', async () => {
  const { tom, mary, conversation, disk, old } = await hiddenLunch()
  const verdict = await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  expect(verdict).toMatchObject({ class: 'accepted', seq: 6 })
  expect((await rowsOf(mary)).slice(-2)).toMatchObject([
    { seq: 5, command: '', change: { op: 'page', pages: 2 } },
    { seq: 6, change: { op: 'added', by: 'Tom', members: ['Ada'], since: 2 } },
  ])
  const held = disk.conversations.get(conversation)
  expect(held?.pages.get(1)).toMatchObject({ closed: true, entries: 2 })
  expect(held?.pages.get(2)).toMatchObject({ closed: false, entries: 0, version: 5 })
  expect(held?.record).toMatchObject({ pages: 2, seq: 6 })
  const member = [...(held?.members.values() ?? [])].find(({ user }) => user === 'Ada')
  expect(member).toMatchObject({ since: 2, joinedSeq: 6, joinedTotal: 2 })
  expect(held?.members.get(mary.user)?.since).toBe(0)
  const head = readHeadState(held?.head.state ?? new Uint8Array())
  expect([...(head?.members ?? [])].find(([user]) => user === 'Ada')?.[1].since).toBe(2)
  const late = createPen({ user: tom.user, client: 9, origin: old }).text('late')
  expect(await pushed(tom, conversation, 1, late.update)).toMatchObject([{ code: 'page-closed', page: 2 }])
})

test('[RE130] a page without entries is not closed, and neither is one for nobody', async () => {
  const { tom, eve, conversation, disk } = await hiddenLunch()
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  expect(await commanded(eve, conversation, { op: 'join' })).toMatchObject({ class: 'accepted', seq: 7 })
  const held = disk.conversations.get(conversation)
  expect(held?.members.get(eve.user)).toMatchObject({ since: 2 })
  await pushed(tom, conversation, 2, createPen({ user: tom.user, client: 8 }).text('now').update)
  await commanded(tom, conversation, { op: 'add', members: ['Ada', 'Eve'] })
  expect(held?.record).toMatchObject({ pages: 2, seq: 8 })
})

test('[RE130] where the past is shown no page closes for a newcomer', async () => {
  const { tom, conversation, disk } = await hiddenLunch()
  await commanded(tom, conversation, { op: 'update', policy: { past: 'shown' } })
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  const held = disk.conversations.get(conversation)
  expect(held?.record).toMatchObject({ pages: 1, seq: 6 })
  expect([...(held?.members.values() ?? [])].find(({ user }) => user === 'Ada')?.since).toBe(0)
})

test('[RE130] [RE30] a command sent again closes no page again, and one that is too large none at all', async () => {
  const { tom, conversation, disk } = await hiddenLunch({ maxHeadRowBytes: 600 })
  const many = Array.from({ length: 50 }, (_, index) => `Somebody${index}`)
  expect(await commanded(tom, conversation, { op: 'add', members: many })).toMatchObject({
    code: 'too-large',
  })
  const held = disk.conversations.get(conversation)
  expect(held?.record).toMatchObject({ pages: 1, seq: 4 })
  const id = tom.command(conversation, { op: 'add', members: ['Ada'] })
  await tom.take('command-answer')
  tom.command(conversation, { op: 'add', members: ['Ada'] }, id)
  expect(await tom.take('command-answer')).toMatchObject([{ verdict: { class: 'duplicate', seq: 6 } }])
  expect(held?.record).toMatchObject({ pages: 2, seq: 6 })
})

test('[RE130] of those who come in one turn each begins where the page was when he came', async () => {
  const { tom, conversation, disk } = await hiddenLunch()
  tom.command(conversation, { op: 'add', members: ['Ada'] })
  tom.push(conversation, 2, [createPen({ user: tom.user, client: 8 }).text('to Ada').update])
  tom.command(conversation, { op: 'add', members: ['Eve'] })
  await tom.take('rows')
  const held = disk.conversations.get(conversation)
  expect(held?.rows.slice(4).map(({ kind, page }) => [kind, page])).toEqual([
    ['head', 0],
    ['head', 0],
    ['entry', 2],
    ['head', 0],
    ['head', 0],
  ])
  expect([...(held?.members.values() ?? [])].map(({ user, since }) => [user, since])).toEqual([
    ['Tom', 0],
    ['Mary', 0],
    ['Ada', 2],
    ['Eve', 3],
  ])
})

test('[RE131] a hidden page is not fetched, and has no digest', async () => {
  const lunch = await hiddenLunch()
  const { relay, tom, mary, conversation } = lunch
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  const ada = createTestDevice(relay, { user: 'Ada' })
  const next = createPen({ user: tom.user, client: 8 })
  await pushed(tom, conversation, 2, next.text('after').update)
  expect(await asked(ada, conversation, 1)).toMatchObject({ result: 'failed', code: 'not-found' })
  expect(await asked(ada, conversation, 2)).toMatchObject({ result: 'rows', rows: [{ seq: 7 }] })
  expect(await asked(ada, conversation, 0)).toMatchObject({ result: 'head', version: 6 })
  expect(await digestsOf(ada, conversation)).toEqual([2])
  expect(await asked(mary, conversation, 1)).toMatchObject({ result: 'rows', version: 4 })
  expect(await digestsOf(mary, conversation)).toEqual([1, 2])
  await commanded(tom, conversation, { op: 'remove', members: ['Ada'] })
  expect(await asked(ada, conversation, 1)).toMatchObject({ code: 'not-found' })
  expect(await asked(ada, conversation, 2)).toMatchObject({ result: 'rows', rows: [{ seq: 7 }] })
  expect(await digestsOf(ada, conversation)).toEqual([2])
})

test('[RE131] in a list row that comes whole the rows of a hidden page are hidden, those of the head are not', async () => {
  const lunch = await hiddenLunch()
  const { tom, conversation } = lunch
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  const news = await newsOf(lunch, 'Ada')
  expect(news).toMatchObject({
    whole: true,
    last: null,
    lastEdit: null,
    touched: [{ page: 2, version: 5 }],
    recalled: [],
    mentioned: [],
    pages: 2,
    total: 2,
    joinedTotal: 2,
  })
  expect(news?.rows).toEqual([
    expect.objectContaining({ kind: 'head', seq: 1 }),
    expect.objectContaining({ kind: 'head', seq: 2 }),
    { kind: 'hidden', seq: 3, time: news?.time },
    { kind: 'hidden', seq: 4, time: news?.time },
    expect.objectContaining({ kind: 'head', seq: 5 }),
    expect.objectContaining({ kind: 'head', seq: 6 }),
  ])
  expect((await newsOf(lunch, 'Mary'))?.rows.map(({ kind }) => kind)).not.toContain('hidden')
})

test('[RE131] a summary says nothing of a hidden page: neither touched, recalled, mentioned nor newest', async () => {
  const lunch = await hiddenLunch({ maxInlineRows: 0 })
  const { tom, mary, conversation, pen, old } = lunch
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  await pushed(tom, conversation, 1, pen.edit(old.id, 'changed').update, pen.recall(old.id).update)
  for (const [cursor, pages] of [
    [0, [2]],
    [6, []],
  ] as const) {
    const news = await newsOf(lunch, 'Ada', cursor)
    expect(news?.touched.map(({ page }) => page)).toEqual(pages)
    expect(news).toMatchObject({
      since: 2,
      whole: false,
      rows: [],
      seq: 8,
      last: null,
      lastEdit: null,
      recalled: [],
      mentioned: [],
    })
  }
  expect(await newsOf(lunch, 'Mary', 1)).toMatchObject({
    touched: [{ page: 1, erased: true }],
    recalled: [3],
    mentioned: [4],
    last: { seq: 4 },
  })
  const next = createPen({ user: mary.user, client: 8 })
  const seen = next.call(['Ada'])
  await pushed(mary, conversation, 2, seen.update, next.text('and').update)
  await pushed(mary, conversation, 2, next.recall(seen.id).update, next.call(['*']).update)
  const changed = await newsOf(lunch, 'Ada', 6)
  expect(changed).toMatchObject({ recalled: [9], mentioned: [12], last: { seq: 12 }, total: 5 })
  expect(changed?.touched.map(({ page }) => page)).toEqual([2])
})

test('[RE131] what is done to a hidden page comes live as hidden rows, and to others as it is', async () => {
  const { relay, tom, mary, conversation, pen, old } = await hiddenLunch()
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  const ada = createTestDevice(relay, { user: 'Ada' })
  await ada.take('sync')
  await rowsOf(mary)
  const next = createPen({ user: tom.user, client: 8 })
  tom.push(conversation, 1, [pen.edit(old.id, 'changed').update])
  tom.push(conversation, 2, [next.text('after').update])
  tom.push(conversation, 1, [pen.recall(old.id).update])
  const rows = await rowsOf(ada)
  expect(rows.map(({ seq, kind }) => [seq, kind])).toEqual([
    [7, 'hidden'],
    [8, 'entry'],
    [9, 'hidden'],
  ])
  expect(Object.keys(rows[0] ?? {})).toEqual(['kind', 'seq', 'time'])
  expect((await rowsOf(mary)).map(({ seq, kind }) => [seq, kind])).toEqual([
    [7, 'entry'],
    [8, 'entry'],
    [9, 'entry'],
  ])
})

test('[RE131] who is added while he listens is shown nothing of the past', async () => {
  const { eve, tom, conversation, pen } = await hiddenLunch()
  await eve.take('sync')
  tom.push(conversation, 1, [pen.text('in the same turn').update])
  tom.command(conversation, { op: 'add', members: ['Eve'] })
  const [sync] = await eve.take('sync')
  expect(sync?.news[0]?.rows.map(({ kind }) => kind)).toEqual([
    'head',
    'head',
    'hidden',
    'hidden',
    'hidden',
    'head',
    'head',
  ])
  expect(await rowsOf(eve)).toEqual([])
})

test('[RE131] [RE132] who comes back sees from where the policy lets him: later, or everything', async () => {
  const lunch = await hiddenLunch()
  const { tom, mary, conversation, disk } = lunch
  const held = disk.conversations.get(conversation)
  await commanded(mary, conversation, { op: 'quit' })
  await commanded(mary, conversation, { op: 'join' })
  expect(held?.members.get(mary.user)).toMatchObject({ since: 2, role: 'member' })
  expect(await digestsOf(mary, conversation)).toEqual([2])
  await commanded(mary, conversation, { op: 'quit' })
  expect(held?.members.get(mary.user)).toMatchObject({ since: 2, role: '' })
  expect(await digestsOf(mary, conversation)).toEqual([2])
  await commanded(tom, conversation, { op: 'update', policy: { past: 'shown' } })
  await commanded(mary, conversation, { op: 'join' })
  expect(held?.members.get(mary.user)).toMatchObject({ since: 0 })
  expect(await digestsOf(mary, conversation)).toEqual([1, 2])
})
