import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDeviceId, parseUserId } from '@parley/document'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { testConversationId, testEntryId } from '../testing/index.ts'
import { StoreError } from '../store.ts'
import { createHttpHandler } from './http.ts'
import { maxRequestBytes } from './server-limits.ts'
import { createLineLogger } from './server-log.ts'
import {
  openDevice,
  openSocket,
  startTestServer,
  type TestServer,
  testSecret,
  testToken,
} from './server.test-kit.ts'
import { mintToken } from './token.ts'

const adminSecret = 'an admin secret, of 32 bytes or more'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ adminSecret: new TextEncoder().encode(adminSecret) })
})

afterAll(async () => {
  await server.dispose()
})

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly path?: string
}

async function ask(
  { method = 'POST', headers = {}, body = '{"user":"Tom"}', path = '/admin/revoke' }: Asked,
  at: TestServer = server,
): Promise<{ readonly status: number; readonly body: string }> {
  const answer = await fetch(`${at.http}${path}`, {
    method,
    headers: { Authorization: `Bearer ${adminSecret}`, 'Content-Type': 'application/json', ...headers },
    ...(method === 'POST' ? { body } : {}),
  })
  return { status: answer.status, body: await answer.text() }
}

async function revoke(body: object, at: TestServer = server): Promise<unknown> {
  const answer = await ask({ body: JSON.stringify(body) }, at)
  expect(answer.status).toBe(200)
  return JSON.parse(answer.body)
}

const tick = async (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1100 - (Date.now() % 1000)) // `iat` counts seconds
  })

test('[RE202] who knows the admin secret ends the sessions of a user, and his tokens hold no more', async () => {
  const token = await testToken('Ada')
  const devices = [await openDevice(server.ws, 'Ada', token), await openDevice(server.ws, 'Ada', token)]
  const other = await openDevice(server.ws, 'Eve')
  const before = Date.now()
  const answer = await revoke({ user: 'Ada' })
  expect(answer).toEqual({ revoked: expect.any(Number) as number, sessions: 2 })
  expect((answer as { readonly revoked: number }).revoked).toBeGreaterThanOrEqual(before)
  for (const device of devices) {
    expect(await device.closed).toEqual({ code: 4412, reason: 'revoked' })
    expect(device.frames.at(-1)).toMatchObject({ frame: 'failure', code: 'revoked' })
  }
  await expect(openDevice(server.ws, 'Ada', token)).rejects.toThrow('closed')
  expect(other.socket.readyState).toBe(other.socket.OPEN)
  await tick()
  const again = await openDevice(server.ws, 'Ada')
  again.socket.terminate()
  other.socket.terminate()
})

test('[RE192] [RE194] a stock tool is sent away and refused too, by its user or its device', async () => {
  const owner = await openDevice(server.ws, 'Zoe')
  const conversation = testConversationId(77)
  owner.send({
    frame: 'command',
    conversation,
    id: testEntryId(),
    command: { op: 'create', kind: 'group', unique: false, members: [], name: null, attributes: {} },
  })
  await owner.next('command-answer')
  const user = parseUserId('Zoe')
  const device = parseDeviceId('ab'.repeat(16))
  if (user === undefined || device === undefined) throw new Error('ids')
  const minting = { secret: testSecret, user, lifetimeSeconds: 60, now: Date.now() }
  const free = await mintToken(minting)
  const bound = await mintToken({ ...minting, device })
  const connect = async (token: string): Promise<WebSocket> => {
    const socket = new WebSocket(`${server.ws}/y/c/${conversation}/1`, ['parley.y1', `token.${token}`])
    await once(socket, 'open')
    return socket
  }
  const ended = async (socket: WebSocket): Promise<unknown> =>
    once(socket, 'close').then((values: readonly unknown[]) => values[0])
  const [reader, boundReader] = [await connect(free), await connect(bound)]
  const boundEnd = ended(boundReader)
  expect(await revoke({ user: 'Zoe', device })).toMatchObject({ sessions: 1 })
  expect(await boundEnd).toBe(4412)
  await expect(connect(bound)).rejects.toThrow('401')
  expect(reader.readyState).toBe(reader.OPEN)
  const readerEnd = ended(reader)
  expect(await revoke({ user: 'Zoe' })).toMatchObject({ sessions: 2 })
  expect(await readerEnd).toBe(4412)
  expect(await owner.closed).toMatchObject({ code: 4412 })
  await expect(connect(free)).rejects.toThrow('401')
})

test('[RE193] what was revoked stays so when the relay is started again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-revoke-'))
  const options = { directory, adminSecret: new TextEncoder().encode(adminSecret) }
  const token = await testToken('Tom')
  const first = await startTestServer(options)
  expect(await revoke({ user: 'Tom' }, first)).toMatchObject({ sessions: 0 })
  await first.stop()
  const second = await startTestServer(options)
  await expect(openDevice(second.ws, 'Tom', token)).rejects.toThrow('closed')
  await second.dispose()
  await rm(directory, { recursive: true, force: true })
})

const device = 'ab'.repeat(16)

test.each<readonly [string, number, Asked]>([
  ['without the secret', 401, { headers: { Authorization: '' } }],
  ['with another secret', 401, { headers: { Authorization: `Bearer ${adminSecret}x` } }],
  ['with a part of it', 401, { headers: { Authorization: `Bearer ${adminSecret.slice(0, -1)}` } }],
  [
    'with the secret of tokens',
    401,
    { headers: { Authorization: `Bearer ${new TextDecoder().decode(testSecret)}` } },
  ],
  [
    'with a name and a password',
    401,
    { headers: { Authorization: `Basic ${btoa(`admin:${adminSecret}`)}` } },
  ],
  [
    'with the secret in the address',
    401,
    { path: `/admin/revoke?secret=${encodeURIComponent(adminSecret)}`, headers: { Authorization: '' } },
  ],
  ['from a page', 403, { headers: { Origin: 'https://evil.example' } }],
  ['from a page that hides where it is from', 403, { headers: { Origin: 'null' } }],
  ['as a form', 415, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
  ['as text', 415, { headers: { 'Content-Type': 'text/plain' } }],
  ['by visiting', 405, { method: 'GET' }],
  ['by asking beforehand', 405, { method: 'OPTIONS' }],
  ['by deleting', 405, { method: 'DELETE' }],
  ['nobody', 400, { body: '{}' }],
  ['null', 400, { body: 'null' }],
  ['a list', 400, { body: '["Tom"]' }],
  ['no JSON', 400, { body: 'user=Tom' }],
  ['no user id', 400, { body: '{"user":"Tom Sawyer"}' }],
  ['several users', 400, { body: '{"user":["Tom"]}' }],
  ['no device id', 400, { body: '{"user":"Tom","device":"phone"}' }],
  ['no device', 400, { body: '{"user":"Tom","device":null}' }],
  ['a mistyped device', 400, { body: `{"user":"Tom","devise":"${device}"}` }],
  ['a prototype', 400, { body: '{"user":"Tom","__proto__":{}}' }],
  ['too much', 413, { body: `{"user":"${'x'.repeat(maxRequestBytes)}"}` }],
])('[RE203] %s nothing is revoked', async (_what, status, asked) => {
  const witness = await openDevice(server.ws, 'Witness')
  const body = asked.body?.replace('"Tom"', '"Witness"') ?? '{"user":"Witness"}'
  const answer = await ask({ ...asked, body })
  expect(answer.status).toBe(status)
  expect(answer.body).toMatch(/^[A-Z].*\.\n?$/)
  expect(answer.body).not.toContain(adminSecret)
  expect(witness.socket.readyState).toBe(witness.socket.OPEN)
  witness.socket.terminate()
})

test('[RE203] a page of the relay itself may not either', async () => {
  const answer = await ask({ headers: { Origin: server.http } })
  expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('No page') as string })
})

test('[RE193] [RE202] what the store cannot write is answered 503, with what to do', async () => {
  const lines: string[] = []
  const handle = createHttpHandler({
    origins: { allowed: [], loopback: false },
    mint: undefined,
    servePage: undefined,
    readiness: () => ({ ready: true, sentence: '' }),
    metrics: () => '',
    logger: createLineLogger('info', (line) => lines.push(line), Date.now),
    admin: {
      secret: new TextEncoder().encode(adminSecret),
      revoke: async () => Promise.reject(new StoreError('full', 'no room')),
    },
  })
  const failing = createServer(handle)
  failing.listen(0, '127.0.0.1')
  await once(failing, 'listening')
  const { port } = failing.address() as AddressInfo
  const answer = await ask({}, { ...server, http: `http://127.0.0.1:${port}` })
  expect(answer).toMatchObject({ status: 503, body: expect.stringContaining('revoke once more') as string })
  expect(lines.join('')).toMatch(/error revoke-failed user=Tom device=all/)
  failing.close()
})

test('[RE203] a body that never ends is cut off', async () => {
  const asked = request(`${server.http}/admin/revoke`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminSecret}`, 'Content-Type': 'application/json' },
  })
  const answered = once(asked, 'response') as Promise<readonly unknown[]>
  asked.on('error', () => undefined)
  for (let part = 0; part < 4; part += 1) asked.write(' '.repeat(maxRequestBytes))
  expect((await answered)[0]).toMatchObject({ statusCode: 413 })
  asked.destroy()
})

test('[RE203] a relay without an admin secret has no such path, whatever else it serves', async () => {
  const plain = await startTestServer()
  for (const method of ['POST', 'GET', 'OPTIONS']) expect((await ask({ method }, plain)).status).toBe(404)
  await plain.dispose()
  const short = startTestServer({ adminSecret: new TextEncoder().encode('short') })
  await expect(short).rejects.toMatchObject({ code: 'secret-weak' })
})

test('[RE204] a token in the address is refused at both doors, however good it is', async () => {
  const token = await testToken('Tom')
  const paths = ['/', '/parley', `/y/c/${testConversationId(1)}/1`, '/y/c/nothing']
  const queries = [
    `token=${token}`,
    `access_token=${token}`,
    `yauth=${token}`,
    'yauth=secret',
    `Token=${token}`,
    `anything=${token}`,
    token,
    `v=1&x=${encodeURIComponent(`Bearer ${token}`)}`,
    `v=${token.replaceAll('.', '%2E')}`,
    `v=1#${token}`,
    `v=${token.replace(/[^.]*$/, '')}`,
    'jwt=1',
  ]
  for (const path of paths) {
    for (const query of queries) {
      await expect(
        openSocket(`${server.ws}${path}?${query}`.replace('#', '%23'), {
          'Sec-WebSocket-Protocol': `parley.y1, token.${token}`,
        }),
      ).rejects.toThrow('400')
    }
  }
  const harmless = await openSocket(`${server.ws}/parley?v=1.2.3&from=app.chat.example`)
  harmless.socket.terminate()
})

test('[RE85] both doors answer only pages that may use the relay', async () => {
  const token = await testToken('Tom')
  const named = await startTestServer({ origins: ['https://chat.example'] })
  for (const path of ['/', '/parley', `/y/c/${testConversationId(1)}/1`]) {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://chat.example',
      'https://chat.example:8443',
      'https://chat.example.evil.example',
      'HTTPS://chat.example',
      'https://Chat.Example',
      'https://chat.example/',
      'https://chat.example, https://evil.example',
      `http://127.0.0.1:${named.port + 1}`,
    ]) {
      const headers = { Origin: origin, 'Sec-WebSocket-Protocol': `parley.y1, token.${token}` }
      await expect(openSocket(`${named.ws}${path}`, headers)).rejects.toThrow('403')
    }
  }
  for (const origin of ['https://chat.example', named.http]) {
    const page = await openSocket(named.ws, { Origin: origin })
    page.socket.terminate()
  }
  await named.dispose()
})
