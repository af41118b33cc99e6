/**
 * Who somebody is: JSON Web Tokens, signed with one secret by HS256 and by nothing else.
 *
 * The token is a secret: no sentence made here repeats a part of it, and it goes into no log, URL or error.
 * Rules RE80 to RE84.
 */
import { createSecretKey } from 'node:crypto'
import { type UserId, parseUserId } from '@parley/document'
import { maxTokenBytes } from '@parley/wire'
import { SignJWT, errors, jwtVerify } from 'jose'
import { minSecretBytes, tokenToleranceSeconds } from './server-limits.ts'

/** How tokens are checked. With `issuer` or `audience` given, a token must name it. */
export interface TokenRules {
  readonly secret: Uint8Array
  readonly issuer?: string
  readonly audience?: string
}

export type TokenCheck =
  /** `expires`: from when on the relay takes it no more, in milliseconds. */
  | { readonly ok: true; readonly user: UserId; readonly expires: number }
  | { readonly ok: false; readonly code: 'bad-token' | 'token-expired'; readonly detail: string }

export type CheckToken = (token: string, now: number) => Promise<TokenCheck>

export function createTokenCheck(rules: TokenRules): CheckToken {
  const key = createSecretKey(rules.secret)
  const expected = {
    ...(rules.issuer === undefined ? {} : { issuer: rules.issuer }),
    ...(rules.audience === undefined ? {} : { audience: rules.audience }),
  }
  return async (token, now) => {
    if (token.length > maxTokenBytes) return bad('The token is too long.')
    let claims
    try {
      const verified = await jwtVerify(token, key, {
        ...expected,
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: tokenToleranceSeconds,
        currentDate: new Date(now),
      })
      claims = verified.payload
    } catch (error) {
      return explain(error)
    }
    const user = parseUserId(claims.sub)
    if (user === undefined) return bad('The claim "sub" is not a user id.')
    const { exp } = claims
    if (exp === undefined || !Number.isSafeInteger(exp * 1000)) return bad('The claim "exp" is not a time.')
    return { ok: true, user, expires: (exp + tokenToleranceSeconds) * 1000 }
  }
}

export interface Minting extends TokenRules {
  readonly user: UserId
  readonly lifetimeSeconds: number
  /** In milliseconds. */
  readonly now: number
}

export async function mintToken(minting: Minting): Promise<string> {
  const seconds = Math.floor(minting.now / 1000)
  const token = new SignJWT()
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

/** jose's errors by their code; its messages may quote what the token holds, ours never do. */
function explain(error: unknown): TokenCheck {
  if (error instanceof errors.JWTExpired) {
    return { ok: false, code: 'token-expired', detail: 'The token has expired.' }
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return bad('The token is not signed with the secret of this relay.')
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return bad('The token is not signed by HS256.')
  if (error instanceof errors.JWTClaimValidationFailed) {
    return bad(`The claim "${claimName(error.claim)}" is missing or not what this relay expects.`)
  }
  if (error instanceof errors.JOSEError || error instanceof TypeError) return bad('The token cannot be read.')
  throw error
}

/** Only names we asked for ourselves are repeated. */
function claimName(claim: string): string {
  return ['sub', 'exp', 'nbf', 'iss', 'aud'].includes(claim) ? claim : 'unknown'
}
