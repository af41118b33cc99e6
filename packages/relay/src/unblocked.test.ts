import { parseChange, maxUnblocked, type UserId, type ConversationId } from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import { parsePersonRow } from '@parley/document/person'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { blocking, ownRows, said } from './testing/person-calls.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, settle, type TestDevice, testConversationId } from './testing/test-device.ts'
import { commanded, createTestLunch, creation } from './testing/test-lunch.ts'
import { testEpoch } from './testing/test-relay.ts'
import { readStored, readStoredObject } from './stored-any.ts'
import { type RelayStore, StoreError } from './store.ts'

const block = (...members: readonly string[]) => ({ op: 'block', members })
const unblock = (...members: readonly string[]) => ({ op: 'unblock', members })
const add = (...members: readonly string[]) => ({ op: 'add', members })
const row = 'unblocked/'

/** What a device has been told to keep of its user's unblockings. */
const told = (device: TestDevice): unknown => ownRows(device.frames).get(row)?.value

test('[RE185] who is unblocked is told by whom and when, a member once or never, and nobody else is', async () => {
  const { tom, mary, eve, conversation, clock, store, faults } = await createTestLunch()
  await commanded(tom, conversation, block('Mary', 'Eve'))
  for (const device of [mary, eve]) expect(told(device)).toBeUndefined()
  clock.time += 1000
  const { position } = store
  expect(await commanded(tom, conversation, unblock('Mary', 'Eve'))).toMatchObject({ class: 'accepted' })
  const it = { conversations: [{ id: conversation, by: 'Tom', time: clock.time }] }
  for (const device of [mary, eve]) expect(told(device)).toEqual(it)
  expect(told(tom)).toBeUndefined()
  const [stored, ...more] = await store.peopleSince(eve.user, 0, 10)
  expect(stored).toMatchObject({ kind: 'unblocked', key: '', group: '', position: position + 3 })
  expect(more).toEqual([])
  expect(faults).toEqual([])
})

test('[RE185] nothing is told where nobody was blocked, or the change is refused', async () => {
  const { tom, mary, eve, conversation, store } = await createTestLunch()
  await commanded(tom, conversation, unblock('Mary', 'Eve'))
  await commanded(tom, conversation, block('Eve'))
  expect(await commanded(mary, conversation, unblock('Eve'))).toMatchObject({ class: 'refused' })
  expect(await commanded(eve, conversation, unblock('Eve'))).toMatchObject({ class: 'refused' })
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  for (const device of [mary, eve]) {
    expect(told(device)).toBeUndefined()
    expect(await store.peopleSince(device.user, 0, 10)).toEqual([])
  }
})

test('[RE185] of a commit that fails nothing is told, and the command that comes again tells once', async () => {
  let full = false
  const { tom, mary, conversation, store } = await createTestLunch({
    wrap: (inner) =>
      wrapStore(inner, {
        async commit(commit) {
          if (full) throw new StoreError('full', 'no room')
          await inner.commit(commit)
        },
      }),
  })
  await commanded(tom, conversation, block('Mary'))
  full = true
  const id = tom.command(conversation, unblock('Mary'))
  expect(await tom.take('command-answer')).toMatchObject([{ verdict: { class: 'later' } }])
  expect(told(mary)).toBeUndefined()
  full = false
  for (const answer of ['accepted', 'duplicate'])
    expect(await commanded(tom, conversation, unblock('Mary'), id)).toMatchObject({ class: answer })
  expect(await mary.take('own')).toHaveLength(1)
  expect(await store.peopleSince(mary.user, 0, 10)).toHaveLength(1)
})

test('[RE186] to live sessions it goes with the turn, behind its rows', async () => {
  const { relay, tom, mary, conversation } = await createTestLunch()
  const tablet = createTestDevice(relay, { user: 'Mary', device: 2 })
  const about = createTestDevice(relay, { user: 'Mary', device: 3, only: conversation })
  await settle()
  const before = [mary, tablet].map(({ frames }) => frames.length)
  tom.command(conversation, block('Mary'))
  tom.command(conversation, unblock('Mary'))
  await settle()
  for (const [index, device] of [mary, tablet].entries())
    expect(device.frames.slice(before[index])).toMatchObject([
      { frame: 'rows', conversation, rows: [{ kind: 'head', change: { op: 'blocked' } }] },
      { frame: 'own', rows: [{ kind: 'unblocked' }] },
    ])
  expect(about.frames.some(({ frame }) => frame === 'own')).toBe(false)
})

test('[RE186] who was away hears of it once, behind the rows of conversations', async () => {
  const { relay, store, tom, mary, conversation } = await createTestLunch()
  const cursor = store.position
  mary.connection.closed()
  await commanded(tom, conversation, block('Mary'))
  await commanded(tom, conversation, unblock('Mary'))
  const late = createTestDevice(relay, { user: 'Mary', epoch: testEpoch, cursor })
  await settle()
  expect(late.frames).toMatchObject([
    { frame: 'welcome' },
    { frame: 'sync', more: true, cursor, news: [{ conversation, rows: [{ change: { op: 'blocked' } }] }] },
    { frame: 'own', rows: [{ kind: 'unblocked' }] },
    { frame: 'sync', more: false, cursor: store.position, news: [] },
  ])
  const next = createTestDevice(relay, { user: 'Mary', epoch: testEpoch, cursor: store.position })
  await settle()
  expect(next.frames.map(({ frame }) => frame)).toEqual(['welcome', 'sync'])
  const fresh = createTestDevice(relay, { user: 'Mary', device: 2 })
  await settle()
  expect(told(fresh)).toMatchObject({ conversations: [{ id: conversation }] })
})

test('[RE186] a session that fell behind is told of the block first, too', async () => {
  const { tom, mary, conversation } = await createTestLunch({ limits: { maxBufferedBytes: 100 } })
  mary.buffered = 101
  const before = mary.frames.length
  await commanded(tom, conversation, block('Mary'))
  await commanded(tom, conversation, unblock('Mary'))
  expect(mary.frames).toHaveLength(before)
  mary.buffered = 0
  mary.connection.drained()
  await settle()
  expect(mary.frames.slice(before).map(({ frame }) => frame)).toEqual(['sync', 'own', 'sync'])
})

test('[RE187] it is one row: the newest of each conversation, of many conversations the newest', async () => {
  const { tom, eve, store, clock, faults } = await createTestLunch()
  const ids = Array.from({ length: maxUnblocked + 2 }, (_, number) => testConversationId(100 + number))
  const over = async (id: string): Promise<void> => {
    clock.time += 1
    await commanded(tom, id, block('Eve'))
    await commanded(tom, id, unblock('Eve'))
  }
  for (const id of ids) {
    await commanded(tom, id, creation())
    await over(id)
  }
  expect(told(eve)).toMatchObject({ conversations: ids.slice(2).map((id) => ({ id })) })
  const again = ids[5] ?? ''
  await over(again)
  const newest = [...ids.slice(2).filter((id) => id !== again), again]
  expect(told(eve)).toMatchObject({ conversations: newest.map((id) => ({ id })) })
  expect(await store.peopleSince(eve.user, 0, 1000)).toHaveLength(1)
  expect(faults).toEqual([])
})

test('[RE187] commands of one turn are told together, and keep what was told of other conversations', async () => {
  const { tom, eve, conversation } = await createTestLunch()
  const [work, home] = [testConversationId(2), testConversationId(3)]
  await commanded(tom, work, creation())
  await commanded(tom, work, block('Eve'))
  await commanded(tom, work, unblock('Eve'))
  await commanded(tom, conversation, add('Eve'))
  // The first of them has a turn of its own.
  tom.command(conversation, { op: 'update', name: 'Dinner' })
  tom.command(home, creation('Eve'))
  for (const id of [home, conversation]) {
    tom.command(id, block('Eve'))
    tom.command(id, unblock('Eve'))
  }
  await settle()
  expect(told(eve)).toMatchObject({ conversations: [{ id: work }, { id: home }, { id: conversation }] })
})

test('[RE188] who is blocked again is not told of what was before, and the row that says nothing is gone', async () => {
  const { tom, mary, eve, conversation, store } = await createTestLunch()
  await commanded(tom, conversation, block('Mary', 'Eve'))
  await commanded(tom, conversation, unblock('Mary', 'Eve'))
  await commanded(tom, conversation, block('Mary'))
  expect([told(mary), told(eve)]).toMatchObject([null, { conversations: [{ id: conversation }] }])
  expect(await store.peopleSince(mary.user, 0, 10)).toMatchObject([{ value: null }])
  await commanded(tom, conversation, block('Mary'))
  expect(await mary.take('own')).toHaveLength(2)
})

test('[RE188] who is added, or joins, is a member, and is not told of it any more', async () => {
  const { tom, mary, eve, conversation, store } = await createTestLunch()
  await commanded(tom, conversation, block('Mary', 'Eve'))
  await commanded(tom, conversation, unblock('Mary', 'Eve'))
  await commanded(tom, conversation, add('Mary'))
  await commanded(eve, conversation, { op: 'join' })
  for (const { user } of [mary, eve])
    expect(await store.peopleSince(user, 0, 10)).toMatchObject([{ kind: 'unblocked', value: null }])
})

test('[RE188] nor is who comes back by creating again, by himself or brought by another', async () => {
  const { tom, mary, eve, store } = await createTestLunch()
  const users = [tom.user, mary.user, eve.user]
  const id = uniqueConversationId('group', users)
  const made = { ...creation('Tom', 'Mary', 'Eve'), unique: true }
  await commanded(tom, id, made)
  for (const op of ['quit', 'removed'] as const) {
    if (op === 'quit') await commanded(mary, id, { op: 'quit' })
    await commanded(tom, id, block('Mary', 'Eve'))
    await commanded(tom, id, unblock('Mary', 'Eve'))
    expect(told(mary)).toMatchObject({ conversations: [{ id }] })
    if (op === 'quit') await commanded(mary, id, made)
    await commanded(tom, id, made)
    const { value } = await onlyRow(store, mary)
    expect((await store.member(id, mary.user))?.role).toBe('member')
    expect(value).toBeNull()
  }
})

async function onlyRow(store: RelayStore, { user }: TestDevice): Promise<{ readonly value: unknown }> {
  const [first, ...more] = await store.peopleSince(user, 0, 10)
  if (first === undefined || more.length > 0) throw new Error('one row was to be there')
  return first
}

test('[RE185] whom he blocks himself, and what he refuses, changes nothing of it', async () => {
  const { tom, eve, conversation } = await createTestLunch()
  await said(eve, blocking('Tom'))
  await said(eve, { op: 'refuse', conversations: [conversation] })
  await commanded(tom, conversation, block('Eve'))
  await commanded(tom, conversation, unblock('Eve'))
  expect(told(eve)).toMatchObject({ conversations: [{ id: conversation, by: 'Tom' }] })
})

/** By the rows of the head alone. */
async function isLetBack(store: RelayStore, id: ConversationId, user: UserId): Promise<boolean> {
  let is = false
  for (const { change } of await store.pageRows(id, 0, 0, 1000)) {
    const parsed = parseChange(change === null ? null : readStored(change))
    if (!parsed.ok) throw new Error(parsed.detail)
    const it = parsed.change
    if ('by' in it && it.op === 'joined' && it.by === user) is = false
    if ('members' in it && it.members.includes(user))
      is = it.op === 'unblocked' || (is && it.op === 'removed')
  }
  return is
}

function conversationsIn(value: unknown): readonly string[] {
  const parsed = parsePersonRow('unblocked', '', value)
  if (!parsed.ok || parsed.row.kind !== 'unblocked') throw new Error('no row of unblockings')
  return parsed.row.value?.conversations.map(({ id }) => id) ?? []
}

const step = fc.record({
  where: fc.nat({ max: 1 }),
  op: fc.constantFrom('block', 'block', 'unblock', 'unblock', 'unblock', 'add', 'remove', 'join', 'quit'),
  who: fc.constantFrom('Mary', 'Eve'),
  settles: fc.boolean(),
})

test('[RE185] [RE187] [RE188] whatever is done, in turns of any size, he has been told what is so', async () => {
  let ever = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30, size: 'max' }), async (steps) => {
      const { tom, mary, eve, store, faults } = await createTestLunch()
      const ids = [0, 1].map((number) => testConversationId(10 + number))
      for (const id of ids) await commanded(tom, id, creation('Mary'))
      for (const { where, op, who, settles } of steps) {
        const own = op === 'join' || op === 'quit'
        const by = own ? (who === 'Mary' ? mary : eve) : tom
        by.command(ids[where] ?? '', own ? { op } : { op, members: [who] })
        if (settles) await settle()
      }
      await settle()
      expect(faults).toEqual([])
      for (const { user, frames } of [mary, eve]) {
        const expected: string[] = []
        for (const id of ids) if (await isLetBack(store, id, user)) expected.push(id)
        const [now] = await store.people([{ owner: user, kind: 'unblocked', key: '' }])
        const stored = conversationsIn(now?.value == null ? null : readStoredObject(now.value))
        expect(stored.toSorted()).toEqual(expected)
        expect(conversationsIn(ownRows(frames).get(row)?.value ?? null)).toEqual(stored)
        ever += stored.length
      }
    }),
    { numRuns: 60 },
  )
  expect(ever).toBeGreaterThan(20)
})
