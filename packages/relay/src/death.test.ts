import { expect, test } from 'vitest'
import { createMemoryDisk, createMemoryRelayStore } from './memory-store.ts'
import { makeMortal } from './testing/mortal-store.ts'
import { createPen, testEntryId } from './testing/pen.ts'
import { createTestDevice, settle, testConversationId } from './testing/test-device.ts'
import { commanded, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'

const conversation = testConversationId(1)

test('[RE71] what was committed and not answered is answered the next time, as it was', async () => {
  const disk = createMemoryDisk(testEpoch)
  const mortal = makeMortal(createMemoryRelayStore(disk))
  const first = createTestDevice(createTestRelay({ wrap: () => mortal.store }).relay, { user: 'Tom' })
  await commanded(first, conversation, creation('Mary'))
  const message = createPen({ user: first.user, client: 7 }).text('hello')
  const id = testEntryId()
  first.push(conversation, 1, [message.update])
  first.command(conversation, { op: 'add', members: ['Eve'] }, id)
  // Writers, messages, commands, who may decline, how far who comes in had got, and what they take up: then the commit.
  mortal.dieIn(7, true)
  await settle()
  expect(mortal.dead).toBe(true)
  expect(disk.position).toBe(3)
  expect(await first.take('answer')).toEqual([])

  const second = createTestDevice(createTestRelay({ disk }).relay, { user: 'Tom' })
  expect(await pushed(second, conversation, 1, message.update)).toMatchObject([
    { class: 'duplicate', seq: 2, page: 1, client: 7, clock: 0 },
  ])
  expect(await commanded(second, conversation, { op: 'add', members: ['Eve'] }, id)).toMatchObject({
    class: 'duplicate',
    seq: 3,
    outcome: { successfulClientIds: ['Eve'], failures: [] },
  })
  expect(disk.position).toBe(3)
})

test.for([1, 2, 3, 4, 5, 6, 7])(
  '[RE71] what a relay that died at call %i had not committed was never there',
  async (calls) => {
    const disk = createMemoryDisk(testEpoch)
    const mortal = makeMortal(createMemoryRelayStore(disk))
    const first = createTestDevice(createTestRelay({ wrap: () => mortal.store }).relay, { user: 'Tom' })
    await commanded(first, conversation, creation('Mary'))
    const message = createPen({ user: first.user, client: 7 }).text('hello')
    first.push(conversation, 1, [message.update])
    first.command(conversation, { op: 'add', members: ['Eve'] })
    mortal.dieIn(calls, false)
    await settle()
    expect([mortal.dead, disk.position]).toEqual([true, 1])
    const second = createTestDevice(createTestRelay({ disk }).relay, { user: 'Tom' })
    expect(await pushed(second, conversation, 1, message.update)).toMatchObject([
      { class: 'accepted', seq: 2 },
    ])
  },
)
