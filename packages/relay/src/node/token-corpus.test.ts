/** Forged and odd tokens against every set-up of keys: what one of them takes, the others must not. */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { maxTokenBytes } from '@parley/wire'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testSecret } from './server.test-kit.ts'
import { type CheckToken, createTokenCheck } from './token.ts'

const now = 1_800_000_000_000
const seconds = now / 1000
const good = { sub: 'Tom', exp: seconds + 3600, iat: seconds, iss: 'login', aud: 'parley' }
const terms = { issuer: 'login', audience: 'parley' }

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed = generateKeyPairSync('ed25519')
const otherEd = generateKeyPairSync('ed25519')

type Sign = (data: string) => Uint8Array

const bySecret =
  (key: string | Uint8Array, hash = 'sha256'): Sign =>
  (data) =>
    createHmac(hash, key).update(data).digest()
const byRsa =
  (key: KeyObject, hash = 'sha256'): Sign =>
  (data) =>
    sign(hash, Buffer.from(data), key)
const byEd =
  (key: KeyObject): Sign =>
  (data) =>
    sign(null, Buffer.from(data), key)

interface Setup {
  readonly name: string
  readonly header: Readonly<Record<string, unknown>>
  readonly sign: Sign
  check: CheckToken
  /** What an attacker could know of the keys. */
  readonly publicKeys: readonly KeyObject[]
}

const unset: CheckToken = () => Promise.reject(new Error('not set up'))
const secretSetup: Setup = {
  name: 'HS256 by a secret',
  header: { alg: 'HS256' },
  sign: bySecret(testSecret),
  check: unset,
  publicKeys: [],
}
const rsaSetup: Setup = {
  name: 'RS256 by a PEM file',
  header: { alg: 'RS256' },
  sign: byRsa(rsa.privateKey),
  check: unset,
  publicKeys: [rsa.publicKey],
}
const edSetup: Setup = {
  name: 'EdDSA by a JWK file',
  header: { alg: 'EdDSA' },
  sign: byEd(ed.privateKey),
  check: unset,
  publicKeys: [ed.publicKey],
}
const setFile: Setup = {
  name: 'a key set in a file',
  header: { alg: 'RS256', kid: 'rsa-1' },
  sign: byRsa(rsa.privateKey),
  check: unset,
  publicKeys: [rsa.publicKey, ed.publicKey],
}
const setUrl: Setup = { ...setFile, name: 'a key set at a URL' }
const setups = [secretSetup, rsaSetup, edSetup, setFile, setUrl]

let directory: string
let server: Server
const visits: string[] = []
let canary: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-keys-'))
  const keySet = JSON.stringify({
    keys: [
      { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa-1', alg: 'RS256', use: 'sig' },
      { ...ed.publicKey.export({ format: 'jwk' }), kid: 'ed-1' },
    ],
  })
  server = createServer((request, response) => {
    visits.push(request.url ?? '')
    response.end(keySet)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  canary = `${address}/canary`
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text)
    return join(directory, name)
  }
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' })
  const jwk = JSON.stringify(ed.publicKey.export({ format: 'jwk' }))
  secretSetup.check = createTokenCheck({ secret: testSecret, ...terms })
  rsaSetup.check = createTokenCheck({ keyFile: await file('rsa.pem', String(pem)), ...terms })
  edSetup.check = createTokenCheck({ keyFile: await file('ed.jwk', jwk), ...terms })
  setFile.check = createTokenCheck({ keyFile: await file('set.json', keySet), ...terms })
  setUrl.check = createTokenCheck({ keyUrl: `${address}/keys`, ...terms })
})

afterAll(async () => {
  server.close()
  await rm(directory, { recursive: true })
})

const encode = (text: string): string => Buffer.from(text).toString('base64url')

function make(header: unknown, claims: unknown, signature: Sign): string {
  const [first, second] = [header, claims].map((part) =>
    encode(typeof part === 'string' ? part : JSON.stringify(part)),
  )
  const data = `${first ?? ''}.${second ?? ''}`
  return `${data}.${Buffer.from(signature(data)).toString('base64url')}`
}

/** A token as this set-up takes it, with other claims. */
function signed(setup: Setup, claims: unknown, header: Readonly<Record<string, unknown>> = {}): string {
  return make({ ...setup.header, ...header }, claims, setup.sign)
}

/** The same, with these claims and no others changed. */
const changed = (setup: Setup, claims: Readonly<Record<string, unknown>>): string =>
  signed(setup, { ...good, ...claims })

/** `undefined` takes a claim away: JSON leaves it out. */
const wrongClaims: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['no exp', { exp: undefined }],
  ['exp 1e300', { exp: 1e300 }],
  ['exp beyond whole numbers', { exp: 2 ** 53 }],
  ['exp as text', { exp: String(good.exp) }],
  ['exp null', { exp: null }],
  ['exp a list', { exp: [good.exp] }],
  ['exp further ahead than a token may hold', { exp: seconds + 31 * 86_400 }],
  ['long ago made, for longer than a token may hold', { iat: seconds - 40 * 86_400 }],
  ['made at no time', { iat: -1e300 }],
  ['made in the future', { iat: seconds + 31 }],
  ['iat as text', { iat: 'now' }],
  ['iat null', { iat: null }],
  ['not yet good', { nbf: seconds + 31 }],
  ['nbf as text', { nbf: '0' }],
  ['no sub', { sub: undefined }],
  ['sub an object', { sub: { toString: 'Tom' } }],
  ['sub a list', { sub: ['Tom'] }],
  ['sub a number', { sub: 7 }],
  ['sub null', { sub: null }],
  ['sub empty', { sub: '' }],
  ['sub with a blank', { sub: 'Tom ' }],
  ['sub with a line end', { sub: 'Tom\n' }],
  ['sub with a null', { sub: 'Tom\u0000' }],
  ['sub that looks like Tom', { sub: 'Тom' }],
  ['sub too long', { sub: 'x'.repeat(65) }],
  ['another issuer', { iss: 'evil' }],
  ['no issuer', { iss: undefined }],
  ['a list of issuers', { iss: ['login'] }],
  ['another audience', { aud: 'mail' }],
  ['no audience', { aud: undefined }],
  ['other audiences', { aud: ['mail', 'wiki'] }],
  ['an audience in an object', { aud: { parley: true } }],
  ['no device id', { device: 'phone' }],
  ['device null', { device: null }],
  ['device a list', { device: ['0'.repeat(32)] }],
]

/** What has been done to the token, whoever signs it. */
const forgeries: readonly (readonly [string, (setup: Setup) => string])[] = [
  ['alg none, unsigned', () => make({ alg: 'none' }, good, () => new Uint8Array())],
  ['alg none, as signed', (setup) => signed(setup, good, { alg: 'none' })],
  ['alg None', (setup) => signed(setup, good, { alg: 'None' })],
  ['alg missing', (setup) => make({ typ: 'JWT' }, good, setup.sign)],
  ['alg a list', (setup) => signed(setup, good, { alg: [setup.header['alg']] })],
  [
    'alg in other letters',
    (setup) => signed(setup, good, { alg: String(setup.header['alg']).toLowerCase() }),
  ],
  ['HS384', () => make({ alg: 'HS384' }, good, bySecret(testSecret, 'sha384'))],
  ['HS512', () => make({ alg: 'HS512' }, good, bySecret(testSecret, 'sha512'))],
  ['RS384', () => make({ alg: 'RS384', kid: 'rsa-1' }, good, byRsa(rsa.privateKey, 'sha384'))],
  ['RS256 with another key', () => make({ alg: 'RS256', kid: 'rsa-1' }, good, byRsa(otherRsa.privateKey))],
  ['EdDSA with another key', () => make({ alg: 'EdDSA', kid: 'ed-1' }, good, byEd(otherEd.privateKey))],
  ['HS256 with another secret', () => make({ alg: 'HS256' }, good, bySecret('x'.repeat(32)))],
  ['HS256 with an empty secret', () => make({ alg: 'HS256' }, good, bySecret(''))],
  ['no signature', (setup) => signed(setup, good).replace(/[^.]*$/, '')],
  ['a signature of nothing', (setup) => signed(setup, good).replace(/[^.]*$/, 'AAAA')],
  ['a signature with an end', (setup) => `${signed(setup, good)}=`],
  ['a signature with two ends', (setup) => `${signed(setup, good)}==`],
  [
    'a padded header',
    (setup) => `${encode('{"alg":"none"}')}=.${encode(JSON.stringify(good))}.${setup.name}`,
  ],
  ['blanks around it', (setup) => ` ${signed(setup, good)}`],
  ['a line end behind it', (setup) => `${signed(setup, good)}\n`],
  ['four parts', (setup) => `${signed(setup, good)}.AAAA`],
  ['five parts, as if encrypted', (setup) => `${signed(setup, good)}.AAAA.AAAA`],
  ['two parts', (setup) => signed(setup, good).split('.').slice(0, 2).join('.')],
  ['signed as JSON', (setup) => JSON.stringify({ payload: signed(setup, good) })],
  [
    'claims changed after signing',
    (setup) => {
      const [header = '', , signature = ''] = signed(setup, good).split('.')
      return `${header}.${encode(JSON.stringify({ ...good, sub: 'Mary' }))}.${signature}`
    },
  ],
  ['claims that are a list', (setup) => signed(setup, [good])],
  ['claims that are text', (setup) => signed(setup, '"Tom"')],
  ['claims that are null', (setup) => signed(setup, 'null')],
  ['claims that are no JSON', (setup) => signed(setup, '{"sub":"Tom",')],
  ['a header that is no JSON', (setup) => make('{"alg":', good, setup.sign)],
  ['a header that is null', (setup) => make('null', good, setup.sign)],
  ['crit', (setup) => signed(setup, good, { crit: ['exp'], exp: 1 })],
  ['crit b64', (setup) => signed(setup, good, { crit: ['b64'], b64: false })],
  ['crit empty', (setup) => signed(setup, good, { crit: [] })],
  [
    'its own key',
    () =>
      make(
        { alg: 'RS256', jwk: otherRsa.publicKey.export({ format: 'jwk' }) },
        good,
        byRsa(otherRsa.privateKey),
      ),
  ],
  [
    'its own key, of EdDSA',
    () =>
      make(
        { alg: 'EdDSA', jwk: otherEd.publicKey.export({ format: 'jwk' }) },
        good,
        byEd(otherEd.privateKey),
      ),
  ],
  [
    'an address of keys',
    () => make({ alg: 'RS256', kid: 'rsa-1', jku: canary }, good, byRsa(otherRsa.privateKey)),
  ],
  [
    'an address of a certificate',
    () => make({ alg: 'RS256', kid: 'rsa-1', x5u: canary }, good, byRsa(otherRsa.privateKey)),
  ],
  ['more than a hello may hold', (setup) => signed(setup, { ...good, more: 'x'.repeat(maxTokenBytes) })],
  ['nothing', () => ''],
  ['points', () => '..'],
]

test.each(setups)('[RE80] $name takes the token it is for', async (setup) => {
  expect(await setup.check(signed(setup, good), now)).toEqual({
    ok: true,
    user: 'Tom',
    expires: now + 3_630_000,
    issuedAt: now,
  })
  const device = '0123456789abcdef'.repeat(2)
  for (const claims of [
    { aud: ['mail', 'parley'] },
    { nbf: seconds + 30 },
    { iat: seconds + 30 },
    { exp: seconds + 30 * 86_400 },
    { exp: seconds + 0.5 },
    { sub: 'x'.repeat(64) },
    { device },
  ]) {
    expect(await setup.check(changed(setup, claims), now)).toMatchObject({ ok: true })
  }
  expect(await setup.check(changed(setup, { device }), now)).toMatchObject({ device })
  expect(await setup.check(changed(setup, { iat: undefined }), now)).not.toHaveProperty('issuedAt')
})

test.each(setups)('[RE81] [RE82] [RE197] $name takes no token that says what none may', async (setup) => {
  const taken: string[] = []
  for (const [what, claims] of wrongClaims) {
    const answer = await setup.check(changed(setup, claims), now)
    if (answer.ok || answer.code !== 'bad-token') taken.push(what)
  }
  expect(taken).toEqual([])
  expect(await setup.check(changed(setup, { exp: seconds - 30, iat: seconds - 60 }), now)).toMatchObject({
    code: 'token-expired',
  })
})

test.each(setups)('[RE80] $name takes nothing that is forged', async (setup) => {
  const taken: string[] = []
  for (const [what, forge] of forgeries) {
    const answer = await setup.check(forge(setup), now)
    if (answer.ok || answer.code !== 'bad-token') taken.push(what)
  }
  expect(taken).toEqual([])
})

test.each(setups)('[RE80] $name takes no token that another set-up is for', async (setup) => {
  for (const other of setups) {
    if (other.publicKeys.some((key) => setup.publicKeys.includes(key)) || other === setup) continue
    for (const header of [{}, setup.header]) {
      expect(await setup.check(signed(other, good, header), now)).toMatchObject({ code: 'bad-token' })
    }
  }
})

test.each(setups)('[RE80] a public key of $name is no secret, whatever it is written as', async (setup) => {
  for (const key of setup.publicKeys) {
    const pem = String(key.export({ format: 'pem', type: 'spki' }))
    for (const secret of [
      pem,
      pem.trim(),
      pem.replaceAll('\n', ''),
      key.export({ format: 'der', type: 'spki' }),
      JSON.stringify(key.export({ format: 'jwk' })),
    ]) {
      for (const header of [{ alg: 'HS256' }, { ...setup.header, alg: 'HS256' }, setup.header]) {
        expect(await setup.check(make(header, good, bySecret(secret)), now)).toMatchObject({
          ok: false,
          code: 'bad-token',
        })
      }
    }
  }
  // The keys are real ones: with the private half the same set-up takes the token.
  expect(
    createPublicKey(createPrivateKey(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }))),
  ).toBeDefined()
})

test.each([setFile, setUrl])('[RE80] $name takes a token by the key it names alone', async (setup) => {
  const swapped = [
    make({ alg: 'RS256', kid: 'ed-1' }, good, byRsa(rsa.privateKey)),
    make({ alg: 'EdDSA', kid: 'rsa-1' }, good, byEd(ed.privateKey)),
    make({ alg: 'EdDSA', kid: 'ed-1' }, good, byRsa(rsa.privateKey)),
    make({ alg: 'RS256', kid: 'unknown' }, good, byRsa(rsa.privateKey)),
    make({ alg: 'RS256', kid: ['rsa-1'] }, good, byRsa(rsa.privateKey)),
    make({ alg: 'RS256', kid: '__proto__' }, good, byRsa(rsa.privateKey)),
    make({ alg: 'RS256', kid: '../../etc/passwd' }, good, byRsa(rsa.privateKey)),
  ]
  for (const token of swapped) expect(await setup.check(token, now)).toMatchObject({ code: 'bad-token' })
  const taken = make({ alg: 'EdDSA', kid: 'ed-1' }, good, byEd(ed.privateKey))
  expect(await setup.check(taken, now)).toMatchObject({ ok: true })
})

test('[RE80] headers that name keys of their own change nothing, and nobody is asked for them', async () => {
  const before = visits.length
  for (const setup of [secretSetup, rsaSetup, edSetup, setFile]) {
    const jwk = otherRsa.publicKey.export({ format: 'jwk' })
    const token = signed(setup, good, { jku: canary, x5u: canary, x5c: ['AAAA'], jwk })
    expect(await setup.check(token, now)).toMatchObject({ ok: true, user: 'Tom' })
  }
  expect(visits.slice(before)).toEqual([])
  expect(visits.filter((path) => path !== '/keys')).toEqual([])
})

test('[RE81] of a claim that is said twice the last one counts, as everywhere in JSON', async () => {
  for (const setup of setups) {
    const token = signed(setup, `${JSON.stringify(good).slice(0, -1)},"sub":"Mary"}`)
    expect(await setup.check(token, now)).toMatchObject({ ok: true, user: 'Mary' })
    const late = signed(setup, `${JSON.stringify(good).slice(0, -1)},"exp":1e300}`)
    expect(await setup.check(late, now)).toMatchObject({ code: 'bad-token' })
  }
})

test('[RE81] a name that JavaScript has too is a user like others', async () => {
  for (const sub of ['__proto__', 'constructor', 'toString']) {
    expect(await secretSetup.check(changed(secretSetup, { sub }), now)).toMatchObject({ ok: true, user: sub })
    const polluted = signed(
      secretSetup,
      `{"__proto__":{"sub":"Mary"},"exp":${good.exp},"iss":"login","aud":"parley"}`,
    )
    expect(await secretSetup.check(polluted, now)).toMatchObject({ code: 'bad-token' })
  }
})

test('[RE197] the sentence says for how long a token may hold', async () => {
  const of = async (maxLifeSeconds: number | undefined, life: number): Promise<unknown> => {
    const check = createTokenCheck({
      secret: testSecret,
      ...(maxLifeSeconds === undefined ? {} : { maxLifeSeconds }),
    })
    return check(signed(secretSetup, { sub: 'Tom', exp: seconds + life }), now)
  }
  expect(await of(undefined, 30 * 86_400)).toMatchObject({ ok: true })
  expect(await of(undefined, 30 * 86_400 + 1)).toMatchObject({
    detail: 'The token holds for too long: this relay takes tokens of at most 30 days.',
  })
  expect(await of(5400, 5400)).toMatchObject({ ok: true })
  expect(await of(5400, 5401)).toMatchObject({
    code: 'bad-token',
    detail: expect.stringContaining('90 minutes') as string,
  })
  expect(await of(7, 8)).toMatchObject({ detail: expect.stringContaining('7 seconds') as string })
})

test('[RE82] another tolerance may be given, for all three times', async () => {
  const check = createTokenCheck({ secret: testSecret, toleranceSeconds: 5 })
  const of = async (claims: object): Promise<string> => {
    const answer = await check(signed(secretSetup, { sub: 'Tom', exp: seconds + 60, ...claims }), now)
    return answer.ok ? 'ok' : answer.code
  }
  expect(await of({ exp: seconds - 4 })).toBe('ok')
  expect(await of({ exp: seconds - 5 })).toBe('token-expired')
  expect(await of({ nbf: seconds + 5 })).toBe('ok')
  expect(await of({ nbf: seconds + 6 })).toBe('bad-token')
  expect(await of({ iat: seconds + 5 })).toBe('ok')
  expect(await of({ iat: seconds + 6 })).toBe('bad-token')
})

test('[RE205] a key is used by the algorithms it is for, and others are no set-up', async () => {
  const keyFile = join(directory, 'set.json')
  expect(() => createTokenCheck({ secret: testSecret, algorithms: ['RS256'] })).toThrow(
    'A secret is for HS256',
  )
  expect(() => createTokenCheck({ secret: testSecret, algorithms: ['HS256', 'EdDSA'] })).toThrow('EdDSA')
  expect(() => createTokenCheck({ keyFile, algorithms: ['HS256'] })).toThrow('Public keys are for RS256')
  const narrow = createTokenCheck({ keyFile, ...terms, algorithms: ['EdDSA'] })
  expect(await narrow(make({ alg: 'EdDSA', kid: 'ed-1' }, good, byEd(ed.privateKey)), now)).toMatchObject({
    ok: true,
  })
  expect(await narrow(signed(setFile, good), now)).toMatchObject({
    code: 'bad-token',
    detail: 'The token is not signed by EdDSA.',
  })
})
