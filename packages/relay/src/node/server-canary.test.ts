/** Whatever is done with tokens, nothing the relay says or writes down holds a part of one. Rule RE83. */
import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import { createConnection } from 'node:net'
import { protocolVersion } from '@parley/wire'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { testConversationId, testEntryId } from '../testing/index.ts'
import { createLineLogger } from './server-log.ts'
import { openDevice, openSocket, startTestServer, type TestServer, testSecret } from './server.test-kit.ts'

const adminSecret = 'the canary that is the admin secret'

let made = 0

/** Of a user and claims that nobody else has, so that any part of it would be seen. */
function makeToken(claims: object, secret: Uint8Array | string = testSecret): string {
  made += 1
  const data = [
    { alg: 'HS256', kid: `canary-kid-${made}` },
    { canary: `canary-claim-${made}`, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${data}.${createHmac('sha256', secret).update(data).digest('base64url')}`
}

/** Parts of it as they are; what is in them is looked for by the word `canary`. */
function traces(token: string): readonly string[] {
  const parts = token.split('.').filter((part) => part.length >= 8)
  return parts.map((part) => part.slice(-24))
}

const seconds = Math.floor(Date.now() / 1000)

const tokens = {
  good: makeToken({ sub: 'Tom', exp: seconds + 600, iat: seconds }),
  expired: makeToken({ sub: 'Tom', exp: seconds - 600 }),
  forged: makeToken({ sub: 'Tom', exp: seconds + 600 }, 'another secret, which is none at all'),
  wrong: makeToken({ sub: 'canary-sub '.repeat(3), exp: seconds + 600 }),
  long: makeToken({ sub: 'Tom', exp: seconds + 600, more: 'canary-more'.repeat(40) }),
  late: makeToken({ sub: 'Tom', exp: seconds + 1e9 }),
  foreign: makeToken({ sub: 'Mary', exp: seconds + 600, iat: seconds }),
  odd: `canary-odd-${'x'.repeat(40)}`,
}

async function hello(server: TestServer, token: string): Promise<readonly string[]> {
  const device = await openSocket(server.ws)
  device.send({
    frame: 'hello',
    version: protocolVersion,
    token,
    device: 'c'.repeat(32),
    epoch: '',
    cursor: 0,
    tag: '',
    login: false,
    inflates: false,
  })
  const ended = device.closed.then(({ code, reason }) => `${code} ${reason}`)
  const welcomed = device.next('welcome').then(
    () => 'welcome',
    () => 'none',
  )
  const outcome = await Promise.race([ended, welcomed])
  const heard = JSON.stringify(device.frames)
  device.socket.terminate()
  return [outcome, heard]
}

/** What a stock tool is told: the close, or the HTTP answer with its headers. */
async function stock(url: string, protocols: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers: { 'Sec-WebSocket-Protocol': protocols } })
    const said: string[] = []
    const end = (): void => {
      socket.terminate()
      resolve(said)
    }
    socket.on('upgrade', ({ headers }) => said.push(JSON.stringify(headers)))
    socket.on('open', end)
    socket.on('error', end)
    socket.on('unexpected-response', (_request, response) => {
      said.push(`${response.statusCode ?? 0} ${JSON.stringify(response.headers)}`)
      response.on('data', (data: Buffer) => said.push(data.toString()))
      response.on('end', end)
    })
  })
}

async function visit(
  server: TestServer,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.http}${path}`, { method, headers, agent: false }, (response) => {
      const said = [JSON.stringify(response.headers)]
      response.on('data', (data: Buffer) => said.push(data.toString()))
      response.on('end', () => {
        resolve(said)
      })
    })
    asked.on('error', reject)
    asked.end(method === 'POST' ? '{"user":"Nobody"}' : '')
  })
}

/** Bytes that are no HTTP at all, and what comes back. */
async function raw(server: TestServer, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(server.port, '127.0.0.1')
    let heard = ''
    socket.on('data', (data) => {
      heard += data.toString()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      resolve(heard)
    })
    socket.end(text)
  })
}

test('[RE83] no log line, metric, answer or close reason holds a part of a token', async () => {
  const said: string[] = []
  const logger = createLineLogger('debug', (line) => said.push(line), Date.now)
  const server = await startTestServer({ logger, adminSecret: new TextEncoder().encode(adminSecret) })
  const owner = await openDevice(server.ws, 'Tom')
  const conversation = testConversationId(5)
  owner.send({
    frame: 'command',
    conversation,
    id: testEntryId(),
    command: { op: 'create', kind: 'group', unique: false, members: [], name: null, attributes: {} },
  })
  await owner.next('command-answer')
  for (const token of Object.values(tokens)) {
    said.push(...(await hello(server, token)))
    const renewed = await openDevice(server.ws, 'Tom')
    renewed.send({ frame: 'token', token })
    said.push(
      JSON.stringify(await Promise.race([renewed.closed, renewed.next('token-taken').catch(() => '')])),
    )
    said.push(JSON.stringify(renewed.frames))
    renewed.socket.terminate()
    for (const path of [
      `/y/c/${conversation}/1`,
      '/y/c/none',
      `/y/${token}`,
      `/${token}`,
      `/?token=${token}`,
    ]) {
      said.push(...(await stock(`${server.ws}${path}`, `parley.y1, token.${token}`)))
      said.push(...(await stock(`${server.ws}${path}`, `token.${token}, token.${token}`)))
      said.push(...(await visit(server, path)))
    }
    const bearer = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Cookie: token }
    said.push(...(await visit(server, '/admin/revoke', bearer, 'POST')))
    said.push(...(await visit(server, '/admin/revoke', { ...bearer, Origin: token })))
    said.push(await raw(server, `${token}\r\n\r\n`))
    said.push(await raw(server, `GET /?token=${token} HTTP/9.9\r\nX: ${token}\r\n\r\n`))
  }
  const bearer = { Authorization: `Bearer ${adminSecret}`, 'Content-Type': 'application/json' }
  said.push(...(await visit(server, '/admin/revoke', bearer, 'POST')))
  said.push(...(await visit(server, '/metrics')))
  owner.socket.terminate()
  await server.dispose()

  const all = said.join('\n')
  // All that should have happened has: else nothing would be proven.
  for (const sign of [
    'welcome',
    'token-taken',
    '4401 bad-token',
    '4402 token-expired',
    'parley_',
    '"sessions":0',
  ])
    expect(all).toContain(sign)
  const seen = Object.entries(tokens).filter(([, token]) =>
    traces(token).some((trace) => all.includes(trace)),
  )
  expect(seen.map(([name]) => name)).toEqual([])
  expect(all).not.toContain('canary')
  expect(all).not.toContain(new TextDecoder().decode(testSecret))
  expect(all).not.toContain(Buffer.from(testSecret).toString('base64url'))
})
