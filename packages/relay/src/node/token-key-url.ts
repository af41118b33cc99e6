/**
 * A key set at a URL. Asked for when a token names a key that is not in it, at most so often, and when it has grown old;
 * the answer is bounded in size and time. While its server fails, the keys known go on working; a token of another key
 * cannot be judged then, which is no fault of its bearer. Rules RE200 and RE201.
 */
import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type FetchImplementation } from 'jose'
import type { Logger } from '../ports.ts'
import { type KeyTimings, defaultKeyTimings, maxKeySetBytes } from './server-limits.ts'
import { describeError } from './server-log.ts'
import { type KeySource, TokenKeysError } from './token-keys.ts'

export function createUrlKeys(url: URL, logger: Logger, timings: Partial<KeyTimings> = {}): KeySource {
  const { cooldownMs, cacheMs, timeoutMs } = { ...defaultKeyTimings, ...timings }
  let failedAt = Number.NEGATIVE_INFINITY

  /** jose waits between two questions that were answered; a server that fails must not be asked by every token. */
  const ask: FetchImplementation = async (address, options) => {
    if (performance.now() - failedAt < cooldownMs)
      throw new TokenKeysError('The key server failed a moment ago.')
    try {
      return await fetchBounded(address, options)
    } catch (error) {
      failedAt = performance.now()
      logger.error('key-server-failed', { url: url.origin + url.pathname, error: describeError(error) })
      throw error
    }
  }

  const remote = createRemoteJWKSet(url, {
    [customFetch]: ask,
    cooldownDuration: cooldownMs,
    cacheMaxAge: cacheMs,
    timeoutDuration: timeoutMs,
  })
  /** The set known last, while its server fails: made once for each set, since its keys are read when they are used. */
  let known: { readonly text: string; readonly find: ReturnType<typeof createLocalJWKSet> } | undefined

  return async (header, token) => {
    try {
      return await remote(header, token)
    } catch (error) {
      if (isAboutToken(error)) throw error
      const last = remote.jwks()
      if (last !== undefined) {
        const text = JSON.stringify(last)
        if (known?.text !== text) known = { text, find: createLocalJWKSet(last) }
        try {
          return await known.find(header, token)
        } catch {
          // Not among those known either, or unusable: what the server would have said is what is missing.
        }
      }
      throw new TokenKeysError('The key set could not be fetched.', { cause: error })
    }
  }
}

/** The set was there, and this token's key is not in it. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}

/** A redirect is no answer: it could lead to an address that is not encrypted. */
async function fetchBounded(
  ...[address, options]: Parameters<FetchImplementation>
): Promise<Awaited<ReturnType<FetchImplementation>>> {
  const response = await fetch(address, { ...options, redirect: 'manual' })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new TokenKeysError(`The key server answered ${response.status}.`)
  }
  const text = await readBounded(response)
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) {
    throw new TokenKeysError('The key server answered something that is no key set.')
  }
  // jose would find it only when it makes the set, and each token would ask again.
  const keys: readonly unknown[] = value.keys
  if (!keys.every((key) => typeof key === 'object' && key !== null && !Array.isArray(key))) {
    throw new TokenKeysError('The key server answered a set of what is no key.')
  }
  return new Response(text, { status: 200 })
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  if (response.body === null) return ''
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    size += part.length
    // Leaving the loop ends the connection.
    if (size > maxKeySetBytes) throw new TokenKeysError('The key server answered more than it may.')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
