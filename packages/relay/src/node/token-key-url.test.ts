import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type KeyTimings, defaultKeyTimings, defaultTimings, maxKeySetBytes } from './server-limits.ts'
import { createLineLogger } from './server-log.ts'
import { checkTokens } from './server-start.ts'
import { openSocket, startTestServer } from './server.test-kit.ts'
import { TokenKeysError } from './token-keys.ts'
import { createTokenCheck } from './token.ts'

const first = generateKeyPairSync('ed25519')
const second = generateKeyPairSync('ed25519')

const setOf = (...keys: readonly (readonly [string, KeyObject])[]): string =>
  JSON.stringify({ keys: keys.map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid })) })

function tokenBy(key: KeyObject, kid: string): string {
  const seconds = Math.floor(Date.now() / 1000)
  const data = [
    { alg: 'EdDSA', kid },
    { sub: 'Tom', iat: seconds, exp: seconds + 3600 },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${data}.${sign(null, Buffer.from(data), key).toString('base64url')}`
}

interface Scene {
  /** How the server answers from now on. */
  answer: (response: ServerResponse, path: string) => void
  readonly asked: string[]
  readonly lines: string[]
  readonly url: string
  /** `Tom`, a code, or `nobody knows`. */
  readonly check: (token: string) => Promise<string>
}

const quick: KeyTimings = { cooldownMs: 250, cacheMs: 100_000, timeoutMs: 150 }

async function scene(timings: Partial<KeyTimings> = {}): Promise<Scene> {
  const asked: string[] = []
  const lines: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    made.answer(response, request.url ?? '')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys?for=parley`
  const logger = createLineLogger('info', (line) => lines.push(line), Date.now)
  const judge = createTokenCheck({ keyUrl: url }, { logger, keyTimings: { ...quick, ...timings } })
  const made: Scene = {
    answer: (response) => response.end(setOf(['a', first.publicKey])),
    asked,
    lines,
    url,
    async check(token) {
      try {
        const answer = await judge(token, Date.now())
        return answer.ok ? answer.user : answer.code
      } catch (error) {
        if (error instanceof TokenKeysError) return 'nobody knows'
        throw error
      }
    },
  }
  return made
}

const good = tokenBy(first.privateKey, 'a')
const fresh = tokenBy(second.privateKey, 'b')

test('[RE200] a set is asked for once, and again when a token names a key that is not in it', async () => {
  const it = await scene()
  expect(await Promise.all([good, good, good].map(it.check))).toEqual(['Tom', 'Tom', 'Tom'])
  expect(it.asked).toHaveLength(1)
  it.answer = (response) => response.end(setOf(['b', second.publicKey]))
  // At most so often, however many unknown keys are named.
  for (let round = 0; round < 20; round += 1) {
    expect(await it.check(tokenBy(second.privateKey, `unknown ${round}`))).toBe('bad-token')
  }
  expect(it.asked).toHaveLength(1)
  await sleep(270)
  expect(await it.check(fresh)).toBe('Tom')
  expect(await it.check(good)).toBe('bad-token')
  expect(it.asked).toEqual(['/keys?for=parley', '/keys?for=parley'])
})

test('[RE200] a set that has grown old is asked for again, so that a key can be taken away', async () => {
  const it = await scene({ cacheMs: 50 })
  expect(await it.check(good)).toBe('Tom')
  it.answer = (response) => response.end(setOf(['b', second.publicKey]))
  await sleep(60)
  expect(await it.check(good)).toBe('bad-token')
})

test('[RE200] a token that is for no key of ours asks for nothing', async () => {
  const it = await scene()
  for (const header of [{ alg: 'HS256' }, { alg: 'none' }, { alg: 'RS512', kid: 'x' }, { alg: 'ES256' }]) {
    const part = Buffer.from(JSON.stringify(header)).toString('base64url')
    expect(await it.check(good.replace(/^[^.]*/, part))).toBe('bad-token')
  }
  expect(it.asked).toEqual([])
})

const failures: readonly (readonly [string, Scene['answer']])[] = [
  ['an error', (response) => response.writeHead(500).end()],
  ['no such page', (response) => response.writeHead(404).end(setOf(['b', second.publicKey]))],
  ['no JSON', (response) => response.end('<html>')],
  ['no set', (response) => response.end('{}')],
  ['a broken set', (response) => response.end('{"keys":7}')],
  ['a set of what is no key', (response) => response.end('{"keys":[null]}')],
  ['a cut', (response) => response.socket?.destroy()],
  [
    'a redirect',
    (response, path) => {
      if (path === '/elsewhere') response.end(setOf(['b', second.publicKey]))
      else response.writeHead(302, { Location: '/elsewhere' }).end()
    },
  ],
  ['silence', () => undefined],
  ['a drop now and then', (response) => setInterval(() => response.write(' '), 20).unref()],
  [
    'too much',
    (response) => {
      const room = ' '.repeat(maxKeySetBytes)
      response.end(`${room}${setOf(['b', second.publicKey])}`)
    },
  ],
]

test.each(failures)(
  '[RE201] while the server fails (%s) known keys hold, and others are not judged',
  async (_what, fail) => {
    const it = await scene()
    expect(await it.check(good)).toBe('Tom')
    const { answer } = it
    it.answer = fail
    await sleep(270)
    expect(await it.check(fresh)).toBe('nobody knows')
    expect(await it.check(good)).toBe('Tom')
    // A forged one of a known key is still told as what it is.
    expect(await it.check(tokenBy(second.privateKey, 'a'))).toBe('bad-token')
    const asked = it.asked.length
    for (let round = 0; round < 10; round += 1) expect(await it.check(fresh)).toBe('nobody knows')
    expect(it.asked).toHaveLength(asked)
    expect(it.asked).not.toContain('/elsewhere')
    expect(it.lines).toHaveLength(1)
    expect(it.lines[0]).toMatch(/ error key-server-failed url=http:\/\/127\.0\.0\.1:\d+\/keys error=/)
    it.answer = (response, path) => {
      if (path === '/keys?for=parley') response.end(setOf(['a', first.publicKey], ['b', second.publicKey]))
      else answer(response, path)
    }
    await sleep(270)
    expect(await it.check(fresh)).toBe('Tom')
  },
)

test('[RE201] an old set goes on while its server fails', async () => {
  const it = await scene({ cacheMs: 30 })
  expect(await it.check(good)).toBe('Tom')
  it.answer = (response) => response.writeHead(503).end()
  await sleep(40)
  for (let round = 0; round < 5; round += 1) expect(await it.check(good)).toBe('Tom')
  expect(it.asked).toHaveLength(2)
})

test('[RE201] a session whose token cannot be judged ends with internal, at both doors', async () => {
  const it = await scene()
  it.answer = (response) => response.writeHead(503).end()
  const server = await startTestServer({ tokens: { keyUrl: it.url } })
  const device = await openSocket(server.ws)
  device.send({
    frame: 'hello',
    version: 1,
    token: good,
    device: '0'.repeat(32),
    epoch: '',
    cursor: 0,
    tag: '',
    login: false,
    inflates: false,
  })
  expect(await device.next('failure')).toMatchObject({ code: 'internal', again: 'retry' })
  const stock = openSocket(`${server.ws}/y/c/r${'0'.repeat(26)}/1`, {
    'Sec-WebSocket-Protocol': `parley.y1, token.${good}`,
  })
  await expect(stock).rejects.toThrow(/response: 503/)
  await server.dispose()
})

test('[RE200] what must be asked for over the network must be encrypted', async () => {
  for (const keyUrl of [
    'http://keys.example/jwks',
    'http://127.0.0.1.evil.example/jwks',
    'http://localhost@evil.example/jwks',
    'https://tom:secret@keys.example/jwks',
    'ftp://keys.example/jwks',
    'file:///etc/keys',
    'data:application/json,{}',
    'keys.example',
    '',
  ]) {
    await expect(checkTokens({ keyUrl }, false)).rejects.toMatchObject({ code: 'keys-unusable' })
    expect(() => createTokenCheck({ keyUrl })).toThrow('https URL')
  }
  for (const keyUrl of [
    'https://keys.example/jwks',
    'http://localhost:8080/jwks',
    'http://[::1]/jwks',
    'http://127.0.0.1/jwks',
  ]) {
    await checkTokens({ keyUrl }, false)
  }
  // Whoever waits for it must be answered before his hello is late.
  expect(defaultKeyTimings.timeoutMs).toBeLessThan(defaultTimings.helloMs)
})
