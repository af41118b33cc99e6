import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { testSecret, testToken } from './server.test-kit.ts'
import { createTokenCheck, readSecret } from './token.ts'

const now = 1_800_000_000_000
const seconds = now / 1000
const check = createTokenCheck({ secret: testSecret })

/** A token with these claims and header, signed as they say or as given. */
function forge(
  claims: unknown,
  header: unknown = { alg: 'HS256' },
  signature: (data: string) => Uint8Array = (data) => createHmac('sha256', testSecret).update(data).digest(),
): string {
  const data = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${data}.${Buffer.from(signature(data)).toString('base64url')}`
}

const good = { sub: 'Tom', exp: seconds + 60 }

test('[RE80] a token signed with the secret names its user and its end', async () => {
  expect(await check(await testToken('Tom', 60, now), now)).toEqual({
    ok: true,
    user: 'Tom',
    expires: now + 60_000 + 30_000,
    issuedAt: now,
  })
  expect(await check(forge(good), now)).toMatchObject({ ok: true, user: 'Tom' })
})

test('[RE80] whatever the header says, with a secret only HS256 is taken', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' })
  const forged = [
    forge(good, { alg: 'none' }, () => new Uint8Array()),
    forge(good, { alg: 'HS256' }, (data) => createHmac('sha256', 'another secret').update(data).digest()),
    forge(good, { alg: 'HS256' }, (data) => createHmac('sha256', pem).update(data).digest()),
    forge(good, { alg: 'HS512' }, (data) => createHmac('sha512', testSecret).update(data).digest()),
    forge(good, { alg: 'HS384' }, (data) => createHmac('sha384', testSecret).update(data).digest()),
    forge(good, { alg: 'RS256' }, (data) => sign('sha256', Buffer.from(data), privateKey)),
    forge(good, { alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) }),
    forge(good, { alg: 'HS256', crit: ['b64'], b64: false }),
    forge(good, { typ: 'JWT' }),
    forge(good).replace(/\.[^.]*$/, '.'),
    '',
    'a.b.c',
    'x'.repeat(9000),
  ]
  for (const token of forged) expect(await check(token, now)).toMatchObject({ ok: false, code: 'bad-token' })
})

test('[RE81] the subject must be a user id, and the end a time', async () => {
  const wrong = [
    { exp: good.exp },
    { sub: 'Tom' },
    { ...good, sub: '' },
    { ...good, sub: 'Tom Sawyer' },
    { ...good, sub: 'x'.repeat(65) },
    { ...good, sub: { toString: 'Tom' } },
    { ...good, sub: ['Tom'] },
    { ...good, exp: 1e300 },
    { ...good, exp: 2 ** 53 },
    { ...good, exp: String(good.exp) },
    { ...good, exp: null },
    { ...good, nbf: seconds + 31 },
    'Tom',
    null,
  ]
  for (const claims of wrong)
    expect(await check(forge(claims), now)).toMatchObject({ ok: false, code: 'bad-token' })
})

test('[RE81] with an issuer and an audience configured, a token must name them', async () => {
  const strict = createTokenCheck({ secret: testSecret, issuer: 'login', audience: 'parley' })
  expect(await strict(forge({ ...good, iss: 'login', aud: 'parley' }), now)).toMatchObject({ ok: true })
  expect(await strict(forge({ ...good, iss: 'login', aud: ['parley', 'mail'] }), now)).toMatchObject({
    ok: true,
  })
  for (const claims of [
    good,
    { ...good, iss: 'login' },
    { ...good, aud: 'parley' },
    { ...good, iss: 'x', aud: 'parley' },
  ]) {
    expect(await strict(forge(claims), now)).toMatchObject({ ok: false, code: 'bad-token' })
  }
})

test('[RE82] a token holds until 30 seconds after its end, and not longer', async () => {
  const token = forge({ sub: 'Tom', exp: seconds })
  expect(await check(token, now + 29_999)).toMatchObject({ ok: true, expires: now + 30_000 })
  expect(await check(token, now + 30_000)).toMatchObject({ ok: false, code: 'token-expired' })
  expect(await check(forge({ ...good, nbf: seconds + 30 }), now)).toMatchObject({ ok: true })
})

test('[RE83] whatever a token holds, nothing of it is repeated', async () => {
  const text = fc.string({ minLength: 6, unit: 'grapheme-ascii' })
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.record({ sub: text, iss: text, exp: fc.oneof(fc.constant(good.exp), fc.constant(1), text) }),
      async (canary, claims) => {
        const strict = createTokenCheck({ secret: testSecret, issuer: 'login' })
        for (const token of [canary, forge(claims), forge(claims, { alg: canary })]) {
          const outcome = await strict(token, now)
          const parts = [token, ...token.split('.'), claims.sub, claims.iss].filter(
            (part) => part.length >= 6,
          )
          expect(outcome.ok).toBe(false)
          expect(parts.filter((part) => JSON.stringify(outcome).includes(part))).toEqual([])
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('[RE84] a secret shorter than the hash is none', () => {
  expect(readSecret('x'.repeat(31))).toBeUndefined()
  expect(readSecret(` ${'x'.repeat(32)}\n`)).toEqual(new TextEncoder().encode('x'.repeat(32)))
})
