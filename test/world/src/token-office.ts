/**
 * Who makes tokens and takes them back, and what must be true of every session at each of its frames. Rules WO80 and WO81.
 */
import type { UserId } from '@parley/document'
import { type Authenticated, type Connection, type Identity, type Relay, StoreError } from '@parley/relay'
import type { Counters } from './counters.ts'
import { readToken, writeToken } from './token.ts'

export interface TokenOffice {
  readonly mint: (user: UserId, lifeMs: number) => string
  readonly authenticate: (token: string, now: number) => Authenticated
  /** Watches it from now on. */
  readonly opened: (connection: Connection) => void
  /** The relay has died, and with it what was open. */
  readonly died: () => void
  /** What is wrong with it, once it has heard something as who it was before. */
  readonly check: (connection: Connection, before: Identity | undefined) => string | undefined
  /** What is wrong as soon as it is said. */
  readonly revoke: (relay: Relay, user: UserId) => string | undefined
}

export function createTokenOffice(now: () => number, counters: Counters): TokenOffice {
  /** By user: the latest made; the latest that was to be taken back; the latest of which the relay has said so. */
  const minted = new Map<UserId, number>()
  const attempted = new Map<UserId, number>()
  const revoked = new Map<UserId, number>()
  let connections: Connection[] = []

  return {
    mint(user, lifeMs) {
      // Whoever signs in after he was signed out gets a newer token, whatever the clocks say.
      const issued = Math.max(now(), (attempted.get(user) ?? 0) + 1)
      minted.set(user, Math.max(issued, minted.get(user) ?? 0))
      return writeToken({ user, issued, expires: now() + lifeMs })
    },
    authenticate(token, at) {
      const read = readToken(token)
      if (read === null) return { ok: false, code: 'bad-token', detail: 'no token of this world' }
      if (read.expires <= at) return { ok: false, code: 'token-expired', detail: 'the token has expired' }
      return { ok: true, user: read.user, expires: read.expires, issuedAt: read.issued }
    },
    opened(connection) {
      connections = connections.filter(({ state }) => state !== 'closed')
      connections.push(connection)
    },
    died() {
      connections = []
    },
    check(connection, before) {
      if (connection.state !== 'open') return undefined
      const { identity } = connection
      if (before?.expires !== undefined && before.expires <= now())
        return `a session of ${before.user} was heard after its token had run out`
      if (identity !== undefined && (identity.issuedAt ?? 0) <= (revoked.get(identity.user) ?? -1))
        return `a session of ${identity.user} goes on with a token that was revoked`
      return undefined
    },
    revoke(relay, user) {
      counters.add('revocations')
      const latest = Math.max(now(), minted.get(user) ?? 0)
      attempted.set(user, Math.max(latest, attempted.get(user) ?? 0))
      const done = relay.revoke(user)
      const left = connections.filter(({ state, identity }) => state === 'open' && identity?.user === user)
      done.then(
        ({ at }) => {
          revoked.set(user, Math.max(at, revoked.get(user) ?? 0))
        },
        (error: unknown) => {
          if (!(error instanceof StoreError)) throw error
        },
      )
      return left.length > 0 ? `${user} was signed out, and ${left.length} sessions go on` : undefined
    },
  }
}
