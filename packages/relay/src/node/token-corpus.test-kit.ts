/** For tests of tokens: every set-up of keys, and tokens that are signed as one likes. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testSecret } from './server.test-kit.ts'
import { type CheckToken, createTokenCheck } from './token.ts'

export const now = 1_800_000_000_000
export const seconds = now / 1000
export const good = { sub: 'Tom', exp: seconds + 3600, iat: seconds, iss: 'login', aud: 'parley' }
export const terms = { issuer: 'login', audience: 'parley' }

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const ed = generateKeyPairSync('ed25519')
export const otherEd = generateKeyPairSync('ed25519')

export type Sign = (data: string) => Uint8Array

export const bySecret =
  (key: string | Uint8Array, hash = 'sha256'): Sign =>
  (data) =>
    createHmac(hash, key).update(data).digest()
export const byRsa =
  (key: KeyObject, hash = 'sha256'): Sign =>
  (data) =>
    sign(hash, Buffer.from(data), key)
export const byEd =
  (key: KeyObject): Sign =>
  (data) =>
    sign(null, Buffer.from(data), key)

export interface Setup {
  readonly name: string
  readonly header: Readonly<Record<string, unknown>>
  readonly sign: Sign
  check: CheckToken
  /** What an attacker could know of the keys. */
  readonly publicKeys: readonly KeyObject[]
}

const unset: CheckToken = () => Promise.reject(new Error('not set up'))
export const secretSetup: Setup = {
  name: 'HS256 by a secret',
  header: { alg: 'HS256' },
  sign: bySecret(testSecret),
  check: unset,
  publicKeys: [],
}
export const rsaSetup: Setup = {
  name: 'RS256 by a PEM file',
  header: { alg: 'RS256' },
  sign: byRsa(rsa.privateKey),
  check: unset,
  publicKeys: [rsa.publicKey],
}
export const edSetup: Setup = {
  name: 'EdDSA by a JWK file',
  header: { alg: 'EdDSA' },
  sign: byEd(ed.privateKey),
  check: unset,
  publicKeys: [ed.publicKey],
}
export const setFile: Setup = {
  name: 'a key set in a file',
  header: { alg: 'RS256', kid: 'rsa-1' },
  sign: byRsa(rsa.privateKey),
  check: unset,
  publicKeys: [rsa.publicKey, ed.publicKey],
}
export const setUrl: Setup = { ...setFile, name: 'a key set at a URL' }
export const setups = [secretSetup, rsaSetup, edSetup, setFile, setUrl]

const keySet = JSON.stringify({
  keys: [
    { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa-1', alg: 'RS256', use: 'sig' },
    { ...ed.publicKey.export({ format: 'jwk' }), kid: 'ed-1' },
  ],
})

export interface Corpus {
  readonly setFile: string
  /** What the key server was asked for. */
  readonly visits: readonly string[]
  readonly end: () => Promise<void>
}

/** Gives every set-up its keys. */
export async function setUp(): Promise<Corpus> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-keys-'))
  const visits: string[] = []
  const server = createServer((request, response) => {
    visits.push(request.url ?? '')
    response.end(keySet)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text)
    return join(directory, name)
  }
  const pem = String(rsa.publicKey.export({ format: 'pem', type: 'spki' }))
  const jwk = JSON.stringify(ed.publicKey.export({ format: 'jwk' }))
  canary.url = `${address}/canary`
  secretSetup.check = createTokenCheck({ secret: testSecret, ...terms })
  rsaSetup.check = createTokenCheck({ keyFile: await file('rsa.pem', pem), ...terms })
  edSetup.check = createTokenCheck({ keyFile: await file('ed.jwk', jwk), ...terms })
  setFile.check = createTokenCheck({ keyFile: await file('set.json', keySet), ...terms })
  setUrl.check = createTokenCheck({ keyUrl: `${address}/keys`, ...terms })
  return {
    setFile: join(directory, 'set.json'),
    visits,
    async end() {
      server.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** An address at which nobody should ever ask. */
export const canary = { url: '' }

export const encode = (text: string): string => Buffer.from(text).toString('base64url')

export function make(header: unknown, claims: unknown, signature: Sign): string {
  const [first, second] = [header, claims].map((part) =>
    encode(typeof part === 'string' ? part : JSON.stringify(part)),
  )
  const data = `${first ?? ''}.${second ?? ''}`
  return `${data}.${Buffer.from(signature(data)).toString('base64url')}`
}

/** A token as this set-up takes it, with other claims. */
export function signed(
  setup: Setup,
  claims: unknown,
  header: Readonly<Record<string, unknown>> = {},
): string {
  return make({ ...setup.header, ...header }, claims, setup.sign)
}

/** The same, with these claims and no others changed. */
export const changed = (setup: Setup, claims: Readonly<Record<string, unknown>>): string =>
  signed(setup, { ...good, ...claims })
