import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createPen } from '../testing/pen.ts'
import { createTestDevice, settle, testConversationId } from '../testing/test-device.ts'
import { createTestRelay } from '../testing/test-relay.ts'
import { StoreError, type StoreErrorKind } from '../store.ts'
import { defaultTimings } from './server-limits.ts'
import { silentLogger } from './server-log.ts'
import { createMetrics } from './server-metrics.ts'
import { type Network, createNetwork } from './server-network.ts'
import { openSocket, testSecret } from './server.test-kit.ts'
import { createTokenCheck } from './token.ts'

interface Stage {
  readonly network: Network
  readonly http: string
  /** From now on the store fails so. */
  readonly breakStore: (kind: StoreErrorKind) => Promise<void>
  readonly drain: () => Promise<void>
}

async function stage(more: { readonly maxSockets?: number } = {}): Promise<Stage> {
  let failing: StoreErrorKind | undefined
  const { relay, store } = createTestRelay({
    authenticate: createTokenCheck({ secret: testSecret }),
    wrap: (inner) =>
      new Proxy(inner, {
        get: (target, name): unknown =>
          name === 'commit' && failing !== undefined
            ? async () => Promise.reject(new StoreError(failing ?? 'broken', 'as told'))
            : Reflect.get(target, name, target),
      }),
  })
  const network = createNetwork({
    relay,
    store,
    http: { origins: { allowed: [], loopback: false }, mint: undefined, servePage: undefined },
    metrics: createMetrics(),
    logger: silentLogger,
    timings: { ...defaultTimings, sweepMs: 5 },
    lowWaterBytes: 1024,
    now: Date.now,
    random: (count) => new Uint8Array(count),
    ...more,
  })
  const server = createServer(network.request)
  server.on('upgrade', network.upgrade)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    await network.empty()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    network,
    http: `http://127.0.0.1:${port}`,
    drain: async () => relay.drain(),
    async breakStore(kind) {
      const tom = createTestDevice(relay, { user: 'Tom' })
      const conversation = testConversationId(1)
      tom.command(conversation, {
        op: 'create',
        kind: 'group',
        unique: false,
        members: [],
        name: null,
        attributes: {},
      })
      await settle()
      failing = kind
      tom.push(conversation, 1, [createPen({ user: tom.user, client: 7 }).text('a').update])
      await settle()
      expect(await tom.take('answer')).toMatchObject([{ answers: [{ verdict: { class: 'later' } }] }])
    },
  }
}

async function readiness(http: string): Promise<string> {
  const answer = await fetch(`${http}/readyz`)
  return `${answer.status} ${await answer.text()}`
}

test('[RE123] it is ready while it takes what comes', async () => {
  const { http } = await stage()
  expect(await readiness(http)).toMatch(/^200 /)
})

test('[RE123] with a full disk, or a broken store, it is alive and not ready', async () => {
  for (const [kind, word] of [
    ['full', 'full'],
    ['broken', 'broken'],
  ] as const) {
    const { http, breakStore } = await stage()
    await breakStore(kind)
    expect(await readiness(http)).toMatch(new RegExp(`^503 .*${word}`))
    expect((await fetch(`${http}/healthz`)).status).toBe(200)
  }
})

test('[RE124] who is refused an upgrade keeps no connection, even if he does not end his side', async () => {
  const { http } = await stage()
  const socket = connect({ port: Number(new URL(http).port), host: '127.0.0.1', allowHalfOpen: true })
  const answer: Buffer[] = []
  socket.on('data', (data: Buffer) => answer.push(data))
  socket.write(
    [
      'GET /nowhere HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n'),
  )
  await once(socket, 'end')
  expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1\.1 404 /)
  // To a side that is gone nothing can be written any more.
  const failed = once(socket, 'error')
  const writing = setInterval(() => socket.write('still here'), 5)
  expect(String(await failed)).toMatch(/EPIPE|ECONNRESET/)
  clearInterval(writing)
})

test('[RE123] [RE124] while it stops it is not ready, and opens no socket', async () => {
  const { network, http, drain } = await stage()
  const before = await openSocket(http.replace('http', 'ws'))
  network.close()
  expect(await readiness(http)).toMatch(/^503 .*stopped/)
  await expect(openSocket(http.replace('http', 'ws'))).rejects.toThrow('503')
  await drain()
  await network.empty()
  expect(await before.closed).toEqual({ code: 1001, reason: 'shutting-down' })
})

test('[RE249] one socket more than there may be is answered 503, until one has gone', async () => {
  const { http } = await stage({ maxSockets: 2 })
  const url = http.replace('http', 'ws')
  const one = await openSocket(url)
  await openSocket(url)
  await expect(openSocket(url)).rejects.toThrow('503')
  one.socket.close()
  await expect.poll(async () => tryAgain(url)).toBe('open')
})

async function tryAgain(url: string): Promise<string> {
  return openSocket(url).then(
    () => 'open',
    () => 'refused',
  )
}
