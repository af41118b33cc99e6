import { encodeDeviceFrame, type Hello } from '@parley/wire'
import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import {
  createTestDevice,
  settle,
  testConversationId,
  testDeviceId,
  testUser,
} from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'

function helloOf(device: string): Hello {
  return {
    frame: 'hello',
    version: 1,
    token: 'Tom',
    device,
    epoch: '',
    cursor: 0,
    tag: '',
    login: false,
    inflates: false,
  }
}

test('[RE60] hello is answered with welcome and the catch-up', async () => {
  const { relay, clock } = createTestRelay()
  const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  expect(tom.connection.state).toBe('hello')
  expect(tom.connection.identity).toBeUndefined()
  await settle()
  expect(tom.connection.state).toBe('open')
  expect(tom.connection.identity).toEqual({ user: 'Tom', device: testDeviceId(1) })
  expect(tom.frames).toMatchObject([
    { frame: 'welcome', version: 1, user: 'Tom', epoch: testEpoch, time: clock.time, expires: 0 },
    { frame: 'sync', full: true, more: false, cursor: 0, news: [] },
  ])
  expect(relay.health.sessions).toBe(1)
})

test('[RE60] anything before hello, or before its answer, ends the socket', async () => {
  const { relay } = createTestRelay()
  const early = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  early.send({ frame: 'ping', nonce: 1, frames: 1 })
  await settle()
  expect(early.closedBy).toBe('malformed')
  expect(early.frames.map(({ frame }) => frame)).toEqual(['failure'])
  expect(relay.health.sessions).toBe(0)
  const twice = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  await settle()
  twice.send(helloOf(testDeviceId(1)))
  expect(twice.closedBy).toBe('malformed')
  const closed: string[] = []
  const silent = relay.accept({
    send: () => undefined,
    buffered: () => 0,
    close: (code) => closed.push(code),
  })
  silent.receive({ frame: 'ping', nonce: 1, frames: 0 })
  expect(closed).toEqual(['malformed'])
})

test('[RE60] another version of the protocol is answered as such', async () => {
  const { relay } = createTestRelay()
  const old = createTestDevice(relay, { user: 'Tom', token: 'Tom', version: 2 })
  await settle()
  expect(old.closedBy).toBe('wrong-version')
  expect(old.frames).toMatchObject([{ frame: 'failure', code: 'wrong-version', again: 'stop' }])
})

test('[RE60] a device id of no form is malformed', () => {
  const { relay } = createTestRelay()
  const closed: string[] = []
  const connection = relay.accept({
    send: () => undefined,
    buffered: () => 0,
    close: (code) => closed.push(code),
  })
  connection.receive(helloOf('tablet'))
  expect(closed).toEqual(['malformed'])
  expect(connection.state).toBe('closed')
})

test('[RE61] a token that is not accepted ends the socket with the reason', async () => {
  const { relay } = createTestRelay()
  const [bad, expired] = ['', 'expired'].map((token) => createTestDevice(relay, { user: 'Tom', token }))
  await settle()
  expect([bad?.closedBy, expired?.closedBy]).toEqual(['bad-token', 'token-expired'])
  expect(expired?.frames).toMatchObject([
    { frame: 'failure', again: 'token', detail: 'The token has expired.' },
  ])
})

test('[RE61] a token that cannot be checked is a fault of the relay', async () => {
  const { relay, errors } = createTestRelay({
    authenticate: async () => {
      throw new Error('the key set cannot be fetched')
    },
  })
  const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  await settle()
  expect(tom.closedBy).toBe('internal')
  expect(errors).toHaveLength(1)
})

test('[RE61] a socket that has gone while its token was checked enters no session', async () => {
  let answer: (() => void) | undefined
  const { relay } = createTestRelay({
    authenticate: async () => {
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return { ok: true, user: testUser('Tom') }
    },
  })
  const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  await settle()
  tom.connection.closed()
  answer?.()
  await settle()
  expect(relay.health.sessions).toBe(0)
  expect(tom.frames).toEqual([])
})

test('[RE62] a new session of the same device replaces the one before, another device does not', async () => {
  const { relay, mary, conversation, tom } = await createTestLunch()
  const tablet = createTestDevice(relay, { user: 'Mary', device: 2 })
  const again = createTestDevice(relay, { user: 'Mary' })
  await settle()
  expect([mary.closedBy, tablet.closedBy, again.closedBy]).toEqual(['replaced', undefined, undefined])
  expect(mary.frames.at(-1)).toMatchObject({ frame: 'failure', code: 'replaced', again: 'stop' })
  mary.connection.closed()
  expect(relay.health.sessions).toBe(4)
  const before = mary.frames.length
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('hello').update)
  expect(await again.take('rows')).toHaveLength(1)
  expect(await tablet.take('rows')).toHaveLength(1)
  expect(mary.frames).toHaveLength(before)
})

test('[RE63] a token that has expired ends the session with the next frame', async () => {
  const { relay, clock } = createTestRelay({
    authenticate: async (token, now) => ({ ok: true, user: testUser(token), expires: now + 1000 }),
  })
  const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  await settle()
  expect(tom.connection.identity?.expires).toBe(clock.time + 1000)
  clock.time += 999
  tom.send({ frame: 'ping', nonce: 1, frames: 1 })
  expect(await tom.take('pong')).toHaveLength(1)
  clock.time += 1
  tom.send({ frame: 'ping', nonce: 2, frames: 2 })
  expect(await tom.take('pong')).toEqual([])
  expect(tom.closedBy).toBe('token-expired')
})

test('[RE63] a token that had expired before its check ended enters no session', async () => {
  const { relay } = createTestRelay({
    authenticate: async (token, now) => ({ ok: true, user: testUser(token), expires: now }),
  })
  const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  await settle()
  expect(tom.closedBy).toBe('token-expired')
})

test('[RE190] a fresh token of the same user renews the session, which goes on until that one expires', async () => {
  const { relay, clock } = createTestRelay({
    authenticate: async (token, now) =>
      token === 'Tom'
        ? { ok: true, user: testUser('Tom'), expires: now + 1000 }
        : { ok: true, user: testUser('Tom') },
  })
  const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  await settle()
  clock.time += 900
  tom.send({ frame: 'token', token: 'Tom' })
  expect(await tom.take('token-taken')).toEqual([{ frame: 'token-taken', expires: clock.time + 1000 }])
  clock.time += 999
  tom.send({ frame: 'token', token: 'for ever' })
  expect(await tom.take('token-taken')).toEqual([{ frame: 'token-taken', expires: 0 }])
  clock.time += 1_000_000
  tom.send({ frame: 'ping', nonce: 1, frames: 3 })
  expect(await tom.take('pong')).toHaveLength(1)
  expect(tom.connection.identity).toEqual({ user: 'Tom', device: testDeviceId(1) })
})

test('[RE191] a fresh token that does not hold, or is of somebody else, ends the session', async () => {
  const { relay } = createTestRelay()
  for (const [token, code] of [
    ['', 'bad-token'],
    ['expired', 'token-expired'],
    ['Mary', 'bad-token'],
  ] as const) {
    const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
    await settle()
    tom.send({ frame: 'token', token })
    await settle()
    expect([token, tom.closedBy]).toEqual([token, code])
  }
  expect(relay.health.sessions).toBe(0)
})

test('[RE191] tokens are looked at one after the other', async () => {
  const { relay } = createTestRelay()
  const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  await settle()
  tom.send({ frame: 'token', token: 'Tom' })
  tom.send({ frame: 'token', token: 'Tom' })
  await settle()
  expect(tom.closedBy).toBe('malformed')
})

test('[RE64] bytes that are no frame end the connection with what is wrong with them', async () => {
  const { relay } = createTestRelay()
  const cases = [
    [Uint8Array.of(), 'malformed'],
    [Uint8Array.of(250), 'unknown-frame'],
    [encodeDeviceFrame({ frame: 'ping', nonce: 1, frames: 0 }).subarray(0, 1), 'malformed'],
    [new Uint8Array(300 * 1024).fill(2), 'too-large'],
  ] as const
  for (const [bytes, code] of cases) {
    const tom = createTestDevice(relay, { user: 'Tom' })
    tom.connection.receiveBytes(bytes)
    tom.connection.receiveBytes(encodeDeviceFrame({ frame: 'ping', nonce: 1, frames: 0 }))
    await settle()
    expect([tom.closedBy, tom.frames.at(-1)]).toMatchObject([code, { frame: 'failure', code }])
  }
  expect(relay.health.sessions).toBe(0)
})

test('[RE64] the shell may end a connection for its own reasons, once', async () => {
  const { relay } = createTestRelay()
  const tom = createTestDevice(relay, { user: 'Tom' })
  tom.connection.fail('slow-consumer')
  tom.connection.fail('internal')
  tom.connection.drained()
  await settle()
  expect(tom.closedBy).toBe('slow-consumer')
  expect(tom.connection.state).toBe('closed')
  expect(relay.health.sessions).toBe(0)
})

test('[RE65] a drained relay finishes its turn, answers it, and ends every session', async () => {
  const { relay, tom, mary, conversation } = await createTestLunch()
  tom.push(conversation, 1, [createPen({ user: tom.user, client: 7 }).text('hello').update])
  // The turn has begun when this resolves, and its commit has not.
  await Promise.resolve()
  await Promise.resolve()
  const drained = relay.drain()
  mary.push(conversation, 1, [createPen({ user: mary.user, client: 8 }).text('too late').update])
  await drained
  expect(await mary.take('answer')).toEqual([])
  expect(await tom.take('answer')).toMatchObject([{ answers: [{ verdict: { class: 'accepted', seq: 2 } }] }])
  expect([tom.closedBy, mary.closedBy]).toEqual(['shutting-down', 'shutting-down'])
  expect(relay.health).toMatchObject({ state: 'ended', sessions: 0, position: 2 })
  const [late, early] = [
    createTestDevice(relay, { user: 'Late' }),
    createTestDevice(relay, { user: 'Late', token: 'Late' }),
  ]
  await settle()
  expect([late.closedBy, early.closedBy]).toEqual(['shutting-down', 'shutting-down'])
  await relay.drain()
})

test('[RE65] a drained relay does not wait for those who catch up', async () => {
  const { relay, disk, tom } = await createTestLunch()
  for (let made = 2; made < 40; made += 1) await commanded(tom, testConversationId(made), creation())
  const again = createTestRelay({ disk, limits: { maxFeedRows: 1 } })
  const device = createTestDevice(again.relay, { user: 'Tom' })
  // The first step has begun when this resolves.
  await Promise.resolve()
  await Promise.resolve()
  await again.relay.drain()
  expect(device.frames.filter(({ frame }) => frame === 'sync').length).toBeLessThan(3)
  expect(device.closedBy).toBe('shutting-down')
  await relay.drain()
})
