/** What somebody could try who means no good, and how little comes of it. */
import { maxNamedAtOnce } from '@parley/document'
import { type Any, maxPeoplePerRequest } from '@parley/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryDisk, createMemoryRelayStore } from './memory-store.ts'
import { makeMortal } from './testing/mortal-store.ts'
import { testEntryId } from './testing/pen.ts'
import { blocking, contact, kept, ownRows, said, setting, unblocking } from './testing/person-calls.ts'
import { createTestDevice, settle } from './testing/test-device.ts'
import { createTestLunch } from './testing/test-lunch.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'

test('[RE140] nobody writes rows of somebody else, whatever he adds to a command', async () => {
  const { tom, mary, eve, store } = await createTestLunch()
  const tries: readonly Any[] = [
    { op: 'profile', owner: 'Mary', set: { name: 'Mary is silly' } },
    { op: 'profile', user: 'Mary', set: { name: 'Mary is silly' } },
    { op: 'profile', set: { name: 'x', owner: 'Mary' } },
    { op: 'setting', owner: 'Mary', conversation: 'c', cleared: 9 },
    { op: 'block', owner: 'Mary', users: ['Tom'] },
    { op: 'unblock', by: 'Mary', users: ['Eve'] },
    { op: 'contact', user: 'Mary', act: 'request', state: 'contact' },
    { op: 'contact', user: ['Mary'], act: 'request' },
    { kind: 'contact', key: 'Eve', value: { state: 'contact' } },
    [],
    'profile',
    null,
  ]
  await said(mary, blocking('Eve'))
  for (const command of tries)
    expect(await said(eve, command)).toMatchObject({ class: 'refused', code: 'bad-content' })
  expect(kept(mary.frames)).toEqual(['block/Eve'])
  expect(kept(tom.frames)).toEqual([])
  expect(kept(eve.frames)).toEqual([])
  expect(store.position).toBe(2)
})

test('[RE140] rows of two with one name for a conversation are apart', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  await said(tom, setting(conversation, { cleared: 5, pinned: true }))
  await said(mary, setting(conversation, { cleared: 3 }))
  expect(ownRows(tom.frames).get(`setting/${conversation}`)).toMatchObject({ value: { cleared: 5 } })
  expect(ownRows(mary.frames).get(`setting/${conversation}`)).toMatchObject({ value: { cleared: 3 } })
})

test('[RE140] [RE30] an id that another user has used is not taken', async () => {
  const { tom, eve } = await createTestLunch()
  const id = testEntryId()
  await said(tom, blocking('Mary'), id)
  expect(await said(eve, blocking('Ada'), id)).toMatchObject({
    class: 'accepted',
    outcome: { successfulClientIds: ['Ada'] },
  })
})

test('[RE142] nobody makes himself a contact by what he does first, or twice', async () => {
  const { mary, eve } = await createTestLunch()
  const acts = ['accept', 'remark', 'decline', 'request', 'accept', 'request', 'accept', 'remove', 'accept']
  for (const act of acts) eve.command('', contact(act, 'Mary'))
  await settle()
  const seen = [...mary.frames, ...eve.frames].flatMap((frame) => (frame.frame === 'own' ? frame.rows : []))
  expect(JSON.stringify(seen)).not.toContain('"state":"contact"')
  expect(kept(mary.frames)).toEqual([])
})

test('[RE142] who was removed or blocked comes back by being asked alone', async () => {
  const { mary, eve } = await createTestLunch()
  const both = (): unknown => [
    ownRows(mary.frames).get('contact/Eve'),
    ownRows(eve.frames).get('contact/Mary'),
  ]
  await said(eve, contact('request', 'Mary'))
  await said(mary, contact('accept', 'Eve'))
  expect(both()).toMatchObject([{ value: { state: 'contact' } }, { value: { state: 'contact' } }])
  await said(mary, blocking('Eve'))
  expect(both()).toMatchObject([{ value: null }, { value: null }])
  for (const act of ['accept', 'request', 'request', 'accept']) await said(eve, contact(act, 'Mary'))
  expect(both()).toMatchObject([{ value: null }, { value: { state: 'outgoing' } }])
  await said(mary, unblocking('Eve'))
  expect(await said(mary, contact('accept', 'Eve'))).toMatchObject({ code: 'not-found' })
  await said(eve, contact('request', 'Mary'))
  expect(both()).toMatchObject([{ value: { state: 'incoming' } }, { value: { state: 'outgoing' } }])
})

test('[RE140] a command that names more than it may is refused as a whole', async () => {
  const { tom, store } = await createTestLunch()
  const users = Array.from({ length: maxNamedAtOnce + 1 }, (_, number) => `user-${number}`)
  expect(await said(tom, blocking(...users))).toMatchObject({ class: 'refused', code: 'too-large' })
  expect(store.position).toBe(1)
  expect(await said(tom, blocking(...users.slice(1)))).toMatchObject({ seq: maxNamedAtOnce + 1 })
  expect(await said(tom, blocking('user-0', 'Tom'))).toMatchObject({
    class: 'accepted',
    seq: 0,
    outcome: { successfulClientIds: [], failures: [{ code: 'bad-content' }, { code: 'too-many' }] },
  })
})

test('[RE64] [RE146] who asks for more people than he may ends', async () => {
  const { relay } = await createTestLunch()
  const eve = createTestDevice(relay, { user: 'Eve', device: 2 })
  await settle()
  // Kind, request, and a count one over the limit, with bytes enough for so many.
  const over = maxPeoplePerRequest + 1
  eve.connection.receiveBytes(Uint8Array.of(7, 1, over, ...new Uint8Array(over)))
  expect(eve.closedBy).toBe('too-large')
})

test('[RE64] [RE140] a row of his own that a device sends is no frame of a device', async () => {
  const { relay } = await createTestLunch()
  const eve = createTestDevice(relay, { user: 'Eve', device: 2 })
  await settle()
  eve.connection.receiveBytes(Uint8Array.of(75, 0))
  expect(eve.closedBy).toBe('unknown-frame')
})

test('[RE6] commands of a person wait as all others do, so many and no more', async () => {
  const { relay } = createTestRelay({ limits: { maxQueuedUpdates: 2 }, gathered: settle })
  const tom = createTestDevice(relay, { user: 'Tom' })
  await settle()
  for (const user of ['Mary', 'Eve', 'Ada']) tom.command('', blocking(user))
  await settle()
  const answers = await tom.take('command-answer')
  expect(answers.map(({ verdict }) => verdict.class).toSorted()).toEqual(['accepted', 'accepted', 'later'])
})

const names = ['Tom', 'Mary', 'Eve']
const who = fc.constantFrom(...names)
const command = fc.oneof(
  fc.record({
    op: fc.constant('contact'),
    user: who,
    act: fc.constantFrom('request', 'accept', 'decline', 'remove', 'remark'),
  }),
  fc.record({ op: fc.constantFrom('block', 'unblock'), users: fc.uniqueArray(who, { minLength: 1 }) }),
  fc.record({ op: fc.constant('setting'), conversation: fc.constantFrom('c', 'd'), cleared: fc.nat(3) }),
)

test('[RE71] [RE140] whenever the relay dies, a command that comes again is carried out once', async () => {
  const sent = fc.array(fc.record({ by: who, command, calls: fc.nat(6), reaches: fc.boolean() }), {
    maxLength: 20,
  })
  await fc.assert(
    fc.asyncProperty(sent, async (steps) => {
      const disk = createMemoryDisk(testEpoch)
      const calm = createTestRelay()
      const peers = names.map((user) => createTestDevice(calm.relay, { user }))
      await settle()
      for (const { by, command: it, calls, reaches } of steps) {
        const id = testEntryId()
        const mortal = makeMortal(createMemoryRelayStore(disk))
        const first = createTestDevice(createTestRelay({ wrap: () => mortal.store }).relay, { user: by })
        await settle()
        mortal.dieIn(calls, reaches)
        first.command('', { ...it }, id)
        await settle()
        const second = createTestDevice(createTestRelay({ disk }).relay, { user: by })
        const there = await said(second, { ...it }, id)
        const peer = peers.find(({ user }) => user === by)
        const here = peer === undefined ? undefined : await said(peer, { ...it }, id)
        // What was answered before counts as known; all else is as if nobody had died.
        expect({ ...there, class: '' }).toEqual({ ...here, class: '' })
      }
      expect(disk.people).toEqual(calm.disk.people)
      expect(disk.position).toBe(calm.disk.position)
    }),
    { numRuns: 40 },
  )
})
