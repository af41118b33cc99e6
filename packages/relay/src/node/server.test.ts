import { once } from 'node:events'
import { connect } from 'node:net'
import {
  type FailureCode,
  encodeDeviceFrame,
  failures,
  maxDeviceFrameBytes,
  maxTokenBytes,
} from '@parley/wire'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { createPen } from '../testing/pen.ts'
import { testConversationId, testUser } from '../testing/test-device.ts'
import type { RelayServerOptions } from './server.ts'
import {
  type TestServer,
  type TestSocket,
  openDevice,
  openSocket,
  startTestServer,
  testToken,
} from './server.test-kit.ts'

async function start(options: Partial<RelayServerOptions> = {}): Promise<TestServer> {
  const server = await startTestServer({ timings: { sweepMs: 5 }, ...options })
  onTestFinished(server.dispose)
  return server
}

/** A clock that stands still until it is moved. */
function createClock(): { time: number; readonly now: () => number } {
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  return clock
}

/** A failure frame with this code, then a close with the code of the table. */
async function expectEnd(device: TestSocket, code: FailureCode): Promise<string> {
  const { again, detail, ...failure } = await device.next('failure')
  expect(failure).toMatchObject({ code })
  expect(again).toBe(failures[code].again)
  expect(await device.closed).toEqual({ code: failures[code].closeCode, reason: code })
  return detail
}

function hello(token: string): Parameters<TestSocket['send']>[0] {
  return {
    frame: 'hello',
    version: 1,
    token,
    device: 'f'.repeat(32),
    epoch: '',
    cursor: 0,
    tag: '',
    login: false,
    inflates: false,
  }
}

const group = { op: 'create', kind: 'group', unique: false, members: ['Mary'], name: 'Lunch', attributes: {} }
const commandId = '0123456789ABCDEFGHIJKL'

test.each(['/', '/parley'])('[RE95] a device is in session at %s', async (path) => {
  const server = await start()
  const device = await openDevice(server.ws + path, 'Tom')
  expect(device.frames[0]).toMatchObject({ frame: 'welcome', user: 'Tom' })
  expect(device.socket.protocol).toBe('')
  expect(device.socket.extensions).toBe('')
})

test('[RE95] a message goes from one device to another, and is answered', async () => {
  const server = await start()
  const conversation = testConversationId(1)
  const tom = await openDevice(server.ws, 'Tom')
  const mary = await openDevice(server.ws, 'Mary')
  await mary.next('sync')
  tom.send({ frame: 'command', conversation, id: commandId, command: group })
  expect((await tom.next('command-answer')).verdict).toMatchObject({ class: 'accepted' })
  expect((await mary.next('sync')).news).toMatchObject([{ conversation, name: 'Lunch' }])
  const { update } = createPen({ user: testUser('Tom'), client: 7 }).text('hello')
  tom.send({ frame: 'push', conversation, page: 1, updates: [update] })
  expect((await tom.next('answer')).answers).toMatchObject([{ verdict: { class: 'accepted', seq: 2 } }])
  expect((await mary.next('rows')).rows).toMatchObject([{ kind: 'entry', seq: 2, update }])
})

test('[RE95] a bad token ends with the reason, and nothing of it is repeated', async () => {
  const server = await start()
  const device = await openSocket(server.ws)
  const token = `${await testToken('Tom')}canary`
  device.send(hello(token))
  expect(await expectEnd(device, 'bad-token')).not.toContain('canary')
})

test('[RE95] an expired token ends with the reason', async () => {
  const server = await start()
  const device = await openSocket(server.ws)
  device.send(hello(await testToken('Tom', -31)))
  await expectEnd(device, 'token-expired')
})

test('[RE95] another version, an unknown frame and one that is cut short end with the reason', async () => {
  const server = await start()
  const bytes = encodeDeviceFrame(hello('token'))
  const cases: readonly (readonly [FailureCode, Uint8Array])[] = [
    ['wrong-version', bytes.with(1, 2)],
    ['unknown-frame', new Uint8Array([250])],
    ['malformed', bytes.subarray(0, 5)],
    ['malformed', new Uint8Array()],
  ]
  for (const [code, sent] of cases) {
    const device = await openSocket(server.ws)
    device.socket.send(sent)
    await expectEnd(device, code)
  }
})

test('[RE96] text is no frame', async () => {
  const server = await start()
  const early = await openSocket(server.ws)
  early.socket.send('-1')
  await expectEnd(early, 'malformed')
  const late = await openDevice(server.ws, 'Tom')
  late.socket.send('{}')
  expect(await expectEnd(late, 'malformed')).toContain('text')
})

test('[RE97] a frame at the limit is read, one over it is refused by name', async () => {
  const server = await start()
  const at = await openDevice(server.ws, 'Tom')
  at.socket.send(new Uint8Array(maxDeviceFrameBytes).fill(250))
  await expectEnd(at, 'unknown-frame')
  const over = await openDevice(server.ws, 'Tom')
  over.socket.send(new Uint8Array(maxDeviceFrameBytes + 1).fill(250))
  await expectEnd(over, 'too-large')
})

test('[RE97] what is announced as far larger is cut off before it comes', async () => {
  const server = await start()
  const device = await openDevice(server.ws, 'Tom')
  device.socket.send(new Uint8Array(maxDeviceFrameBytes * 2 + 1))
  expect((await device.closed).code).toBe(1009)
})

test('[RE97] before its hello a socket may bring what a hello takes, and no more', async () => {
  const server = await start()
  const at = await openSocket(server.ws)
  at.send(hello('x'.repeat(maxTokenBytes)))
  await expectEnd(at, 'bad-token')
  const over = await openSocket(server.ws)
  over.socket.send(new Uint8Array(maxDeviceFrameBytes / 2), { fin: false })
  expect(await over.next('failure')).toMatchObject({ code: 'too-large' })
  // It is not read any more, so it is not waited for.
  expect(await over.closed).toEqual({ code: failures['too-large'].closeCode, reason: 'too-large' })
  const after = await openDevice(server.ws, 'Tom')
  after.socket.send(new Uint8Array(maxDeviceFrameBytes).fill(250))
  await expectEnd(after, 'unknown-frame')
})

test('[RE98] who says no hello is sent away in time', async () => {
  const clock = createClock()
  const server = await start({ now: clock.now })
  const device = await openSocket(server.ws)
  clock.time += 4_999
  const other = await openDevice(server.ws, 'Tom', await testToken('Tom', 3600, clock.time))
  expect(device.frames).toEqual([])
  clock.time += 1
  await expectEnd(device, 'hello-timeout')
  expect(other.socket.readyState).toBe(WebSocket.OPEN)
})

test('[RE99] who says nothing for a minute is taken for dead', async () => {
  const clock = createClock()
  const server = await start({ now: clock.now })
  const token = await testToken('Tom', 3600, clock.time)
  const silent = await openDevice(server.ws, 'Tom', token)
  const alive = await openDevice(server.ws, 'Tom', token)
  clock.time += 59_999
  alive.send({ frame: 'ping', nonce: 1, frames: 1 })
  await alive.next('pong')
  expect(silent.socket.readyState).toBe(WebSocket.OPEN)
  clock.time += 1
  await expectEnd(silent, 'out-of-step')
  alive.send({ frame: 'ping', nonce: 2, frames: 2 })
  await alive.next('pong')
})

test('[RE100] a session ends with its token', async () => {
  const clock = createClock()
  const server = await start({ now: clock.now })
  const device = await openDevice(server.ws, 'Tom', await testToken('Tom', 10, clock.time))
  clock.time += 39_999
  device.send({ frame: 'ping', nonce: 1, frames: 1 })
  await device.next('pong')
  clock.time += 1
  await expectEnd(device, 'token-expired')
})

test('[RE101] who does not answer the close is cut off', async () => {
  const clock = createClock()
  const server = await start({ now: clock.now })
  const raw = connect(server.port, '127.0.0.1')
  raw.write(
    [
      'GET / HTTP/1.1',
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n'),
  )
  const [answer] = (await once(raw, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1.1 101 /)
  let ended = false
  raw.on('close', () => {
    ended = true
  })
  clock.time += 5_000
  const [frame] = (await once(raw, 'data')) as [Buffer]
  expect(frame.includes('hello-timeout')).toBe(true)
  expect(ended).toBe(false)
  clock.time += 3_000
  await once(raw, 'close')
})

test('[RE85] a page of another origin is refused before it has a socket', async () => {
  const server = await start({ origins: ['https://app.example'] })
  await expect(openSocket(server.ws, { Origin: 'https://evil.example' })).rejects.toThrow('403')
  await openSocket(server.ws, { Origin: 'https://app.example' })
  await openSocket(server.ws, { Origin: server.http })
})

test('[RE104] there is nothing at other paths', async () => {
  const server = await start()
  for (const path of ['/parley/', '/other', '/y', '/Y/c/x', '//']) {
    await expect(openSocket(server.ws + path)).rejects.toThrow('404')
  }
})

test('[RE123] it says how it is', async () => {
  const server = await start()
  expect((await fetch(`${server.http}/healthz`)).status).toBe(200)
  expect((await fetch(`${server.http}/readyz`)).status).toBe(200)
  expect((await fetch(`${server.http}/healthz`, { method: 'POST' })).status).toBe(405)
  expect((await fetch(`${server.http}/other`)).status).toBe(404)
})

test('[RE122] it counts what passes', async () => {
  const server = await start()
  const conversation = testConversationId(2)
  const tom = await openDevice(server.ws, 'Tom')
  tom.send({ frame: 'command', conversation, id: commandId, command: group })
  await tom.next('command-answer')
  const pen = createPen({ user: testUser('Tom'), client: 7 })
  const forged = createPen({ user: testUser('Mary'), client: 8 })
  tom.send({ frame: 'push', conversation, page: 1, updates: [pen.text('a').update, forged.text('b').update] })
  expect((await tom.next('answer')).answers).toMatchObject([
    { verdict: { class: 'accepted' } },
    { verdict: { class: 'refused', code: 'author-mismatch' } },
  ])
  for (const id of [conversation, testConversationId(3)])
    tom.send({ frame: 'signal', conversation: id, content: null })
  tom.send({ frame: 'presence', request: 1, users: ['Tom'], watch: 'no' })
  expect(await tom.next('presence-answer')).toMatchObject({ online: ['Tom'] })
  await expect
    .poll(async () => (await fetch(`${server.http}/metrics`)).text())
    .toContain('signals_dropped_total 1')
  const text = await (await fetch(`${server.http}/metrics`)).text()
  const value = (name: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`parley_${name} `))
        ?.split(' ')[1],
    )
  expect(value('sessions')).toBe(1)
  expect(value('sessions_opened_total')).toBe(1)
  expect(value('frames_received_total')).toBe(6)
  expect(value('signals_passed_total')).toBe(1)
  expect(value('signals_dropped_total')).toBe(1)
  expect(value('frames_sent_total')).toBe(tom.frames.length)
  expect(value('bytes_received_total')).toBeGreaterThan(100)
  expect(value('commits_total')).toBe(2)
  expect(value('rows_total')).toBe(2)
  expect(value('answers_total{class="accepted",code=""}')).toBe(2)
  expect(value('answers_total{class="refused",code="author-mismatch"}')).toBe(1)
  for (const line of text.trim().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) parley_|parley_[a-z_]+(\{.*\})? \d+$)/)
})

test('[RE124] stopping ends every session in order and gives the port back', async () => {
  const server = await start()
  const tom = await openDevice(server.ws, 'Tom')
  const silent = await openSocket(server.ws)
  const stopped = server.stop()
  await expectEnd(tom, 'shutting-down')
  await expectEnd(silent, 'shutting-down')
  await stopped
  expect(await server.ended).toBe(true)
  await expect(openSocket(server.ws)).rejects.toThrow('ECONNREFUSED')
  await server.stop()
})
