import { uniqueConversationId } from '@parley/document/commands'
import type { Any, DeviceFrame } from '@parley/wire'
import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { blocking, contact, kept, said, unblocking } from './testing/person-calls.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, settle, testConversationId, testUser } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'

const direct = uniqueConversationId('direct', [testUser('Tom'), testUser('Mary')])
const making = (other: string): ReturnType<typeof creation> => ({
  ...creation(other),
  kind: 'direct',
  unique: true,
  name: null,
})
const declined = (...clientIds: readonly string[]): object => ({
  class: 'accepted',
  outcome: { failures: [{ code: 'declined', clientIds }] },
})

test('[RE147] who blocks the actor is brought in by no way, and by others still is', async () => {
  const { tom, mary, eve, conversation, store } = await createTestLunch()
  await said(eve, blocking('Tom'))
  expect(await commanded(tom, conversation, { op: 'add', members: ['Ada', 'Eve'] })).toMatchObject(
    declined('Eve'),
  )
  const other = testConversationId(2)
  expect(await commanded(tom, other, creation('Mary', 'Eve'))).toMatchObject(declined('Eve'))
  expect(await store.member(other, eve.user)).toBeUndefined()
  expect(await eve.take('sync')).toHaveLength(1)
  expect(await commanded(mary, conversation, { op: 'add', members: ['Eve'] })).toMatchObject({
    outcome: { successfulClientIds: ['Eve'], failures: [] },
  })
})

test('[RE147] who refuses a conversation is added to it by nobody until he admits it, and joins by himself', async () => {
  const { tom, mary, eve, conversation } = await createTestLunch()
  await said(eve, { op: 'refuse', conversations: [conversation] })
  for (const device of [tom, mary])
    expect(await commanded(device, conversation, { op: 'add', members: ['Eve'] })).toMatchObject(
      declined('Eve'),
    )
  expect(await commanded(tom, testConversationId(2), creation('Eve'))).toMatchObject({
    outcome: { successfulClientIds: ['Eve'], failures: [] },
  })
  expect(await commanded(eve, conversation, { op: 'join' })).toMatchObject({ class: 'accepted' })
  await commanded(eve, conversation, { op: 'quit' })
  await said(eve, { op: 'admit', conversations: [conversation] })
  expect(await commanded(tom, conversation, { op: 'add', members: ['Eve'] })).toMatchObject({
    outcome: { successfulClientIds: ['Eve'] },
  })
})

test('[RE147] a conversation of two is not made with who blocks, and what the two had stays', async () => {
  const { tom, mary, store } = await createTestLunch()
  await said(mary, blocking('Tom'))
  expect(await commanded(tom, direct, making('Mary'))).toMatchObject({ class: 'refused', code: 'declined' })
  expect(await store.conversation(direct)).toBeUndefined()
  expect(await commanded(mary, direct, making('Tom'))).toMatchObject({ class: 'accepted' })
  expect(await commanded(tom, direct, making('Mary'))).toMatchObject({ class: 'accepted' })
})

test('[RE148] in a conversation of two nothing comes from whom the other blocks, until he does no more', async () => {
  const { tom, mary } = await createTestLunch()
  await commanded(tom, direct, making('Mary'))
  const pen = createPen({ user: tom.user, client: 7 })
  const first = pen.text('hello')
  expect(await pushed(tom, direct, 1, first.update)).toMatchObject([{ class: 'accepted' }])
  await said(mary, blocking('Tom'))
  const place = { clock: pen.clock, origin: pen.origin }
  for (const write of [() => pen.text('x'), () => pen.edit(first.id, 'x'), () => pen.react(first.id, 'x')]) {
    const [verdict] = await pushed(tom, direct, 1, write().update)
    expect(verdict).toMatchObject({ class: 'refused', code: 'blocked' })
    Object.assign(pen, place)
  }
  const hers = createPen({ user: mary.user, client: 8, origin: place.origin })
  expect(await pushed(mary, direct, 1, hers.text('go away').update)).toMatchObject([{ class: 'accepted' }])
  expect(await pushed(tom, direct, 1, pen.recall(first.id).update)).toMatchObject([{ class: 'accepted' }])
  await said(mary, unblocking('Tom'))
  expect(await pushed(tom, direct, 1, pen.text('sorry').update)).toMatchObject([{ class: 'accepted' }])
})

test('[RE148] blocking and writing in one turn are judged in their order', async () => {
  const { tom, mary } = await createTestLunch()
  await commanded(tom, direct, making('Mary'))
  const pen = createPen({ user: tom.user, client: 7 })
  tom.push(direct, 1, [pen.text('1').update])
  mary.command('', blocking('Tom'))
  tom.push(direct, 1, [pen.text('2').update])
  const answers = (await tom.take('answer')).flatMap((frame) => frame.answers)
  expect(answers).toMatchObject([
    { verdict: { class: 'accepted' } },
    { verdict: { class: 'refused', code: 'blocked' } },
  ])
})

test('[RE148] who is blocked is so in a conversation that is made in the same turn', async () => {
  const { tom, mary } = await createTestLunch()
  await said(tom, blocking('Mary'))
  tom.command(direct, making('Mary'))
  mary.push(direct, 1, [createPen({ user: mary.user, client: 7 }).text('early').update])
  const answers = (await mary.take('answer')).flatMap((frame) => frame.answers)
  expect(answers).toMatchObject([{ verdict: { class: 'refused', code: 'blocked' } }])
})

test('[RE148] in a group nobody is kept silent, and nobody is looked up', async () => {
  let looked = 0
  const { tom, mary, conversation } = await createTestLunch({
    wrap: (store) =>
      wrapStore(store, {
        async people(keys) {
          looked += 1
          return store.people(keys)
        },
      }),
  })
  await said(mary, blocking('Tom'))
  looked = 0
  expect(
    await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update),
  ).toMatchObject([{ class: 'accepted' }])
  expect(looked).toBe(0)
})

test('[RE148] [RE161] in a conversation of two nobody is heard by whom he is blocked, and he is not told', async () => {
  const counted: string[] = []
  const { conversation, tom, mary } = await createTestLunch({ countSignal: (what) => counted.push(what) })
  await commanded(tom, direct, making('Mary'))
  const signal = (where: string): DeviceFrame => ({ frame: 'signal', conversation: where, content: { t: 1 } })
  tom.send(signal(direct))
  expect(await mary.take('signal')).toMatchObject([{ conversation: direct, from: 'Tom' }])
  await said(mary, blocking('Tom'))
  const before = tom.frames.length
  tom.send(signal(direct))
  tom.send(signal(conversation))
  expect(await mary.take('signal')).toMatchObject([{ conversation }])
  mary.send(signal(direct))
  expect(await tom.take('signal')).toMatchObject([{ conversation: direct, from: 'Mary' }])
  expect(tom.frames).toHaveLength(before + 1)
  await said(mary, unblocking('Tom'))
  tom.send(signal(direct))
  expect(await mary.take('signal')).toHaveLength(1)
  expect(counted).toEqual(['passed', 'passed', 'dropped', 'passed', 'passed'])
})

test('[RE149] a request takes as many positions whether it is shown or not, and so does taking it back', async () => {
  const { tom, mary, store, clock } = await createTestLunch()
  await said(mary, blocking('Tom'))
  const taken = async (command: Any): Promise<number> => {
    const before = store.position
    const verdict = await said(tom, command)
    expect(verdict).toMatchObject({ class: 'accepted', seq: store.position })
    return store.position - before
  }
  for (const act of ['request', 'request', 'remove']) {
    clock.time += 1
    expect([await taken(contact(act, 'Eve')), await taken(contact(act, 'Mary'))]).toEqual([2, 2])
    // The last position is that of a row: another process would go on behind it.
    const rows = await store.peopleSince(tom.user, 0, 9)
    expect(rows.at(-1)?.position).toBe(store.position)
  }
})

test('[RE149] to whom is blocked it looks as if he waited for an answer', async () => {
  const { relay, tom, mary } = await createTestLunch()
  await said(tom, contact('request', 'Ada'))
  await said(mary, blocking('Tom'))
  const before = mary.frames.length
  const [unblocked, blocked] = [
    await said(tom, contact('request', 'Ben')),
    await said(tom, contact('request', 'Mary')),
  ]
  expect(blocked).toMatchObject({
    class: 'accepted',
    outcome: { successfulClientIds: ['Mary'], failures: [] },
  })
  expect(Object.keys(blocked)).toEqual(Object.keys(unblocked))
  await settle()
  expect(mary.frames).toHaveLength(before)
  expect(kept(tom.frames)).toEqual(['contact/Ada', 'contact/Ben', 'contact/Mary'])
  for (const act of ['accept', 'decline'])
    expect(await said(mary, contact(act, 'Tom'))).toMatchObject({ code: 'not-found' })
  const phone = createTestDevice(relay, { user: 'Mary', device: 9 })
  await settle()
  expect(kept(phone.frames)).toEqual(['block/Tom'])
})
