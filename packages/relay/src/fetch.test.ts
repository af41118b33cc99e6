import { type RelayFrame, maxRowsPerFrame } from '@parley/wire'
import { uniqueConversationId } from '@parley/document/commands'
import { expect, test } from 'vitest'
import { inFrames } from './log-rows.ts'
import { createPen } from './testing/pen.ts'
import { createTestDevice, testConversationId, type TestDevice, testUser } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'

type Fetched = Extract<RelayFrame, { frame: 'fetch-answer' }>['fetched']

async function fetched(
  device: TestDevice,
  conversation: string,
  page: number,
  after = 0,
): Promise<readonly Fetched[]> {
  await device.take('fetch-answer')
  device.send({ frame: 'fetch', request: 3, conversation, page, after })
  const answers = await device.take('fetch-answer')
  expect(answers.every((answer) => answer.request === 3 && answer.conversation === conversation)).toBe(true)
  return answers.map((answer) => answer.fetched)
}

test('[RE56] a page is answered with its rows, its version and its digest', async () => {
  const { tom, mary, conversation, disk } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const first = pen.text('1')
  await pushed(tom, conversation, 1, first.update, pen.text('2').update, pen.recall(first.id).update)
  const digest = disk.conversations.get(conversation)?.pages.get(1)?.digest
  const answer = { result: 'rows', page: 1, version: 4, digest, more: false }
  expect(await fetched(mary, conversation, 1)).toMatchObject([
    {
      ...answer,
      after: 0,
      rows: [
        { kind: 'erased', seq: 2, author: 'Tom', id: first.id },
        { kind: 'entry', seq: 3 },
        { kind: 'entry', seq: 4, erases: [{ seq: 2, client: 7, clock: 0 }] },
      ],
    },
  ])
  expect(await fetched(mary, conversation, 1, 3)).toMatchObject([{ ...answer, after: 3, rows: [{ seq: 4 }] }])
  expect(await fetched(mary, conversation, 1, 4)).toMatchObject([{ ...answer, after: 4, rows: [] }])
})

test('[RE56] a page that does not fit into one frame comes in several, the last of which says so', async () => {
  const { tom, conversation } = await createTestLunch({ limits: { maxPayloadBytes: 1000 } })
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, ...Array.from({ length: 7 }, () => pen.text('x'.repeat(190)).update))
  const answers = await fetched(tom, conversation, 1)
  expect(
    answers.map((answer) => answer.result === 'rows' && [answer.version, answer.more, answer.rows.length]),
  ).toEqual([
    [8, true, 3],
    [8, true, 3],
    [8, false, 1],
  ])
})

test('[RE56] a frame holds so many rows and no more', () => {
  const row = { kind: 'head', seq: 1, time: 1, update: Uint8Array.of(1), command: '', change: null } as const
  const rows = Array.from({ length: maxRowsPerFrame + 1 }, () => row)
  expect(inFrames(rows.slice(1), 1e9).map(({ length }) => length)).toEqual([maxRowsPerFrame])
  expect(inFrames(rows, 1e9).map(({ length }) => length)).toEqual([maxRowsPerFrame, 1])
  expect(inFrames([], 1e9)).toEqual([[]])
})

test('[RE56] a former member gets a page as it was, and none that is younger', async () => {
  const { tom, mary, conversation, disk } = await createTestLunch({ limits: { maxPageEntries: 3 } })
  const pen = createPen({ user: tom.user, client: 7 })
  const first = pen.text('1')
  await pushed(tom, conversation, 1, first.update)
  const { digest } = disk.conversations.get(conversation)?.pages.get(1) ?? {}
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  await pushed(tom, conversation, 1, pen.text('2').update, pen.text('3').update)
  expect(await fetched(mary, conversation, 1)).toMatchObject([
    { result: 'rows', version: 2, digest, rows: [{ seq: 2 }] },
  ])
  expect(await fetched(mary, conversation, 2)).toMatchObject([{ result: 'failed', code: 'not-found' }])
})

test('[RE56] what was erased since does not come back to a former member', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const first = pen.text('oops')
  await pushed(tom, conversation, 1, first.update)
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  await pushed(tom, conversation, 1, pen.recall(first.id).update)
  const [answer] = await fetched(mary, conversation, 1)
  expect(answer).toMatchObject({ result: 'rows', version: 2, rows: [{ kind: 'erased', seq: 2 }] })
  const row = answer?.result === 'rows' ? answer.rows[0] : undefined
  expect(String(row?.kind === 'erased' ? row.update : '')).not.toBe(String(first.update))
})

test('[RE56] a page that is not there, or not his, is not found', async () => {
  const { tom, eve, conversation } = await createTestLunch()
  const notFound = [{ result: 'failed', code: 'not-found' }]
  expect(await fetched(tom, conversation, 2)).toMatchObject(notFound)
  const here = await fetched(eve, conversation, 1)
  expect(here).toMatchObject(notFound)
  expect(await fetched(eve, testConversationId(404), 1)).toEqual(here)
  expect(await fetched(eve, 'nonsense!', 1)).toEqual(here)
})

test('[RE57] the head is answered whole', async () => {
  const { mary, conversation, disk } = await createTestLunch()
  const held = disk.conversations.get(conversation)
  expect(await fetched(mary, conversation, 0)).toEqual([
    { result: 'head', version: 1, digest: held?.record.headDigest, state: held?.head.state },
  ])
})

test('[RE58] who may join is shown what a list would show', async () => {
  const { eve, tom, mary, conversation, clock } = await createTestLunch()
  const joinable = { result: 'joinable', kind: 'group', name: 'Lunch', creator: 'Tom', createdAt: clock.time }
  expect(await fetched(eve, conversation, 0)).toEqual([{ ...joinable, members: 2 }])
  await commanded(mary, conversation, { op: 'quit' })
  expect(await fetched(mary, conversation, 0)).toEqual([{ ...joinable, members: 1 }])
  await commanded(tom, conversation, { op: 'add', members: ['Mary'] })
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  expect(await fetched(mary, conversation, 0)).toMatchObject([{ result: 'failed', code: 'not-a-member' }])
})

test('[RE58] a unique conversation is shown to its members only', async () => {
  const { relay } = await createTestLunch()
  const uniqueId = uniqueConversationId('group', [testUser('Tom'), testUser('Mary')])
  const makeUnique = { ...creation('Mary'), unique: true }
  const [tom, eve] = ['Tom', 'Eve'].map((user) => createTestDevice(relay, { user, device: 9 }))
  if (tom === undefined || eve === undefined) throw new Error('two devices were made')
  const before = await fetched(eve, uniqueId, 0)
  expect(await commanded(tom, uniqueId, makeUnique)).toMatchObject({ class: 'accepted' })
  expect(await fetched(eve, uniqueId, 0)).toEqual(before)
  expect(before).toMatchObject([{ result: 'failed', code: 'not-found' }])
})

test('[RE59] digests are answered for the pages that exist and are his', async () => {
  const { tom, mary, eve, conversation, disk } = await createTestLunch({ limits: { maxPageEntries: 2 } })
  const pen = createPen({ user: tom.user, client: 7 })
  const first = pen.text('1')
  await pushed(tom, conversation, 1, first.update, pen.recall(first.id).update)
  await pushed(tom, conversation, 2, createPen({ user: tom.user, client: 8 }).text('2').update)
  const pages = disk.conversations.get(conversation)?.pages
  const digests = async (device: TestDevice): Promise<unknown> => {
    device.send({ frame: 'digests', request: 4, conversation, pages: [2, 1, 7, 1, 2] })
    const [answer] = await device.take('digests-answer')
    expect(answer).toMatchObject({ request: 4, conversation })
    return answer?.pages
  }
  const all = [
    { page: 2, version: 5, digest: pages?.get(2)?.digest, erased: false },
    { page: 1, version: 3, digest: pages?.get(1)?.digest, erased: true },
  ]
  expect(await digests(tom)).toEqual(all)
  expect(await digests(eve)).toEqual([])
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  await pushed(
    tom,
    conversation,
    2,
    createPen({ user: tom.user, client: 8, clock: 1, origin: { client: 8, clock: 0 } }).text('3').update,
  )
  expect(await digests(mary)).toEqual(all)
})
