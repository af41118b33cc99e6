/**
 * What a relay takes as a token: with which keys and algorithms, in whose name, for how long. Rules RE80, RE81 and RE197.
 *
 * The algorithms come from here and never from a token: a key is used for what it was made for, and for nothing else.
 */
import { isLoopbackName } from './http-origin.ts'
import { RelayServerError } from './server-errors.ts'
import { maxTokenLifeSeconds, minSecretBytes, tokenToleranceSeconds } from './server-limits.ts'

export type TokenAlgorithm = 'HS256' | 'RS256' | 'EdDSA'

/** Where the keys are: one secret, a file with a public key or a key set, or the address of a key set. */
export type TokenKeys =
  | { readonly secret: Uint8Array }
  | { readonly keyFile: string }
  | { readonly keyUrl: string }

export interface TokenTerms {
  /** With `issuer` or `audience` given, a token must name it. */
  readonly issuer?: string
  readonly audience?: string
  /** Left out: HS256 with a secret, RS256 and EdDSA with public keys. */
  readonly algorithms?: readonly TokenAlgorithm[]
  /** How far the clock of whoever makes tokens may be off. */
  readonly toleranceSeconds?: number
  /** For how long a token may hold; one that says more is refused. */
  readonly maxLifeSeconds?: number
}

export type TokenRules = TokenKeys & TokenTerms

export const tokenAlgorithms: readonly TokenAlgorithm[] = ['HS256', 'RS256', 'EdDSA']

export function algorithmsOf(rules: TokenRules): readonly TokenAlgorithm[] {
  const { algorithms = [] } = rules
  const fit: readonly TokenAlgorithm[] = 'secret' in rules ? ['HS256'] : ['RS256', 'EdDSA']
  const unfit = algorithms.find((name) => !fit.includes(name))
  if (unfit !== undefined) {
    throw new RelayServerError(
      'algorithm-unfit',
      'secret' in rules
        ? `A secret is for HS256, not for ${unfit}. Leave out --algorithm, or give public keys with --key-file or --key-url.`
        : `Public keys are for RS256 and EdDSA, not for ${unfit}. Leave out --algorithm, or give a secret with --secret-file.`,
    )
  }
  return algorithms.length === 0 ? fit : algorithms
}

/** What can be said of the rules without reading a file or asking anybody. */
export function checkRules(rules: TokenRules): void {
  algorithmsOf(rules)
  if ('keyUrl' in rules) readKeyUrl(rules.keyUrl)
  if ('secret' in rules && rules.secret.length < minSecretBytes) {
    throw new RelayServerError(
      'secret-weak',
      `The secret is too short: HS256 needs ${minSecretBytes} bytes. Make one with "openssl rand -base64 32".`,
    )
  }
}

export function toleranceOf({ toleranceSeconds = tokenToleranceSeconds }: TokenTerms): number {
  return toleranceSeconds
}

export function maxLifeOf({ maxLifeSeconds = maxTokenLifeSeconds }: TokenTerms): number {
  return maxLifeSeconds
}

/** A token made just before it was revoked could hold for so long, by a clock that is off both ways. */
export function revocationsKeptMs(terms: TokenTerms): number {
  return (maxLifeOf(terms) + 2 * toleranceOf(terms)) * 1000
}

/** Whoever stands between could put his own keys into an answer that is not encrypted. */
export function readKeyUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const safe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackName(url.hostname.toLowerCase()))
  if (url === undefined || !safe || url.username !== '' || url.password !== '') {
    throw new RelayServerError(
      'keys-unusable',
      'The address of the key set must be an https URL without a name and a password in it; http is for this machine alone.',
    )
  }
  return url
}
