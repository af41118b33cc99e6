import { expect, test } from 'vitest'
import type { RelayLimits } from './limits.ts'
import { createMemoryDisk, type MemoryDisk } from './memory-store.ts'
import { StoreError } from './store.ts'
import { createPen, testEntryId } from './testing/pen.ts'
import { said, setting } from './testing/person-calls.ts'
import { createTestDevice, settle, testConversationId, testUser } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { noUsage } from './usage-store.ts'

const [tom, mary, eve] = ['Tom', 'Mary', 'Eve'].map(testUser)
const conversation = testConversationId(1)

function used(disk: MemoryDisk, user = tom) {
  if (user === undefined) throw new Error('three were named')
  return disk.usage.get(user) ?? noUsage(user)
}

/** The same data under a relay with other limits. */
function again(disk: MemoryDisk, limits: Partial<RelayLimits>) {
  const { relay, faults } = createTestRelay({ disk, limits })
  const [first, second, third] = ['Tom', 'Mary', 'Eve'].map((user) => createTestDevice(relay, { user }))
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were made')
  return { relay, faults, tom: first, mary: second, eve: third }
}

const refusal = (code: string) => ({ class: 'refused', code })

test('[RE241] who has no room left is refused what he writes; another one writes on', async () => {
  const { disk } = await createTestLunch()
  const pen = createPen({ user: testUser('Tom'), client: 7 })
  const [one, two] = [pen.text('just so much'), pen.text('too much')]
  const lunch = again(disk, { maxUserBytes: used(disk).bytes + one.update.length })
  expect(await pushed(lunch.tom, conversation, 1, one.update, two.update)).toMatchObject([
    { class: 'accepted' },
    refusal('quota-exceeded'),
  ])
  expect(await pushed(lunch.tom, conversation, 1, two.update)).toMatchObject([refusal('quota-exceeded')])
  expect(await pushed(lunch.tom, conversation, 1, one.update)).toMatchObject([{ class: 'duplicate' }])
  const own = createPen({ user: testUser('Mary'), client: 8 }).text('I have room').update
  expect(await pushed(lunch.mary, conversation, 1, own)).toMatchObject([{ class: 'accepted' }])
})

test('[RE241] commands, profiles and settings are refused for want of room as well', async () => {
  const { disk } = await createTestLunch()
  const lunch = again(disk, { maxUserBytes: used(disk).bytes })
  expect(await commanded(lunch.tom, conversation, { op: 'update', name: 'Dinner' })).toMatchObject(
    refusal('quota-exceeded'),
  )
  expect(await commanded(lunch.tom, testConversationId(2), creation('Mary'))).toMatchObject(
    refusal('quota-exceeded'),
  )
  for (const command of [{ op: 'profile', set: { name: 'Tom' } }, setting(conversation, { pinned: true })])
    expect(await said(lunch.tom, command)).toMatchObject(refusal('quota-exceeded'))
})

test('[RE241] a profile counts by what it is now', async () => {
  const { disk, tom: device } = await createTestLunch()
  const before = used(disk).bytes
  await said(device, { op: 'profile', set: { name: 'x'.repeat(100) } })
  const long = used(disk).bytes
  expect(long - before).toBeGreaterThan(100)
  await said(device, { op: 'profile', set: { name: 'x' } })
  expect(used(disk).bytes).toBeLessThan(long)
  const lunch = again(disk, { maxUserBytes: used(disk).bytes + 50 })
  expect(await said(lunch.tom, { op: 'profile', set: { name: 'x'.repeat(100) } })).toMatchObject(
    refusal('quota-exceeded'),
  )
})

test('[RE242] a conversation that takes all its room takes no more, of anybody', async () => {
  const { disk } = await createTestLunch()
  const { bytes = 0 } = disk.conversations.get(conversation)?.record ?? {}
  const pen = createPen({ user: testUser('Tom'), client: 7 })
  const one = pen.text('just so much').update
  const lunch = again(disk, { maxConversationBytes: bytes + one.length })
  expect(await pushed(lunch.tom, conversation, 1, one)).toMatchObject([{ class: 'accepted' }])
  const own = createPen({ user: testUser('Mary'), client: 8 }).text('no room').update
  expect(await pushed(lunch.mary, conversation, 1, own)).toMatchObject([refusal('conversation-full')])
  expect(await commanded(lunch.mary, conversation, { op: 'update', name: 'Dinner' })).toMatchObject(
    refusal('conversation-full'),
  )
  expect(await commanded(lunch.eve, conversation, { op: 'update', name: 'Dinner' })).toMatchObject(
    refusal('not-found'),
  )
  expect(await commanded(lunch.mary, testConversationId(2), creation('Tom'))).toMatchObject({
    class: 'accepted',
  })
})

test('[RE243] a user makes so many conversations in all, whether or not he stays', async () => {
  const { relay, disk } = createTestRelay({ limits: { maxUserCreated: 2 } })
  const device = createTestDevice(relay, { user: 'Tom' })
  for (const number of [1, 2]) {
    expect(await commanded(device, testConversationId(number), creation('Mary'))).toMatchObject({
      class: 'accepted',
    })
    await commanded(device, testConversationId(number), { op: 'quit' })
  }
  expect(used(disk)).toMatchObject({ created: 2, joined: 0 })
  expect(await commanded(device, testConversationId(3), creation('Mary'))).toMatchObject(
    refusal('too-many-conversations'),
  )
  expect(await commanded(device, testConversationId(2), { op: 'join' })).toMatchObject({ class: 'accepted' })
})

test('[RE243] a user is in so many conversations, and may leave one for another', async () => {
  const { relay, disk } = createTestRelay({ limits: { maxUserConversations: 2 } })
  const [device, other] = ['Tom', 'Mary'].map((user) => createTestDevice(relay, { user }))
  if (device === undefined || other === undefined) throw new Error('two were made')
  for (const number of [1, 2]) await commanded(device, testConversationId(number), creation('Mary'))
  await settle()
  const third = { ...creation('Eve') }
  expect(
    await commanded(createTestDevice(relay, { user: 'Ada' }), testConversationId(3), third),
  ).toMatchObject({ class: 'accepted' })
  expect(await commanded(device, testConversationId(3), { op: 'join' })).toMatchObject(
    refusal('too-many-conversations'),
  )
  expect(await commanded(device, testConversationId(4), creation())).toMatchObject(
    refusal('too-many-conversations'),
  )
  await commanded(device, testConversationId(1), { op: 'quit' })
  expect(await commanded(device, testConversationId(3), { op: 'join' })).toMatchObject({ class: 'accepted' })
  expect(used(disk)).toMatchObject({ created: 2, joined: 2 })
})

test('[RE243] who is in as many as he may be is brought into no other; the others of the command are', async () => {
  const { relay, disk } = createTestRelay({ limits: { maxUserConversations: 1 } })
  const [ada, device] = ['Ada', 'Tom'].map((user) => createTestDevice(relay, { user }))
  if (ada === undefined || device === undefined) throw new Error('two were made')
  await commanded(ada, testConversationId(1), creation('Mary'))
  expect(await commanded(device, testConversationId(2), creation('Mary', 'Eve'))).toMatchObject({
    class: 'accepted',
    outcome: {
      successfulClientIds: ['Eve'],
      failures: [{ clientIds: ['Mary'], code: 'too-many-conversations' }],
    },
  })
  expect([mary, eve].map((user) => used(disk, user).joined)).toEqual([1, 1])
})

test('[RE244] who has no room left takes back, leaves and sends away, and has room again', async () => {
  const { disk, tom: device } = await createTestLunch()
  const pen = createPen({ user: testUser('Tom'), client: 7 })
  const long = pen.text('x'.repeat(2000))
  const next = pen.text('y'.repeat(1000))
  await pushed(device, conversation, 1, long.update)
  const lunch = again(disk, { maxUserBytes: used(disk).bytes })
  const here = await pushed(lunch.tom, conversation, 1, next.update)
  expect(here).toMatchObject([refusal('quota-exceeded')])
  pen.clock -= 1
  pen.origin = { client: 7, clock: 0 }
  expect(await pushed(lunch.tom, conversation, 1, pen.recall(long.id).update)).toMatchObject([
    { class: 'accepted' },
  ])
  expect(used(disk).bytes).toBeLessThan(2000)
  expect(await pushed(lunch.tom, conversation, 1, pen.text('y'.repeat(1000)).update)).toMatchObject([
    { class: 'accepted' },
  ])
  const full = again(disk, { maxUserBytes: 1, maxConversationBytes: 1 })
  expect(await commanded(full.tom, conversation, { op: 'remove', members: ['Mary'] })).toMatchObject({
    class: 'accepted',
  })
  expect(await commanded(full.tom, conversation, { op: 'block', members: ['Mary'] })).toMatchObject({
    class: 'accepted',
  })
  expect(await said(full.tom, { op: 'block', users: ['Eve'] })).toMatchObject({ class: 'accepted' })
  expect(await commanded(full.tom, conversation, { op: 'quit' })).toMatchObject({ class: 'accepted' })
  expect(full.faults).toEqual([])
})

test('[RE244] an edit that is no longer than the one before needs no room', async () => {
  const { disk, tom: device } = await createTestLunch()
  const pen = createPen({ user: testUser('Tom'), client: 7 })
  const message = pen.text('hello')
  await pushed(device, conversation, 1, message.update, pen.edit(message.id, 'x'.repeat(500)).update)
  const lunch = again(disk, { maxUserBytes: used(disk).bytes })
  expect(await pushed(lunch.tom, conversation, 1, pen.edit(message.id, 'y').update)).toMatchObject([
    { class: 'accepted' },
  ])
  expect(
    await pushed(lunch.tom, conversation, 1, pen.edit(message.id, 'z'.repeat(5000)).update),
  ).toMatchObject([refusal('quota-exceeded')])
})

test('[RE245] two inputs of one turn never both take the last of it', async () => {
  const { disk } = await createTestLunch()
  const pens = [7, 9].map((client) => createPen({ user: testUser('Tom'), client }))
  const [one, two] = pens.map((pen) => pen.text('as long as the other').update)
  if (one === undefined || two === undefined) throw new Error('two were written')
  const { relay } = createTestRelay({ disk, limits: { maxUserBytes: used(disk).bytes + one.length + 5 } })
  const devices = [1, 2].map((device) => createTestDevice(relay, { user: 'Tom', device }))
  await settle()
  devices[0]?.push(conversation, 1, [one])
  devices[1]?.push(conversation, 1, [two])
  const answers = await Promise.all(devices.map(async (device) => device.take('answer')))
  expect(answers.map(([frame]) => frame?.answers[0]?.verdict.class)).toEqual(['accepted', 'refused'])
})

test('[RE245] what found no room is judged again when it comes again, and nothing is kept of it', async () => {
  const { disk } = await createTestLunch()
  const lunch = again(disk, { maxUserCreated: 1 })
  const id = testEntryId()
  const before = [disk.commands.size, used(disk).bytes]
  const verdict = await commanded(lunch.tom, testConversationId(2), creation('Mary'), id)
  expect(verdict).toMatchObject(refusal('too-many-conversations'))
  expect([disk.commands.size, used(disk).bytes]).toEqual(before)
  const later = again(disk, {})
  const other = await commanded(later.tom, testConversationId(2), creation('Mary'), id)
  expect(other).toMatchObject({ class: 'accepted' })
})

test('[RE245] of who has no room left no command is kept that has changed nothing', async () => {
  const { disk } = await createTestLunch()
  const lunch = again(disk, { maxUserBytes: 1 })
  const before = used(disk).bytes
  for (let times = 0; times < 3; times += 1) {
    await commanded(lunch.tom, testConversationId(9), { op: 'quit' })
    await commanded(lunch.tom, conversation, { op: 'remove', members: ['Nobody'] })
    await said(lunch.tom, { op: 'unblock', users: ['Nobody'] })
  }
  expect(used(disk).bytes).toBe(before)
})

test('[RE245] a turn that fails counts nothing', async () => {
  const disk = createMemoryDisk('epoch-1')
  let failing = false
  const { tom: device } = await createTestLunch({
    disk,
    wrap: (store) =>
      wrapStore(store, {
        commit: async (commit) => {
          if (failing) throw new StoreError('full', 'no room')
          await store.commit(commit)
        },
      }),
  })
  const before = used(disk)
  failing = true
  const update = createPen({ user: testUser('Tom'), client: 7 }).text('hello').update
  expect(await pushed(device, conversation, 1, update)).toMatchObject([{ class: 'later', code: 'disk-full' }])
  expect(used(disk)).toEqual(before)
  failing = false
  expect(await pushed(device, conversation, 1, update)).toMatchObject([{ class: 'accepted' }])
  expect(used(disk).bytes).toBe(before.bytes + update.length)
})

test('[RE247] a relay may allow fewer members than the protocol does', async () => {
  const { tom: device, eve: stranger } = await createTestLunch({ limits: { maxConversationMembers: 2 } })
  expect(await commanded(device, conversation, { op: 'add', members: ['Eve'] })).toMatchObject(
    refusal('conversation-full'),
  )
  expect(await commanded(stranger, conversation, { op: 'join' })).toMatchObject(refusal('conversation-full'))
  expect(await commanded(device, testConversationId(2), creation('Mary', 'Eve'))).toMatchObject(
    refusal('conversation-full'),
  )
  expect(await commanded(device, conversation, { op: 'remove', members: ['Mary'] })).toMatchObject({
    class: 'accepted',
  })
  expect(await commanded(stranger, conversation, { op: 'join' })).toMatchObject({ class: 'accepted' })
})
