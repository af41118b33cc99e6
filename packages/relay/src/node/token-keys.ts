/** Where the key of a token comes from. */
import { type KeyObject, subtle } from 'node:crypto'
import type { CryptoKey, FlattenedJWSInput, JWSHeaderParameters } from 'jose'

export type Key = CryptoKey | KeyObject

export type FindKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<Key>

/** Rejects with jose's own error when the token is to blame, with `TokenKeysError` when nobody can tell. */
export type KeySource = (header: JWSHeaderParameters, token: FlattenedJWSInput, now: number) => Promise<Key>

/** The keys are not there, so that a token can be neither taken nor refused. */
export class TokenKeysError extends Error {
  override readonly name = 'TokenKeysError'
}

/** A key made for this alone, never bytes that could be taken for another kind; jose would make one for each token. */
export function createSecretSource(secret: Uint8Array): KeySource {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  let key: Promise<CryptoKey> | undefined
  return async () => {
    key ??= subtle.importKey('raw', new Uint8Array(secret), algorithm, false, ['verify'])
    return key
  }
}
