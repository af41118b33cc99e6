/** Where the key of a token comes from. */
import { type KeyObject, createSecretKey } from 'node:crypto'
import type { CryptoKey, FlattenedJWSInput, JWSHeaderParameters } from 'jose'

export type Key = CryptoKey | KeyObject

export type FindKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<Key>

/** Rejects with jose's own error when the token is to blame, with `TokenKeysError` when nobody can tell. */
export type KeySource = (header: JWSHeaderParameters, token: FlattenedJWSInput, now: number) => Promise<Key>

/** The keys are not there, so that a token can be neither taken nor refused. */
export class TokenKeysError extends Error {
  override readonly name = 'TokenKeysError'
}

/** A key object, never bytes that could be taken for another kind of key. */
export function createSecretSource(secret: Uint8Array): KeySource {
  const key = createSecretKey(secret)
  return async () => Promise.resolve(key)
}
