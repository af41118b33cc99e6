import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { createTestDevice, settle, type TestDevice, testConversationId } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

const typing = { typing: true }

test('[RE160] a signal goes to every other device of every member, and to nobody else', async () => {
  const { relay, conversation, tom, mary, eve, clock } = await createTestLunch()
  const tablet = createTestDevice(relay, { user: 'Tom', device: 2 })
  const phone = createTestDevice(relay, { user: 'Mary', device: 2 })
  await settle()
  tom.send({ frame: 'signal', conversation, content: typing })
  const told = { frame: 'signal', conversation, from: 'Tom', time: clock.time, content: typing }
  for (const device of [tablet, mary, phone]) expect(await device.take('signal')).toEqual([told])
  for (const device of [tom, eve]) expect(await device.take('signal')).toEqual([])
})

test('[RE160] nothing of a signal is stored, and who comes later does not hear of it', async () => {
  const { relay, disk, conversation, tom, mary } = await createTestLunch()
  const before = disk.position
  tom.send({ frame: 'signal', conversation, content: typing })
  expect(await mary.take('signal')).toHaveLength(1)
  expect(disk.position).toBe(before)
  const late = createTestDevice(relay, { user: 'Mary', device: 2 })
  expect(await late.take('sync')).toHaveLength(1)
  expect(await late.take('signal')).toEqual([])
})

test('[RE160] a signal finds its members also when the relay holds nothing of the conversation', async () => {
  const first = await createTestLunch()
  const { relay } = createTestRelay({ disk: first.disk })
  const [tom, mary] = ['Tom', 'Mary'].map((user) => createTestDevice(relay, { user }))
  await settle()
  tom?.send({ frame: 'signal', conversation: first.conversation, content: typing })
  expect(await mary?.take('signal')).toHaveLength(1)
})

test('[RE161] who is no member, is muted or may not speak is not heard, and not answered', async () => {
  const counted: string[] = []
  const { clock, conversation, tom, mary, eve } = await createTestLunch({
    countSignal: (what) => counted.push(what),
  })
  eve.send({ frame: 'signal', conversation, content: typing })
  eve.send({ frame: 'signal', conversation: testConversationId(7), content: typing })
  eve.send({ frame: 'signal', conversation: 'no id at all', content: typing })
  await commanded(tom, conversation, { op: 'mute', members: ['Mary'], forMs: 100 })
  mary.send({ frame: 'signal', conversation, content: typing })
  expect(await tom.take('signal')).toEqual([])
  expect(counted).toEqual(['dropped', 'dropped', 'dropped', 'dropped'])
  clock.time += 100
  mary.send({ frame: 'signal', conversation, content: typing })
  expect(await tom.take('signal')).toHaveLength(1)
  await commanded(tom, conversation, { op: 'update', policy: { speak: 'owner' } })
  mary.send({ frame: 'signal', conversation, content: typing })
  tom.send({ frame: 'signal', conversation, content: typing })
  expect(await tom.take('signal')).toEqual([])
  expect(await mary.take('signal')).toHaveLength(1)
  expect(counted.slice(4)).toEqual(['passed', 'dropped', 'passed'])
  for (const device of [mary, eve]) {
    expect(device.closedBy).toBeUndefined()
    expect(device.frames.map(({ frame }) => frame)).not.toContain('answer')
  }
})

test('[RE270] many sessions of a user signal three times as often as one, and another user beside them', async () => {
  const { relay, conversation, tom, mary, clock } = await createTestLunch({
    limits: { maxSignalsPerSecond: 4 },
  })
  const others = [2, 3, 4, 5].map((device) => createTestDevice(relay, { user: 'Tom', device }))
  await settle()
  const say = (device: TestDevice, times: number): void => {
    for (let said = 0; said < times; said += 1)
      device.send({ frame: 'signal', conversation, content: typing })
  }
  // One that goes mad takes no more than its own share.
  for (const device of [tom, ...others]) say(device, 50)
  expect(await mary.take('signal')).toHaveLength(12)
  say(mary, 1)
  expect(await tom.take('signal')).not.toHaveLength(0)
  clock.time += 1000
  for (const device of others) say(device, 2)
  expect(await mary.take('signal')).toHaveLength(8)
})

test('[RE161] who was removed is not heard and hears nothing', async () => {
  const { conversation, tom, mary } = await createTestLunch()
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  tom.send({ frame: 'signal', conversation, content: typing })
  mary.send({ frame: 'signal', conversation, content: typing })
  expect(await mary.take('signal')).toEqual([])
  expect(await tom.take('signal')).toEqual([])
})

test('[RE162] so many signals in a second are passed on, and then no more of this session', async () => {
  const counted: string[] = []
  const { clock, conversation, relay, tom, mary } = await createTestLunch({
    limits: { maxSignalsPerSecond: 3 },
    countSignal: (what) => counted.push(what),
  })
  const tablet = createTestDevice(relay, { user: 'Tom', device: 2 })
  await settle()
  const signal = { frame: 'signal', conversation, content: typing } as const
  for (let count = 0; count < 5; count += 1) tom.send(signal)
  expect(await mary.take('signal')).toHaveLength(3)
  expect(counted.filter((what) => what === 'dropped')).toHaveLength(2)
  tablet.send(signal)
  expect(await mary.take('signal')).toHaveLength(1)
  clock.time += 999
  tom.send(signal)
  expect(await mary.take('signal')).toHaveLength(0)
  clock.time += 1
  for (let count = 0; count < 5; count += 1) tom.send(signal)
  expect(await mary.take('signal')).toHaveLength(3)
  expect(tom.closedBy).toBeUndefined()
})

test('[RE162] a clock that is set back silences nobody', async () => {
  const { clock, conversation, tom, mary } = await createTestLunch({ limits: { maxSignalsPerSecond: 1 } })
  tom.send({ frame: 'signal', conversation, content: typing })
  clock.time -= 3_600_000
  tom.send({ frame: 'signal', conversation, content: typing })
  expect(await mary.take('signal')).toHaveLength(2)
})

test('[RE162] questions that wait end a session; signals that wait for the same reads are dropped', async () => {
  const first = await createTestLunch()
  const counted: string[] = []
  const { relay } = createTestRelay({
    disk: first.disk,
    limits: { maxQueuedReads: 2, maxSignalsPerSecond: 100 },
    countSignal: (what) => counted.push(what),
  })
  const tom = createTestDevice(relay, { user: 'Tom' })
  await settle()
  for (let number = 10; number < 20; number += 1)
    tom.send({ frame: 'signal', conversation: testConversationId(number), content: typing })
  await settle()
  expect(counted).toHaveLength(10)
  expect(counted).not.toContain('passed')
  expect(tom.closedBy).toBeUndefined()
})

test('[RE163] a slow socket and a session that catches up lose a signal, and nothing waits for them', async () => {
  const { relay, conversation, tom, mary } = await createTestLunch({
    limits: { maxSignalBacklogBytes: 10, maxBufferedBytes: 100 },
  })
  const signal = { frame: 'signal', conversation, content: typing } as const
  mary.buffered = 11
  tom.send(signal)
  expect(await mary.take('signal')).toEqual([])
  mary.buffered = 10
  tom.send(signal)
  expect(await mary.take('signal')).toHaveLength(1)
  mary.buffered = 101
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('hello').update)
  mary.buffered = 0
  tom.send(signal)
  expect(await mary.take('signal')).toEqual([])
  mary.connection.drained()
  expect(await mary.take('sync')).toMatchObject([{}, {}, { more: false, news: [{ conversation }] }])
  expect(await mary.take('signal')).toEqual([])
  tom.send(signal)
  expect(await mary.take('signal')).toHaveLength(1)
  expect(relay.health.sessions).toBe(3)
})

test('[RE163] a session about one conversation hears no signals and gives none', async () => {
  const { relay, conversation, tom, mary } = await createTestLunch()
  const reader = createTestDevice(relay, { user: 'Mary', device: 9, only: conversation })
  await settle()
  tom.send({ frame: 'signal', conversation, content: typing })
  expect(await reader.take('signal')).toEqual([])
  reader.send({ frame: 'signal', conversation, content: typing })
  expect(await tom.take('signal')).toEqual([])
  expect(await mary.take('signal')).toHaveLength(1)
})

test('[RE160] of many members those are told who are there', async () => {
  const { relay, tom } = await createTestLunch()
  const conversation = testConversationId(2)
  const crowd = Array.from({ length: 50 }, (_, number) => `User${number}`)
  await commanded(tom, conversation, creation(...crowd))
  const seventh = createTestDevice(relay, { user: 'User7' })
  await settle()
  tom.send({ frame: 'signal', conversation, content: typing })
  expect(await seventh.take('signal')).toHaveLength(1)
})
