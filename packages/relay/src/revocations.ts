/**
 * Whose tokens are taken no more, asked at every door: hello, a fresh token, a stock tool's upgrade. Rules RE192 to RE196.
 *
 * The disk is asked once a token has been read. What was revoked while that ran, or while a session waited to begin, is
 * known from memory and looked at in the same step in which the session begins: between the two nobody slips in.
 */
import type { DeviceId, UserId } from '@parley/document'
import type { Authenticate, Authenticated, Clock, Identity, Revoked } from './ports.ts'
import type { RevocationRecord } from './revocation-store.ts'
import type { Session, Sessions } from './session.ts'
import type { RelayStore } from './store.ts'

export interface RevocationDesk {
  readonly store: RelayStore
  readonly sessions: Sessions
  readonly clock: Clock
  readonly authenticate: Authenticate
  /** For how long a token may hold, and a little more. */
  readonly keptMs: number
  readonly end: (session: Session, code: 'revoked') => void
}

export interface Revocations {
  /** Whose token this is, unless it has been revoked. `device`: the one that shows it, if that has a name. */
  readonly authenticate: (token: string, now: number, device?: DeviceId) => Promise<Authenticated>
  /** Whether the token behind it has been revoked by this process. */
  readonly holds: (identity: Identity) => boolean
  /** Whether this session was ended here: what it has brought and nobody has judged yet is not taken. */
  readonly ended: (session: Session) => boolean
  readonly revoke: (user: UserId, device?: DeviceId) => Promise<Revoked>
}

export const revokedSentence = 'This token has been revoked. Sign in again.'

export function createRevocations(desk: RevocationDesk): Revocations {
  const { store, sessions, clock, keptMs } = desk
  const taken = new WeakSet<Session>()
  const recent = new Map<UserId, readonly RevocationRecord[]>()

  const forgetOld = (keptFrom: number): void => {
    for (const [user, records] of recent) {
      const kept = records.filter(({ at }) => at >= keptFrom)
      if (kept.length === 0) recent.delete(user)
      else if (kept.length < records.length) recent.set(user, kept)
    }
  }

  const remember = (record: RevocationRecord): void => {
    const before = recent.get(record.user) ?? []
    const others = before.filter(({ device, at }) => device !== record.device || at > record.at)
    recent.set(record.user, [...others, record])
  }

  return {
    async authenticate(token, now, device) {
      const who = await desk.authenticate(token, now)
      if (!who.ok) return who
      const bearer = { device, boundTo: who.device, issuedAt: who.issuedAt }
      const records = await store.revocations(who.user)
      if (records.some((record) => covers(record, bearer))) {
        return { ok: false, code: 'revoked', detail: revokedSentence }
      }
      return who
    },
    holds: (identity) => !(recent.get(identity.user) ?? []).some((record) => covers(record, identity)),
    ended: (session) => taken.has(session),
    async revoke(user, device) {
      const his = [...sessions.of(user)].filter(
        ({ identity }) => device === undefined || identity.device === device || identity.boundTo === device,
      )
      // A clock that runs ahead has made some of these tokens, it seems, later than now.
      const issued = his.map(({ identity }) => identity.issuedAt ?? 0)
      const record = { user, device: device ?? ('' as const), at: Math.max(clock.now(), ...issued) }
      remember(record)
      for (const session of his) {
        taken.add(session)
        desk.end(session, 'revoked')
      }
      const keptFrom = clock.now() - keptMs
      await store.revoke(record, keptFrom)
      forgetOld(keptFrom)
      return { at: record.at, sessions: his.length }
    },
  }
}

interface Bearer {
  readonly device: DeviceId | undefined
  readonly boundTo?: DeviceId | undefined
  readonly issuedAt?: number | undefined
}

/** A token that does not say when it was made was made at the beginning of time. */
function covers({ device, at }: RevocationRecord, bearer: Bearer): boolean {
  const its = device === '' || device === bearer.device || device === bearer.boundTo
  return its && (bearer.issuedAt ?? 0) <= at
}
