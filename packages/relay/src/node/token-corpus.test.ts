/** Forged and odd tokens against every set-up of keys: what one of them takes, the others must not. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testSecret } from './server.test-kit.ts'
import { forgeries, wrongClaims } from './token-corpus.test-data.ts'
import {
  byEd,
  byRsa,
  bySecret,
  canary,
  changed,
  type Corpus,
  ed,
  encode,
  good,
  make,
  now,
  otherRsa,
  rsa,
  seconds,
  secretSetup,
  edSetup,
  rsaSetup,
  setFile,
  setUp,
  setUrl,
  setups,
  signed,
  terms,
} from './token-corpus.test-kit.ts'
import { revocationsKeptMs } from './token-rules.ts'
import { createTokenCheck } from './token.ts'

let corpus: Corpus

beforeAll(async () => {
  corpus = await setUp()
})

afterAll(async () => {
  await corpus.end()
})

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
  const before = corpus.visits.length
  for (const setup of [secretSetup, rsaSetup, edSetup, setFile]) {
    const jwk = otherRsa.publicKey.export({ format: 'jwk' })
    const token = signed(setup, good, { jku: canary.url, x5u: canary.url, x5c: ['AAAA'], jwk })
    expect(await setup.check(token, now)).toMatchObject({ ok: true, user: 'Tom' })
  }
  expect(corpus.visits.slice(before)).toEqual([])
  expect(corpus.visits.filter((path) => path !== '/keys')).toEqual([])
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
  const keyFile = corpus.setFile
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

test('[RE80] [RE83] whatever a header says, and whoever signs, the answer is a plain one', async () => {
  const odd = fc.oneof(
    fc.constantFrom('HS256', 'RS256', 'EdDSA', 'Ed25519', 'PS256', 'ES256', 'none'),
    fc.anything(),
  )
  const header = fc.record(
    {
      alg: odd,
      kid: fc.oneof(fc.constantFrom('rsa-1', 'ed-1', ''), fc.anything()),
      typ: odd,
      crit: odd,
      b64: odd,
    },
    { requiredKeys: [] },
  )
  const signer = fc.constantFrom(
    byRsa(rsa.privateKey),
    byEd(ed.privateKey),
    bySecret(testSecret),
    byRsa(otherRsa.privateKey),
    () => new Uint8Array(),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...setups), header, signer, async (setup, said, signing) => {
      const text = asJson(said)
      const answer = await setup.check(make(text, good, signing), now)
      // What is taken is one that this set-up is for.
      expect(!answer.ok || ['HS256', 'RS256', 'EdDSA'].includes(String(said.alg))).toBe(true)
      expect(answer.ok ? answer.user : answer.code).toMatch(/^(Tom|bad-token)$/)
    }),
    { numRuns: 300 },
  )
})

test('[RE80] any text is a token or none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...setups),
      fc.oneof(
        fc.string(),
        fc.array(fc.string().map(encode), { maxLength: 5 }).map((parts) => parts.join('.')),
      ),
      async (setup, text) => {
        expect(await setup.check(text, now)).toMatchObject({ ok: false, code: 'bad-token' })
      },
    ),
    { numRuns: 300 },
  )
})

test('[RE196] what is revoked is remembered for longer than any token from before it holds', async () => {
  for (const more of [{}, { maxLifeSeconds: 60 }, { maxLifeSeconds: 60, toleranceSeconds: 600 }]) {
    const rules = { secret: testSecret, ...more }
    const check = createTokenCheck(rules)
    const { maxLifeSeconds = 30 * 86_400, toleranceSeconds = 30 } = { ...more } as {
      readonly maxLifeSeconds?: number
      readonly toleranceSeconds?: number
    }
    // Made at the moment of the revocation by a clock that runs ahead, for as long as can be.
    const iat = seconds + toleranceSeconds
    const token = signed(secretSetup, { sub: 'Tom', iat, exp: iat + maxLifeSeconds })
    expect(await check(token, now)).toMatchObject({ ok: true })
    const forgotten = now + revocationsKeptMs(rules)
    expect(await check(token, forgotten - 1)).toMatchObject({ ok: true })
    expect(await check(token, forgotten)).toMatchObject({ code: 'token-expired' })
  }
})

/** Not everything can be said in JSON; what cannot is left out. */
function asJson(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    return '{}'
  }
}
