import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, openDevice, openSocket, startTestServer, testSecret } from './server.test-kit.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ dev: true })
})

afterAll(async () => {
  await server.dispose()
})

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Over a socket as it is: `fetch` would not let us name another host. */
async function ask(
  path: string,
  { method = 'POST', headers = {}, body = '{"user":"Tom"}' }: Asked = {},
): Promise<{
  readonly status: number | undefined
  readonly headers: Record<string, unknown>
  readonly body: string
}> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent: false,
        host: '127.0.0.1',
        port: server.port,
        path,
        method,
        headers: { 'Content-Type': 'application/json', ...headers },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          text += part
        })
        response.on('end', () => {
          resolve({ status: response.statusCode, headers: response.headers, body: text })
        })
      },
    )
    asked.on('error', reject)
    asked.end(method === 'POST' ? body : '')
  })
}

test('[RE87] whoever asks on this machine gets a token of one day that this relay takes', async () => {
  const answer = await ask('/dev/token')
  expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  const { token, user } = JSON.parse(answer.body) as { readonly token: string; readonly user: string }
  expect(user).toBe('Tom')
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    readonly exp: number
    readonly iat: number
  }
  expect(claims.exp - claims.iat).toBe(86_400)
  const device = await openDevice(server.ws, 'Tom', token)
  device.socket.terminate()
})

test('[RE87] where tokens hold for less, it holds for as long as it can', async () => {
  const strict = await startTestServer({ dev: true, tokens: { secret: testSecret, maxLifeSeconds: 600 } })
  const answer = await fetch(`${strict.http}/dev/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"user":"Tom"}',
  })
  const { token } = (await answer.json()) as { readonly token: string }
  const device = await openDevice(strict.ws, 'Tom', token)
  expect(device.frames[0]).toMatchObject({ frame: 'welcome', user: 'Tom' })
  device.socket.terminate()
  await strict.dispose()
})

test('[RE87] a page on another port of this machine may ask, and read the answer', async () => {
  const origin = 'http://localhost:5173'
  const preflight = await ask('/dev/token', { method: 'OPTIONS', headers: { Origin: origin } })
  expect(preflight).toMatchObject({
    status: 204,
    headers: { 'access-control-allow-origin': origin, 'access-control-allow-headers': 'Content-Type' },
  })
  const answer = await ask('/dev/token', { headers: { Origin: origin } })
  expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } })
})

test.each([
  ['a form', 415, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
  ['text that looks like it', 415, { headers: { 'Content-Type': 'text/plain; application/json' } }],
  ['no JSON', 400, { body: 'user=Tom' }],
  ['nobody', 400, { body: '{}' }],
  ['null', 400, { body: 'null' }],
  ['no user id', 400, { body: '{"user":"Tom Sawyer"}' }],
  ['something else', 400, { body: '{"user":{"name":"Tom"}}' }],
  ['too much', 413, { body: `{"user":"${'x'.repeat(1024)}"}` }],
  ['a visit', 405, { method: 'GET' }],
])('[RE88] %s gets no token', async (_what, status, asked: Asked) => {
  const answer = await ask('/dev/token', asked)
  expect(answer.status).toBe(status)
  expect(answer.body).not.toContain('token":')
})

test('[RE86] under another name than this machine it answers nothing', async () => {
  for (const path of ['/dev/token', '/', '/metrics', '/readyz']) {
    for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1.evil.example']) {
      expect((await ask(path, { headers: { Host: host } })).status).toBe(403)
    }
  }
  await expect(openSocket(server.ws, { Host: 'evil.example' })).rejects.toThrow('403')
})

test('[RE85] a foreign page gets no token', async () => {
  const headers = { Origin: 'https://evil.example' }
  for (const method of ['POST', 'OPTIONS']) {
    const answer = await ask('/dev/token', { method, headers })
    expect(answer.status).toBe(403)
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  }
})

test('[RE89] a relay that is not under development knows of no such thing', async () => {
  const plain = await startTestServer({ tokens: { secret: testSecret } })
  const answer = await fetch(`${plain.http}/dev/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"user":"Tom"}',
  })
  expect(answer.status).toBe(404)
  await plain.dispose()
})
