import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { createPen } from '../testing/pen.ts'
import { testConversationId, testUser } from '../testing/test-device.ts'
import { openDevice, openSocket, startTestServer, type TestSocket, testToken } from './server.test-kit.ts'
import { createGreeters } from './server-greeters.ts'

const group = { op: 'create', kind: 'group', unique: false, members: ['Mary'], name: 'Lunch', attributes: {} }
const conversation = testConversationId(2)

test('[RE251] what is refused and who is sent away for a limit is counted by its code', async () => {
  const server = await startTestServer({
    timings: { sweepMs: 5 },
    limits: {
      maxUserUpdatesPerSecond: 0.02,
      minFloodUpdates: 1,
      maxUserUpdatesBurst: 2,
      maxUserCreated: 1,
      maxUserSessions: 1,
    },
  })
  onTestFinished(server.dispose)
  const tom = await openDevice(server.ws, 'Tom')
  const id = (number: number): string => `0123456789ABCDEFGHIJK${number}`
  for (const number of [1, 2]) {
    tom.send({
      frame: 'command',
      conversation: testConversationId(number + 1),
      id: id(number),
      command: group,
    })
    await tom.next('command-answer')
  }
  const updates = [createPen({ user: testUser('Tom'), client: 7 }).text('too fast').update]
  tom.send({ frame: 'push', conversation, page: 1, updates })
  expect(await tom.next('answer')).toMatchObject({
    answers: [{ verdict: { class: 'later', code: 'rate-limited' } }],
  })
  tom.send({ frame: 'push', conversation, page: 1, updates })
  expect(await tom.next('failure')).toMatchObject({ code: 'overloaded' })
  await tom.closed
  const text = await (await fetch(`${server.http}/metrics`)).text()
  for (const line of [
    'parley_answers_total{class="refused",code="too-many-conversations"} 1',
    'parley_answers_total{class="later",code="rate-limited"} 1',
    'parley_failures_total{code="overloaded"} 1',
  ])
    expect(text.split('\n')).toContain(line)
})

test('[RE252] whose hello could not be looked at in time is told to come again, and not that he said none', async () => {
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  const server = await startTestServer({
    now: clock.now,
    timings: { sweepMs: 5 },
    limits: { maxGreetedAtOnce: 0 },
  })
  onTestFinished(server.dispose)
  const metrics = async (): Promise<string> => (await fetch(`${server.http}/metrics`)).text()
  const silent = await openSocket(server.ws)
  const greeting = openDevice(server.ws, 'Tom').catch((error: unknown) => error)
  await expect.poll(metrics).toContain('parley_frames_received_total 1')
  clock.time += 14_999
  // Deadlines have been looked at.
  expect(await silent.next('failure')).toMatchObject({ code: 'hello-timeout' })
  expect(await metrics()).not.toContain('code="overloaded"')
  clock.time += 1
  await expect.poll(metrics).toContain('parley_failures_total{code="overloaded"} 1')
  await greeting
})

test('[RE250] one address has so many sockets without a session, and more when they have one or are gone', async () => {
  const server = await startTestServer({ timings: { sweepMs: 5 }, maxGreeting: 2 })
  onTestFinished(server.dispose)
  await openSocket(server.ws)
  await openDevice(server.ws, 'Tom')
  const two = await openSocket(server.ws)
  await expect(openSocket(server.ws)).rejects.toThrow('503')
  two.socket.close()
  await expect
    .poll(async () =>
      openSocket(server.ws).then(
        () => 'open',
        () => 'refused',
      ),
    )
    .toBe('open')
})

test('[RE250] a stock tool whose token is still looked at waits as well', async () => {
  let answer: () => void = () => undefined
  const keys = createServer((_request, response) => {
    answer = () => response.writeHead(500).end()
  })
  keys.listen(0, '127.0.0.1')
  await once(keys, 'listening')
  onTestFinished(() => {
    keys.close()
  })
  const { port } = keys.address() as AddressInfo
  const tokens = { keyUrl: `http://127.0.0.1:${port}/` }
  const server = await startTestServer({ timings: { sweepMs: 5 }, maxGreeting: 2, tokens })
  onTestFinished(server.dispose)
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({ alg: 'EdDSA', kid: 'a' })}.${part({ sub: 'Tom' })}.AAAA`
  const statusOf = async (): Promise<number> => {
    const url = `${server.ws}/y/c/${conversation}`
    const socket = new WebSocket(url, ['parley.y1', `token.${token}`])
    socket.on('error', () => undefined)
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    return response.statusCode ?? 0
  }
  const waiting = [statusOf(), statusOf()]
  await expect
    .poll(async () =>
      openSocket(server.ws).then(({ socket }) => {
        socket.terminate()
        return 'open'
      }, String),
    )
    .toContain('503')
  answer()
  expect(await Promise.all(waiting)).toEqual([503, 503])
  // The keys cannot be had, and nobody waits any more.
  await openSocket(server.ws)
})

test('[RE250] who waits no more is forgotten, and addresses do not feel each other', () => {
  const greeters = createGreeters(1)
  let waiting = true
  greeters.add('a', { waiting: () => waiting })
  expect([greeters.hasRoom('a'), greeters.hasRoom('b')]).toEqual([false, true])
  waiting = false
  expect(greeters.hasRoom('a')).toBe(true)
  waiting = true
  greeters.add('a', { waiting: () => waiting })
  waiting = false
  greeters.sweep()
  waiting = true
  expect(greeters.hasRoom('a')).toBe(true)
})

test('[RE238] [RE44] a socket that nobody reads takes what it may, costs nothing more, and ends in time', async () => {
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  const server = await startTestServer({
    now: clock.now,
    timings: { sweepMs: 5 },
    limits: { maxPageBytes: 1e9, maxPageEntries: 1e6, maxUserBytesBurst: 1e9, maxUserUpdatesBurst: 1e6 },
  })
  onTestFinished(server.dispose)
  const metrics = async (): Promise<string> => (await fetch(`${server.http}/metrics`)).text()
  const open = async (user: string): Promise<TestSocket> =>
    openDevice(server.ws, user, await testToken(user, 3600, clock.time))
  const [tom, mary] = [await open('Tom'), await open('Mary')]
  tom.send({ frame: 'command', conversation, id: '0123456789ABCDEFGHIJKL', command: group })
  await tom.next('command-answer')
  await mary.next('sync')
  mary.socket.pause()
  const pen = createPen({ user: testUser('Tom'), client: 7 })
  let written = 0
  for (let sent = 0; sent < 80; sent += 1) {
    const updates = Array.from({ length: 12 }, () => pen.text('x'.repeat(16_000)).update)
    tom.send({ frame: 'push', conversation, page: 1, updates })
    const { answers } = await tom.next('answer')
    expect(answers.filter(({ verdict }) => verdict.class === 'accepted')).toHaveLength(updates.length)
    written += updates.reduce((sum, update) => sum + update.length, 0)
  }
  const sent = Number(/^parley_bytes_sent_total (\d+)$/m.exec(await metrics())?.[1])
  // Tom has all of it; the system takes some megabytes for Mary by itself.
  expect(sent - written).toBeLessThan(12_000_000)
  expect(await metrics()).not.toContain('slow-consumer')
  clock.time += 15_000
  await expect.poll(metrics).toContain('parley_failures_total{code="slow-consumer"} 1')
  const again = await open('Mary')
  expect((await again.next('sync')).news).toMatchObject([{ total: 960 }])
  mary.socket.terminate()
})
