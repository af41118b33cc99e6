/**
 * Public keys in a file: one key (PEM or JWK), or a key set (JWKS). Read again when it changes; one that cannot be used
 * leaves the keys of before, and is told of once. Rules RE198 and RE199.
 *
 * No file is watched: it is read when a token comes and the last look was a while ago. That works on every file system,
 * and for a link that is bent to another file.
 */
import { type KeyObject, createPublicKey } from 'node:crypto'
import { open } from 'node:fs/promises'
import { createLocalJWKSet, errors, type JWK } from 'jose'
import type { Logger } from '../ports.ts'
import { RelayServerError } from './server-errors.ts'
import { keyFileLookMs, maxKeySetBytes, minRsaBits } from './server-limits.ts'
import { type FindKey, type KeySource, TokenKeysError } from './token-keys.ts'
import type { TokenAlgorithm } from './token-rules.ts'

interface Keys {
  readonly find: FindKey
  readonly count: number
}

export function createFileKeys(
  file: string,
  algorithms: readonly TokenAlgorithm[],
  logger: Logger,
): KeySource {
  let keys: Keys | undefined
  let text: string | undefined
  let complaint: string | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined

  const look = async (): Promise<void> => {
    try {
      const found = await readKeyText(file)
      if (found === text && keys !== undefined && complaint === undefined) return
      keys = parseKeys(found, algorithms, file)
      if (found !== text) logger.info('keys-read', { file, keys: keys.count })
      text = found
      complaint = undefined
    } catch (error) {
      if (!(error instanceof RelayServerError)) throw error
      if (error.message !== complaint) logger.error('keys-unusable', { file, why: error.message })
      complaint = error.message
    }
  }

  return async (header, token, now) => {
    // A clock that was set back must not stop us from looking.
    if (Math.abs(now - lookedAt) >= keyFileLookMs) {
      lookedAt = now
      looking = look().finally(() => {
        looking = undefined
      })
    }
    await looking
    if (keys === undefined) throw new TokenKeysError('The key file cannot be used.')
    return keys.find(header, token)
  }
}

/** Throws what is wrong with it, for the start. */
export async function checkKeyFile(file: string, algorithms: readonly TokenAlgorithm[]): Promise<void> {
  parseKeys(await readKeyText(file), algorithms, file)
}

async function readKeyText(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r')
    try {
      const bytes = Buffer.alloc(maxKeySetBytes + 1)
      let length = 0
      for (;;) {
        const { bytesRead } = await handle.read(bytes, length, bytes.length - length)
        length += bytesRead
        if (bytesRead === 0 || length === bytes.length) break
      }
      if (length > maxKeySetBytes) throw unusable(file, `is larger than ${maxKeySetBytes} bytes`)
      return bytes.toString('utf8', 0, length)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof RelayServerError || !(error instanceof Error) || !('code' in error)) throw error
    throw unusable(file, 'cannot be read', error)
  }
}

function parseKeys(text: string, algorithms: readonly TokenAlgorithm[], file: string): Keys {
  if (text.includes('-----BEGIN')) {
    if (/-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) throw unusable(file, holdsPrivate)
    return oneKey(
      readKey(() => createPublicKey(text)),
      algorithms,
      file,
    )
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw unusable(file, 'is neither PEM nor JSON', error)
  }
  if (typeof value !== 'object' || value === null) throw unusable(file, 'holds no key')
  if (!('keys' in value)) return oneKey(readJwk(value, file), algorithms, file)
  if (!Array.isArray(value.keys)) throw unusable(file, 'names keys that are no list')
  const listed: readonly unknown[] = value.keys
  const usable = listed.filter((jwk): jwk is JWK => {
    const key = readJwk(jwk, file)
    const algorithm = key === undefined ? undefined : algorithmOf(key)
    return algorithm !== undefined && algorithms.includes(algorithm)
  })
  if (usable.length === 0) throw unusable(file, holdsNone(algorithms))
  return { find: createLocalJWKSet({ keys: usable }), count: usable.length }
}

function oneKey(key: KeyObject | undefined, algorithms: readonly TokenAlgorithm[], file: string): Keys {
  const algorithm = key === undefined ? undefined : algorithmOf(key)
  if (key === undefined || algorithm === undefined || !algorithms.includes(algorithm)) {
    throw unusable(file, holdsNone(algorithms))
  }
  const find: FindKey = async ({ alg }) => {
    // What the key is not for it must not be tried with.
    if (alg !== algorithm) throw new errors.JWKSNoMatchingKey()
    return Promise.resolve(key)
  }
  return { find, count: 1 }
}

/** `undefined` for a key of a kind that we do not know; one that must be kept secret does not belong here at all. */
function readJwk(jwk: unknown, file: string): KeyObject | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  if ('d' in jwk) throw unusable(file, holdsPrivate)
  if ('k' in jwk) throw unusable(file, 'holds a secret, which belongs into a --secret-file')
  return readKey(() => createPublicKey({ key: { ...jwk }, format: 'jwk' }))
}

function readKey(read: () => KeyObject): KeyObject | undefined {
  try {
    return read()
  } catch {
    return undefined // whatever it is, it is no key: the caller says so
  }
}

function algorithmOf(key: KeyObject): TokenAlgorithm | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'ed25519') return 'EdDSA'
  return type === 'rsa' && (details?.modulusLength ?? 0) >= minRsaBits ? 'RS256' : undefined
}

const holdsPrivate = 'holds a private key. The relay needs the public one alone'

function holdsNone(algorithms: readonly TokenAlgorithm[]): string {
  return `holds no public key for ${algorithms.join(' or ')} (RSA of ${minRsaBits} bits or more, Ed25519)`
}

function unusable(file: string, what: string, cause?: unknown): RelayServerError {
  const options = cause === undefined ? {} : { cause }
  return new RelayServerError('keys-unusable', `The key file ${file} ${what}.`, options)
}
