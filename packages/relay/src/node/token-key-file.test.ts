import { createSecretKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { maxKeySetBytes } from './server-limits.ts'
import { createLineLogger } from './server-log.ts'
import { checkTokens } from './server-start.ts'
import { type CheckToken, createTokenCheck } from './token.ts'

const start = 1_800_000_000_000

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parley-keys-'))
  onTestFinished(async () => {
    await rm(path, { recursive: true })
  })
  return path
}

const first = generateKeyPairSync('ed25519')
const second = generateKeyPairSync('ed25519')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

const pemOf = (key: KeyObject): string => String(key.export({ format: 'pem', type: 'spki' }))
const setOf = (...keys: readonly (readonly [string, KeyObject])[]): string =>
  JSON.stringify({ keys: keys.map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid })) })

function tokenBy(key: KeyObject, kid?: string): string {
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'RS256' : 'EdDSA'
  const claims = { sub: 'Tom', iat: start / 1000, exp: start / 1000 + 86_400 }
  const data = [{ alg: algorithm, kid }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const hash = algorithm === 'RS256' ? 'sha256' : null
  return `${data}.${sign(hash, Buffer.from(data), key).toString('base64url')}`
}

interface Scene {
  readonly file: string
  readonly lines: string[]
  /** Checks a token so many seconds after the start. */
  readonly at: (second: number, token: string) => Promise<string>
}

async function scene(content: string): Promise<Scene> {
  const file = join(await folder(), 'keys')
  await writeFile(file, content)
  const lines: string[] = []
  const logger = createLineLogger(
    'info',
    (line) => lines.push(line),
    () => start,
  )
  const check: CheckToken = createTokenCheck({ keyFile: file }, { logger })
  return {
    file,
    lines,
    async at(seconds, token) {
      const answer = await check(token, start + seconds * 1000)
      return answer.ok ? answer.user : answer.code
    },
  }
}

test('[RE198] a file holds one key or a set of them', async () => {
  for (const content of [
    pemOf(first.publicKey),
    `# of the sign-in server\n${pemOf(first.publicKey)}`,
    JSON.stringify(first.publicKey.export({ format: 'jwk' })),
    setOf(['a', second.publicKey], ['b', first.publicKey]),
    setOf(['b', first.publicKey], ['c', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey]),
  ]) {
    const { at } = await scene(content)
    expect(await at(0, tokenBy(first.privateKey, 'b'))).toBe('Tom')
    expect(await at(0, tokenBy(rsa.privateKey, 'b'))).toBe('bad-token')
  }
  const { at } = await scene(setOf(['a', first.publicKey], ['b', second.publicKey], ['r', rsa.publicKey]))
  expect(await at(0, tokenBy(first.privateKey))).toBe('bad-token')
  expect(await at(0, tokenBy(rsa.privateKey))).toBe('Tom')
})

test('[RE198] what is no public key of a kind we know keeps the relay from starting', async () => {
  const directory = await folder()
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const cases: readonly (readonly [string, string])[] = [
    ['', 'neither PEM nor JSON'],
    ['no key', 'neither PEM nor JSON'],
    ['null', 'holds no key'],
    ['{}', 'no public key for RS256 or EdDSA'],
    ['{"keys":{}}', 'no list'],
    ['{"keys":[]}', 'no public key'],
    ['{"keys":[null,7,{"kty":"RSA"}]}', 'no public key'],
    ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'no public key'],
    [pemOf(weak.publicKey), '2048 bits'],
    [pemOf(curve.publicKey), 'no public key'],
    [String(first.privateKey.export({ format: 'pem', type: 'pkcs8' })), 'private key'],
    [String(rsa.privateKey.export({ format: 'pem', type: 'pkcs1' })), 'private key'],
    [JSON.stringify(first.privateKey.export({ format: 'jwk' })), 'private key'],
    [setOf(['a', first.publicKey], ['b', second.privateKey]), 'private key'],
    [JSON.stringify(createSecretKey(Buffer.alloc(32)).export({ format: 'jwk' })), 'secret-file'],
    [' '.repeat(maxKeySetBytes + 1), 'larger than'],
  ]
  for (const [content, sentence] of cases) {
    const keyFile = join(directory, 'keys')
    await writeFile(keyFile, content)
    const checked = checkTokens({ keyFile }, false)
    await expect(checked).rejects.toMatchObject({ code: 'keys-unusable' })
    await expect(checked).rejects.toThrow(sentence)
    await expect(checked).rejects.toThrow(keyFile)
  }
  for (const keyFile of [join(directory, 'nothing'), directory]) {
    await expect(checkTokens({ keyFile }, false)).rejects.toMatchObject({ code: 'keys-unusable' })
  }
  const keyFile = join(directory, 'good')
  await writeFile(keyFile, pemOf(first.publicKey))
  await checkTokens({ keyFile }, false)
  await expect(checkTokens({ keyFile, algorithms: ['RS256'] }, false)).rejects.toThrow('key for RS256 (')
  await expect(checkTokens({ keyFile }, true)).rejects.toThrow('--dev makes tokens')
})

test('[RE199] a file that has changed is read again, and what it held before holds no more', async () => {
  const { file, lines, at } = await scene(pemOf(first.publicKey))
  expect(await at(0, tokenBy(first.privateKey))).toBe('Tom')
  await writeFile(file, pemOf(second.publicKey))
  // Not looked at by every token.
  expect(await at(0.9, tokenBy(second.privateKey))).toBe('bad-token')
  expect(await at(1, tokenBy(second.privateKey))).toBe('Tom')
  expect(await at(1, tokenBy(first.privateKey))).toBe('bad-token')
  // A clock that was set back.
  await writeFile(file, setOf(['a', first.publicKey], ['b', second.publicKey]))
  expect(await at(-20, tokenBy(first.privateKey, 'a'))).toBe('Tom')
  expect(lines.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
    `info keys-read file=${file} keys=1\n`,
    `info keys-read file=${file} keys=1\n`,
    `info keys-read file=${file} keys=2\n`,
  ])
})

test('[RE199] a link that is bent to another file is followed', async () => {
  const directory = await folder()
  await writeFile(join(directory, '1'), pemOf(first.publicKey))
  await writeFile(join(directory, '2'), pemOf(second.publicKey))
  await symlink('1', join(directory, 'keys'))
  const check = createTokenCheck({ keyFile: join(directory, 'keys') })
  expect(await check(tokenBy(first.privateKey), start)).toMatchObject({ ok: true })
  await symlink('2', join(directory, 'next'))
  await rename(join(directory, 'next'), join(directory, 'keys'))
  expect(await check(tokenBy(second.privateKey), start + 1000)).toMatchObject({ ok: true })
})

test('[RE199] a file that breaks leaves the keys of before, and is told of once', async () => {
  const { file, lines, at } = await scene(pemOf(first.publicKey))
  expect(await at(0, tokenBy(first.privateKey))).toBe('Tom')
  await writeFile(file, '{"keys":')
  for (const later of [1, 2, 3]) expect(await at(later, tokenBy(first.privateKey))).toBe('Tom')
  await rm(file)
  for (const later of [4, 5]) expect(await at(later, tokenBy(first.privateKey))).toBe('Tom')
  await writeFile(file, pemOf(second.publicKey))
  expect(await at(6, tokenBy(second.privateKey))).toBe('Tom')
  expect(lines.map((line) => line.split(' ')[2])).toEqual([
    'keys-read',
    'keys-unusable',
    'keys-unusable',
    'keys-read',
  ])
  expect(lines.join('')).not.toContain(first.publicKey.export({ format: 'jwk' }).x)
})

test('[RE201] without any key a token is neither good nor bad, until there is one', async () => {
  const { file, at } = await scene('broken')
  await expect(at(0, tokenBy(first.privateKey))).rejects.toThrow('key file')
  await writeFile(file, pemOf(first.publicKey))
  expect(await at(1, tokenBy(first.privateKey))).toBe('Tom')
})

test('[RE199] many tokens at once wait for one look', async () => {
  const { lines, at } = await scene(pemOf(first.publicKey))
  const token = tokenBy(first.privateKey)
  expect(await Promise.all(Array.from({ length: 50 }, async () => at(0, token)))).toEqual(
    Array.from({ length: 50 }, () => 'Tom'),
  )
  expect(lines).toHaveLength(1)
})
