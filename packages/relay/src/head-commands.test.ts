import { forever, readHeadState } from '@parley/document'
import type { News } from '@parley/wire'
import { expect, test } from 'vitest'
import type { MemberRecord } from './store.ts'
import { createPen } from './testing/pen.ts'
import { createTestDevice, testConversationId } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed, type TestLunch } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

function recordOf({ disk, conversation }: TestLunch, user: string): MemberRecord | undefined {
  return [...(disk.conversations.get(conversation)?.members.values() ?? [])].find((one) => one.user === user)
}

async function newsOf({ relay }: TestLunch, user: string, device: number): Promise<News | undefined> {
  return (await createTestDevice(relay, { user, device }).take('sync'))[0]?.news[0]
}

test('[RE129] a list row says when the head last changed, which the opening of a page is not', async () => {
  const { tom, mary, conversation, clock, store } = await createTestLunch({ limits: { maxPageEntries: 1 } })
  const headTime = async (): Promise<number | undefined> => (await store.conversation(conversation))?.headTime
  const made = await headTime()
  clock.time += 1000
  const pen = createPen({ user: mary.user, client: 7 })
  await pushed(mary, conversation, 1, pen.text('fills the page').update)
  expect((await store.conversation(conversation))?.pages).toBe(2)
  expect(await headTime()).toBe(made)
  await commanded(tom, conversation, { op: 'update', name: 'Dinner' })
  expect(await headTime()).toBe(clock.time)
})

test('[RE129] name and icon of a list row follow the head', async () => {
  const lunch = await createTestLunch()
  const { tom, conversation, disk } = lunch
  expect(await newsOf(lunch, 'Mary', 10)).toMatchObject({ name: 'Lunch', icon: null })
  await commanded(tom, conversation, { op: 'update', name: 'Dinner', icon: 'dinner.png' })
  expect(disk.conversations.get(conversation)?.record).toMatchObject({ name: 'Dinner', icon: 'dinner.png' })
  expect(await newsOf(lunch, 'Mary', 11)).toMatchObject({ name: 'Dinner', icon: 'dinner.png' })
  await commanded(tom, conversation, { op: 'update', icon: null })
  expect(await newsOf(lunch, 'Mary', 12)).toMatchObject({ name: 'Dinner', icon: null })
  await commanded(tom, conversation, { op: 'update', set: { 'seat.row': 7 } })
  const head = readHeadState(disk.conversations.get(conversation)?.head.state ?? new Uint8Array())
  expect(head?.attributes.get('seat')).toEqual({ row: 7 })
})

test('[RE129] a conversation has its icon from its creation on', async () => {
  const { tom, eve } = await createTestLunch()
  await eve.take('sync')
  const made = await commanded(tom, testConversationId(2), { ...creation('Eve'), icon: 'garden.png' })
  expect(made.class).toBe('accepted')
  expect((await eve.take('sync')).flatMap(({ news }) => news)).toMatchObject([{ icon: 'garden.png' }])
})

test('[RE129] a list row says until when its reader may not speak, as long as he is a member', async () => {
  const lunch = await createTestLunch()
  const { tom, conversation, clock } = lunch
  let device = 10
  const mutedUntil = async (user: string): Promise<number | undefined> => {
    device += 1
    return (await newsOf(lunch, user, device))?.mutedUntil
  }
  const told: (number | undefined)[] = []
  for (const command of [
    { op: 'mute', members: ['Mary'], forMs: 500 },
    { op: 'unmute', members: ['Mary'] },
    { op: 'mute', members: ['Mary'], forMs: null },
    { op: 'remove', members: ['Mary'] },
    { op: 'add', members: ['Mary'] },
  ]) {
    expect(await commanded(tom, conversation, command)).toMatchObject({ class: 'accepted' })
    told.push(await mutedUntil('Mary'))
  }
  expect(told).toEqual([clock.time + 500, 0, forever, 0, forever])
  expect(await mutedUntil('Tom')).toBe(0)
})

test('[RE132] a role is in the record, the list row and the head', async () => {
  const lunch = await createTestLunch()
  const { tom, mary, conversation, disk } = lunch
  const before = recordOf(lunch, 'Mary')
  await commanded(tom, conversation, { op: 'role', members: ['Mary'], role: 'manager' })
  expect(recordOf(lunch, 'Mary')).toEqual({ ...before, role: 'manager' })
  expect(await newsOf(lunch, 'Mary', 10)).toMatchObject({ role: 'manager', joinedSeq: 1 })
  const head = readHeadState(disk.conversations.get(conversation)?.head.state ?? new Uint8Array())
  expect(head?.members.get(mary.user)?.role).toBe('manager')
  await commanded(mary, conversation, { op: 'role', members: ['Mary'], role: 'member' })
  await commanded(tom, conversation, { op: 'role', members: ['Mary'], role: 'member' })
  expect(recordOf(lunch, 'Mary')).toEqual(before)
})

test('[RE132] a manager removes plain members, and may do so from the row on that made him one', async () => {
  const lunch = await createTestLunch()
  const { tom, mary, conversation } = lunch
  await commanded(tom, conversation, { op: 'add', members: ['Ada', 'Eve'] })
  expect(await commanded(mary, conversation, { op: 'remove', members: ['Ada'] })).toMatchObject({
    class: 'refused',
    code: 'not-allowed',
  })
  tom.command(conversation, { op: 'role', members: ['Mary'], role: 'manager' })
  const verdict = await commanded(mary, conversation, { op: 'remove', members: ['Ada', 'Tom'] })
  expect(verdict).toMatchObject({
    class: 'accepted',
    outcome: {
      successfulClientIds: ['Ada'],
      failures: [{ clientIds: ['Tom'], code: 'not-allowed' }],
    },
  })
  expect(recordOf(lunch, 'Ada')).toMatchObject({ role: '', removedBy: 'Mary' })
})

test('[RE132] who is blocked leaves as one who is removed, with the same row', async () => {
  const lunch = await createTestLunch()
  const { tom, mary, conversation } = lunch
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('hello').update)
  expect(await commanded(tom, conversation, { op: 'block', members: ['Mary', 'Eve'] })).toMatchObject({
    class: 'accepted',
    seq: 3,
  })
  expect(recordOf(lunch, 'Mary')).toMatchObject({
    role: '',
    leftSeq: 3,
    leftTotal: 1,
    leftMembers: 1,
    removedBy: 'Tom',
    position: 3,
  })
  expect(recordOf(lunch, 'Eve')).toBeUndefined()
  expect((await mary.take('rows')).flatMap(({ rows }) => rows)).toMatchObject([
    { seq: 2 },
    { seq: 3, change: { op: 'blocked', by: 'Tom', members: ['Mary', 'Eve'], left: ['Mary'] } },
  ])
  expect(await newsOf(lunch, 'Mary', 10)).toMatchObject({ role: '', removedBy: 'Tom', seq: 3 })
  const message = createPen({ user: mary.user, client: 8 }).text('let me in')
  expect(await pushed(mary, conversation, 1, message.update)).toMatchObject([{ code: 'not-a-member' }])
})

test('[RE20] [RE132] who is blocked does not come back, by himself or with help, until that ends', async () => {
  const lunch = await createTestLunch()
  const { tom, mary, eve, conversation } = lunch
  await commanded(tom, conversation, { op: 'block', members: ['Mary', 'Eve'] })
  for (const device of [mary, eve]) {
    expect(await commanded(device, conversation, { op: 'join' })).toMatchObject({
      class: 'refused',
      code: 'blocked',
    })
  }
  expect(await commanded(tom, conversation, { op: 'add', members: ['Mary', 'Ada'] })).toMatchObject({
    outcome: { successfulClientIds: ['Ada'], failures: [{ clientIds: ['Mary'], code: 'blocked' }] },
  })
  await commanded(tom, conversation, { op: 'unblock', members: ['Mary', 'Eve'] })
  // He was sent away; she never was there.
  expect(await commanded(mary, conversation, { op: 'join' })).toMatchObject({ code: 'removed' })
  expect(await commanded(eve, conversation, { op: 'join' })).toMatchObject({ class: 'accepted' })
  expect(await commanded(tom, conversation, { op: 'add', members: ['Mary'] })).toMatchObject({
    outcome: { successfulClientIds: ['Mary'], failures: [] },
  })
  expect(recordOf(lunch, 'Mary')).toMatchObject({ role: 'member', removedBy: '', leftSeq: 0 })
})

test('[RE58] who is blocked, or comes by invitation only, is not shown what he may not join', async () => {
  const { tom, mary, eve, conversation } = await createTestLunch()
  const asked = async (device: typeof eve): Promise<unknown> => {
    await device.take('fetch-answer')
    device.send({ frame: 'fetch', request: 1, conversation, page: 0, after: 0 })
    const [answer] = await device.take('fetch-answer')
    const fetched = answer?.fetched
    return fetched?.result === 'failed' ? fetched.code : fetched?.result
  }
  await commanded(mary, conversation, { op: 'quit' })
  expect([await asked(eve), await asked(mary)]).toEqual(['joinable', 'joinable'])
  await commanded(tom, conversation, { op: 'update', policy: { join: 'invited' } })
  expect([await asked(eve), await asked(mary)]).toEqual(['not-found', 'not-a-member'])
  await commanded(tom, conversation, { op: 'update', policy: { join: 'anyone' } })
  await commanded(tom, conversation, { op: 'block', members: ['Mary', 'Eve'] })
  expect([await asked(eve), await asked(mary)]).toEqual(['not-a-member', 'not-a-member'])
  expect(await asked(tom)).toBe('head')
})

test('[RE20] only the owner changes the policy, and what it says is asked of everybody', async () => {
  const { tom, mary, eve, conversation } = await createTestLunch()
  const policy = { invite: 'managers', speak: 'managers', join: 'invited' }
  expect(await commanded(mary, conversation, { op: 'update', policy })).toMatchObject({ code: 'not-allowed' })
  expect(await commanded(tom, conversation, { op: 'update', policy })).toMatchObject({ class: 'accepted' })
  expect(await commanded(mary, conversation, { op: 'add', members: ['Ada'] })).toMatchObject({
    code: 'not-allowed',
  })
  expect(await commanded(eve, conversation, { op: 'join' })).toMatchObject({ code: 'not-found' })
  const say = createPen({ user: mary.user, client: 8 }).text('hello')
  expect(await pushed(mary, conversation, 1, say.update)).toMatchObject([{ code: 'not-allowed' }])
  await commanded(tom, conversation, { op: 'role', members: ['Mary'], role: 'manager' })
  expect(await pushed(mary, conversation, 1, say.update)).toMatchObject([{ class: 'accepted' }])
})

test('[RE133] who is muted may not speak until then, by the time of the relay', async () => {
  const { tom, mary, conversation, clock, disk } = await createTestLunch()
  const pen = createPen({ user: mary.user, client: 8 })
  const first = pen.text('before')
  await pushed(mary, conversation, 1, first.update)
  await commanded(tom, conversation, { op: 'mute', members: ['Mary'], forMs: 1000 })
  const head = readHeadState(disk.conversations.get(conversation)?.head.state ?? new Uint8Array())
  expect(head?.muted.get(mary.user)).toBe(clock.time + 1000)
  const { clock: next, origin } = pen
  const refusals = [
    () => pen.text('hello'),
    () => pen.edit(first.id, 'hello'),
    () => pen.react(first.id, '👍'),
  ]
  for (const make of refusals) {
    clock.time += 300
    expect(await pushed(mary, conversation, 1, make().update)).toMatchObject([
      { class: 'refused', code: 'muted' },
    ])
    Object.assign(pen, { clock: next, origin })
  }
  clock.time += 99
  const last = pen.text('too early')
  expect(await pushed(mary, conversation, 1, last.update)).toMatchObject([{ code: 'muted' }])
  clock.time += 1
  expect(await pushed(mary, conversation, 1, last.update)).toMatchObject([{ class: 'accepted' }])
})

test('[RE133] times never run backwards, and so a mute is not over before and then again not', async () => {
  const { tom, mary, conversation, clock } = await createTestLunch()
  await commanded(tom, conversation, { op: 'mute', members: ['Mary'], forMs: 1000 })
  const pen = createPen({ user: mary.user, client: 8 })
  clock.time += 1000
  expect(await pushed(mary, conversation, 1, pen.text('now').update)).toMatchObject([{ class: 'accepted' }])
  clock.time -= 500
  expect(await pushed(mary, conversation, 1, pen.text('still').update)).toMatchObject([{ class: 'accepted' }])
})

test('[RE133] a mute for good ends by a command, outlasts leaving, and lets one recall', async () => {
  const { tom, mary, conversation, clock, disk } = await createTestLunch()
  const pen = createPen({ user: mary.user, client: 8 })
  const first = pen.text('before')
  await pushed(mary, conversation, 1, first.update)
  await commanded(tom, conversation, { op: 'mute', members: ['Mary'], forMs: null })
  const head = readHeadState(disk.conversations.get(conversation)?.head.state ?? new Uint8Array())
  expect(head?.muted.get(mary.user)).toBe(forever)
  clock.time += 10 ** 12
  await commanded(mary, conversation, { op: 'quit' })
  await commanded(mary, conversation, { op: 'join' })
  expect(await pushed(mary, conversation, 1, pen.recall(first.id).update)).toMatchObject([
    { class: 'accepted' },
  ])
  const say = pen.text('hello')
  expect(await pushed(mary, conversation, 1, say.update)).toMatchObject([{ code: 'muted' }])
  await commanded(tom, conversation, { op: 'unmute', members: ['Mary'] })
  expect(await pushed(mary, conversation, 1, say.update)).toMatchObject([{ class: 'accepted' }])
})

test('[RE36] what makes a head larger is refused where it is too large, and what makes it smaller is not', async () => {
  const { conversation, disk } = await createTestLunch()
  const smaller = createTestRelay({ disk, limits: { maxHeadBytes: 100 } })
  const tom = createTestDevice(smaller.relay, { user: 'Tom' })
  const tooLarge = { class: 'refused', code: 'too-large' }
  for (const command of [
    { op: 'update', name: 'Dinner' },
    { op: 'add', members: ['Ada'] },
    { op: 'mute', members: ['Mary'], forMs: null },
    { op: 'block', members: ['Eve'] },
    { op: 'role', members: ['Mary'], role: 'manager' },
  ]) {
    expect(await commanded(tom, conversation, command)).toMatchObject(tooLarge)
  }
  expect(await commanded(tom, conversation, { op: 'block', members: ['Mary'] })).toMatchObject({
    class: 'accepted',
  })
  expect(await commanded(tom, conversation, { op: 'unblock', members: ['Mary'] })).toMatchObject({
    class: 'accepted',
  })
})
