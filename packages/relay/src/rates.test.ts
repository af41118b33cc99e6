import { makeConversationId } from '@parley/document'
import { expect, test } from 'vitest'
import type { TestDevice } from './testing/test-device.ts'
import { createPen } from './testing/pen.ts'
import { createTestDevice, settle, testConversationId } from './testing/test-device.ts'
import { createTestLunch, creation } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

async function verdicts(device: TestDevice): Promise<readonly unknown[]> {
  return (await device.take('answer')).flatMap(({ answers }) => answers.map(({ verdict }) => verdict))
}

test('[RE230] updates beyond the rate are answered with the time when they fit, and are taken then', async () => {
  const { tom, conversation, clock } = await createTestLunch({
    limits: { maxUserUpdatesPerSecond: 10, maxUserUpdatesBurst: 4 },
  })
  const pen = createPen({ user: tom.user, client: 7 })
  clock.time += 1000
  const [one, two, three] = ['1', '2', '3'].map((text) => pen.text(text).update)
  const updates = [one, two, three].filter((update) => update !== undefined)
  tom.push(conversation, 1, updates)
  tom.push(conversation, 1, updates.slice(0, 2))
  expect(await verdicts(tom)).toEqual([
    { class: 'later', code: 'rate-limited', waitMs: 100 },
    { class: 'later', code: 'rate-limited', waitMs: 100 },
    expect.objectContaining({ class: 'accepted' }),
    expect.objectContaining({ class: 'accepted' }),
    expect.objectContaining({ class: 'accepted' }),
  ])
  clock.time += 100
  tom.push(conversation, 1, updates.slice(0, 2))
  expect(await verdicts(tom)).toMatchObject([{ class: 'duplicate' }, { class: 'duplicate' }])
})

test('[RE230] what is sent away names the update it is about, readable or not', async () => {
  const { tom, conversation } = await createTestLunch({
    limits: { maxUserUpdatesPerSecond: 1, maxUserUpdatesBurst: 1 },
  })
  const update = createPen({ user: tom.user, client: 7 }).text('hello').update
  tom.push(conversation, 3, [update, Uint8Array.of(9)])
  expect((await tom.take('answer')).flatMap(({ answers }) => answers)).toMatchObject([
    { page: 3, client: 7, clock: 0, verdict: { code: 'rate-limited' } },
    { page: 3, client: 0, clock: 0, verdict: { code: 'rate-limited' } },
  ])
})

test('[RE230] the rate is that of a user over all his sessions, and nobody else feels it', async () => {
  const { relay, tom, mary, conversation } = await createTestLunch({
    limits: { maxUserUpdatesPerSecond: 1, maxUserUpdatesBurst: 3 },
  })
  const phone = createTestDevice(relay, { user: 'Tom', device: 2 })
  const pen = createPen({ user: tom.user, client: 7 })
  tom.push(conversation, 1, [pen.text('1').update, pen.text('2').update])
  phone.command(conversation, { op: 'update', name: 'Dinner' })
  expect(await phone.take('command-answer')).toMatchObject([
    { verdict: { class: 'later', code: 'rate-limited', waitMs: 1000 } },
  ])
  mary.push(conversation, 1, [createPen({ user: mary.user, client: 8 }).text('3').update])
  expect(await verdicts(mary)).toMatchObject([{ class: 'accepted' }])
})

test('[RE277] a command that names many counts for many', async () => {
  const { tom, conversation, clock } = await createTestLunch({
    limits: { maxUserUpdatesPerSecond: 10, maxUserUpdatesBurst: 4 },
  })
  clock.time += 1000
  const crowd = Array.from({ length: 48 }, (_, index) => `user-${index}`)
  tom.command(conversation, { op: 'add', members: crowd })
  tom.command(conversation, { op: 'update', name: 'Dinner' })
  expect(await tom.take('command-answer')).toMatchObject([
    { verdict: { class: 'later', code: 'rate-limited', waitMs: 100 } },
    { verdict: { class: 'accepted' } },
  ])
  clock.time += 400
  tom.command(conversation, { op: 'remove', members: crowd.slice(0, 15) })
  expect(await tom.take('command-answer')).toMatchObject([{ verdict: { class: 'accepted' } }])
})

test('[RE230] bytes have a rate of their own, and what they send away costs no updates', async () => {
  const { tom, conversation, clock } = await createTestLunch({
    limits: { maxUserBytesPerSecond: 1000, maxUserBytesBurst: 1000, maxUserUpdatesBurst: 3 },
  })
  clock.time += 10_000
  const pen = createPen({ user: tom.user, client: 7 })
  const large = pen.text('x'.repeat(700)).update
  tom.push(conversation, 1, [large])
  expect(await verdicts(tom)).toMatchObject([{ class: 'accepted' }])
  for (let again = 0; again < 5; again += 1) tom.push(conversation, 1, [large])
  expect(await verdicts(tom)).toHaveLength(5)
  tom.push(conversation, 1, [pen.text('short').update])
  expect(await verdicts(tom)).toMatchObject([{ class: 'accepted' }])
})

test('[RE230] a device that comes home with ten thousand messages gets them through as it is told', async () => {
  const { tom, conversation, clock } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const began = clock.time
  let accepted = 0
  let longest = 0
  let page = 1
  let waiting: Uint8Array[] = []
  while (accepted < 10_000) {
    if (waiting.length === 0) waiting = Array.from({ length: 64 }, () => pen.text('hello').update)
    tom.push(conversation, page, waiting)
    const [first] = (await verdicts(tom)) as readonly { class: string; waitMs?: number; page?: number }[]
    if (first?.class === 'later') {
      longest = Math.max(longest, first.waitMs ?? 0)
      clock.time += first.waitMs ?? 0
    } else {
      accepted += 64
      waiting = []
      if (first?.class === 'rewrite') page = first.page ?? page
    }
  }
  expect(tom.closedBy).toBeUndefined()
  expect(longest).toBeLessThan(1000)
  expect(clock.time - began).toBeLessThan(20_000)
})

test('[RE231] who goes on sending where a minute would not do is sent away, and comes back later', async () => {
  const { tom, conversation } = await createTestLunch({
    limits: { maxUserUpdatesPerSecond: 1, maxUserUpdatesBurst: 1, maxRateWaitMs: 5000, minFloodUpdates: 6 },
  })
  const { update } = createPen({ user: tom.user, client: 7 }).text('hello')
  for (let sent = 0; sent < 6; sent += 1) tom.push(conversation, 1, [update])
  expect((await verdicts(tom)).at(-1)).toEqual({ class: 'later', code: 'rate-limited', waitMs: 5000 })
  expect(tom.closedBy).toBeUndefined()
  tom.push(conversation, 1, [update])
  await settle()
  expect(tom.closedBy).toBe('overloaded')
  expect(tom.frames.at(-1)).toMatchObject({ frame: 'failure', again: 'retry', waitMs: 5000 })
})

test('[RE232] so many conversations are made at once, and one more when its time has come', async () => {
  const { relay, clock } = createTestRelay({ limits: { maxCreationsPerHour: 60 } })
  const tom = createTestDevice(relay, { user: 'Tom' })
  for (let number = 0; number < 61; number += 1) tom.command(idOf(number), creation('Mary'))
  const answers = (await tom.take('command-answer')).map(({ verdict }) => verdict)
  expect(answers.filter((verdict) => verdict.class === 'accepted')).toHaveLength(60)
  expect(answers.filter((verdict) => verdict.class === 'later')).toEqual([
    { class: 'later', code: 'rate-limited', waitMs: 60_000 },
  ])
  tom.command(idOf(1), { op: 'update', name: 'Other things are not held up' })
  expect(await tom.take('command-answer')).toMatchObject([{ verdict: { class: 'accepted' } }])
  clock.time += 60_000
  tom.command(idOf(61), creation('Mary'))
  expect(await tom.take('command-answer')).toMatchObject([{ verdict: { class: 'accepted' } }])
})

function idOf(number: number): string {
  const chance = new Uint8Array(16)
  new DataView(chance.buffer).setUint32(8, number)
  return makeConversationId(chance)
}

test('[RE233] a user who begins sessions too often is told when to come again; others are let in', async () => {
  const { relay, clock } = createTestRelay({ limits: { maxHellosPerMinute: 3 } })
  const hello = (user: string): TestDevice => createTestDevice(relay, { user, token: user })
  const first = [1, 2, 3, 4].map(() => hello('Tom'))
  await settle()
  expect(first.map(({ closedBy }) => closedBy)).toEqual(['replaced', 'replaced', undefined, 'overloaded'])
  expect(first[3]?.frames).toMatchObject([{ frame: 'failure', code: 'overloaded', waitMs: 20_000 }])
  const mary = hello('Mary')
  await settle()
  expect(mary.closedBy).toBeUndefined()
  clock.time += 20_000
  const again = hello('Tom')
  await settle()
  expect(again.closedBy).toBeUndefined()
})

test('[RE234] what is asked for too fast waits in line, and is answered', async () => {
  const { relay, tom, mary, conversation, clock } = await createTestLunch({
    limits: { maxReadBytesPerSecond: 5000, maxReadBytesBurst: 5000, maxReadsPerTurn: 1 },
  })
  const ask = (device: TestDevice, request: number): void =>
    device.send({ frame: 'fetch', request, conversation, page: 0, after: 0 })
  for (let request = 1; request <= 4; request += 1) ask(tom, request)
  expect((await tom.take('fetch-answer')).map(({ request }) => request)).toEqual([1, 2])
  ask(mary, 1)
  expect(await mary.take('fetch-answer')).toHaveLength(1)
  relay.sweep()
  expect(await tom.take('fetch-answer')).toEqual([])
  clock.time += 1000
  relay.sweep()
  expect((await tom.take('fetch-answer')).map(({ request }) => request)).toEqual([3])
  clock.time += 1000
  relay.sweep()
  expect((await tom.take('fetch-answer')).map(({ request }) => request)).toEqual([4])
  expect(tom.closedBy).toBeUndefined()
})

test('[RE234] what waits in line for somebody who has gone is forgotten', async () => {
  const { relay, tom, conversation, clock, faults } = await createTestLunch({
    limits: { maxReadBytesPerSecond: 1, maxReadBytesBurst: 1 },
  })
  for (let request = 1; request <= 30; request += 1)
    tom.send({ frame: 'digests', request, conversation, pages: [1] })
  await settle()
  tom.connection.closed()
  clock.time += 1000
  relay.sweep()
  await settle()
  expect(faults).toEqual([])
})

test('[RE248] a session that sends more frames than it may is sent away', async () => {
  const { relay, clock } = createTestRelay({ limits: { maxFramesPerSecond: 1, maxFramesBurst: 3 } })
  const tom = createTestDevice(relay, { user: 'Tom' })
  const mark = (): void =>
    tom.send({ frame: 'marks', conversation: testConversationId(1), delivered: 1, read: 1 })
  for (let sent = 0; sent < 3; sent += 1) mark()
  clock.time += 1000
  mark()
  await settle()
  expect(tom.closedBy).toBeUndefined()
  mark()
  await settle()
  expect(tom.closedBy).toBe('overloaded')
})
