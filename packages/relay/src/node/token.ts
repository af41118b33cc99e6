/**
 * Who somebody is: JSON Web Tokens, signed with keys we were given by algorithms we were given.
 *
 * The token is a secret: no sentence made here repeats a part of it, and it goes into no log, URL or error.
 * Rules RE80 to RE84 and RE197.
 */
import { createSecretKey } from 'node:crypto'
import { type DeviceId, parseDeviceId, parseUserId, type UserId } from '@parley/document'
import { maxTokenBytes } from '@parley/wire'
import { SignJWT, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Logger } from '../ports.ts'
import { type KeyTimings, minSecretBytes } from './server-limits.ts'
import { silentLogger } from './server-log.ts'
import { createFileKeys } from './token-key-file.ts'
import { createUrlKeys } from './token-key-url.ts'
import { createSecretSource, type KeySource, TokenKeysError } from './token-keys.ts'
import {
  algorithmsOf,
  maxLifeOf,
  readKeyUrl,
  type TokenAlgorithm,
  type TokenRules,
  type TokenTerms,
  toleranceOf,
} from './token-rules.ts'

export type TokenCheck =
  | {
      readonly ok: true
      readonly user: UserId
      /** From when on the relay takes it no more, in milliseconds. */
      readonly expires: number
      /** When it was made, if it says so. */
      readonly issuedAt?: number
      /** The only device that may show it, if it names one. */
      readonly device?: DeviceId
    }
  | { readonly ok: false; readonly code: 'bad-token' | 'token-expired'; readonly detail: string }

/** Rejects with a `TokenKeysError` when the keys are not there: then the token is neither good nor bad. */
export type CheckToken = (token: string, now: number) => Promise<TokenCheck>

export interface TokenCheckOptions {
  readonly logger?: Logger
  readonly keyTimings?: Partial<KeyTimings>
}

export function createTokenCheck(rules: TokenRules, options: TokenCheckOptions = {}): CheckToken {
  const algorithms = algorithmsOf(rules)
  const findKey = createKeySource(rules, algorithms, options)
  const expected = {
    ...(rules.issuer === undefined ? {} : { issuer: rules.issuer }),
    ...(rules.audience === undefined ? {} : { audience: rules.audience }),
    algorithms: [...algorithms],
    requiredClaims: ['sub', 'exp'],
    clockTolerance: toleranceOf(rules),
  }
  return async (token, now) => {
    if (token.length > maxTokenBytes) return bad('The token is too long.')
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return bad('The token cannot be read.')
    try {
      const { payload } = await jwtVerify(token, async (header, jws) => findKey(header, jws, now), {
        ...expected,
        currentDate: new Date(now),
      })
      return judge(payload, rules, now)
    } catch (error) {
      return explain(error, algorithms)
    }
  }
}

function createKeySource(
  rules: TokenRules,
  algorithms: readonly TokenAlgorithm[],
  { logger = silentLogger, keyTimings }: TokenCheckOptions,
): KeySource {
  if ('secret' in rules) return createSecretSource(rules.secret)
  if ('keyFile' in rules) return createFileKeys(rules.keyFile, algorithms, logger)
  return createUrlKeys(readKeyUrl(rules.keyUrl), logger, keyTimings)
}

/** What a token that is signed says: jose has looked at its times, its issuer and its audience. */
function judge(claims: JWTPayload, rules: TokenTerms, now: number): TokenCheck {
  const user = parseUserId(claims.sub)
  if (user === undefined) return bad('The claim "sub" is not a user id.')
  const tolerance = toleranceOf(rules)
  const expires = Math.floor(((claims.exp ?? Number.NaN) + tolerance) * 1000)
  if (!Number.isSafeInteger(expires)) return bad('The claim "exp" is not a time.')
  const { iat } = claims
  const issuedAt = iat === undefined ? undefined : Math.floor(iat * 1000)
  if (issuedAt !== undefined && !Number.isSafeInteger(issuedAt)) return bad('The claim "iat" is not a time.')
  if (issuedAt !== undefined && issuedAt > now + tolerance * 1000) {
    return bad('The claim "iat" lies in the future. Set the clock of whoever makes tokens.')
  }
  const life = expires - tolerance * 1000 - (issuedAt ?? now)
  if (life > maxLifeOf(rules) * 1000) {
    return bad(
      `The token holds for too long: this relay takes tokens of at most ${inWords(maxLifeOf(rules))}.`,
    )
  }
  const device = claims['device'] === undefined ? undefined : parseDeviceId(claims['device'])
  if (claims['device'] !== undefined && device === undefined) {
    return bad('The claim "device" is not a device id.')
  }
  return {
    ok: true,
    user,
    expires,
    ...(issuedAt === undefined ? {} : { issuedAt }),
    ...(device === undefined ? {} : { device }),
  }
}

const units = [
  [86_400, 'days'],
  [3_600, 'hours'],
  [60, 'minutes'],
] as const

function inWords(seconds: number): string {
  const [size, name] = units.find(([unit]) => seconds % unit === 0) ?? [1, 'seconds']
  return `${seconds / size} ${name}`
}

export interface Minting extends Pick<TokenTerms, 'issuer' | 'audience'> {
  readonly secret: Uint8Array
  readonly user: UserId
  /** The only device that shall be able to show it. */
  readonly device?: DeviceId
  readonly lifetimeSeconds: number
  /** In milliseconds. */
  readonly now: number
}

export async function mintToken(minting: Minting): Promise<string> {
  const seconds = Math.floor(minting.now / 1000)
  const token = new SignJWT(minting.device === undefined ? {} : { device: minting.device })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(minting.user)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + minting.lifetimeSeconds)
  if (minting.issuer !== undefined) token.setIssuer(minting.issuer)
  if (minting.audience !== undefined) token.setAudience(minting.audience)
  return token.sign(createSecretKey(minting.secret))
}

/** A secret as people write it: the bytes of its text. `undefined` when it is too short to sign with. */
export function readSecret(text: string): Uint8Array | undefined {
  const secret = new TextEncoder().encode(text.trim())
  return secret.length < minSecretBytes ? undefined : secret
}

function bad(detail: string): TokenCheck {
  return { ok: false, code: 'bad-token', detail }
}

/** jose's errors by their class; its messages may quote what the token holds, ours never do. */
function explain(error: unknown, algorithms: readonly TokenAlgorithm[]): TokenCheck {
  if (error instanceof TokenKeysError) throw error
  if (error instanceof errors.JWTExpired) {
    return { ok: false, code: 'token-expired', detail: 'The token has expired.' }
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return bad('The token is not signed with a key of this relay.')
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return bad(`The token is not signed by ${algorithms.join(' or ')}.`)
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return bad('The token names a key ("kid") that is not in the key set, or is for another algorithm.')
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return bad('The token does not say which key of the key set it is signed with ("kid").')
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return bad(`The claim "${claimName(error.claim)}" is missing or not what this relay expects.`)
  }
  if (error instanceof errors.JOSEError || error instanceof TypeError) return bad('The token cannot be read.')
  throw error
}

/** Only names we asked for ourselves are repeated. */
function claimName(claim: string): string {
  return ['sub', 'exp', 'nbf', 'iat', 'iss', 'aud'].includes(claim) ? claim : 'unknown'
}
