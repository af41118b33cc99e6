/**
 * Who is there. A user is while any of his devices is in session, and for a grace time after the last one: a connection
 * that breaks and comes back is nobody's business. Rules RE164 to RE167.
 *
 * Nothing of it is stored. What becomes due is looked at when somebody asks, and whenever the shell says so (`sweep`).
 */
import { parseUserId, type UserId } from '@parley/document'
import type { PresenceRequest } from '@parley/wire'
import type { Clock } from './ports.ts'
import type { Session, Sessions } from './session.ts'

export interface PresenceLimits {
  readonly maxWatchedUsers: number
  readonly presenceGraceMs: number
}

export interface Presences {
  entered(session: Session): void
  /** May be called again for the same session. */
  left(session: Session): void
  ask(session: Session, request: PresenceRequest): void
  sweep(): void
}

export function createPresences(sessions: Sessions, clock: Clock, limits: PresenceLimits): Presences {
  const here = new Set<UserId>()
  /** Of those who seem to have gone: until when they have not. */
  const leaving = new Map<UserId, number>()
  const watchers = new Map<UserId, Set<Session>>()

  const tell = (user: UserId, online: boolean): void => {
    for (const { channel } of watchers.get(user) ?? []) channel.send({ frame: 'presence', user, online })
  }

  const watch = (session: Session, user: UserId): void => {
    const watched = (session.watched ??= new Set())
    if (watched.size >= limits.maxWatchedUsers && !watched.has(user)) return
    watched.add(user)
    const known = watchers.get(user)
    if (known === undefined) watchers.set(user, new Set([session]))
    else known.add(session)
  }

  const forget = (session: Session, user: UserId): void => {
    session.watched?.delete(user)
    if (session.watched?.size === 0) session.watched = undefined
    const known = watchers.get(user)
    known?.delete(session)
    if (known?.size === 0) watchers.delete(user)
  }

  const isInSession = (user: UserId): boolean =>
    sessions.of(user).some(({ follows }) => follows === undefined)

  const sweep = (): void => {
    const now = clock.now()
    for (const [user, until] of leaving) {
      if (until > now) continue
      leaving.delete(user)
      here.delete(user)
      tell(user, false)
    }
  }

  return {
    entered({ identity: { user }, follows }) {
      if (follows !== undefined) return
      leaving.delete(user)
      if (here.has(user)) return
      here.add(user)
      tell(user, true)
    },
    left(session) {
      for (const user of session.watched ?? []) forget(session, user)
      const { user } = session.identity
      if (!here.has(user) || leaving.has(user) || isInSession(user)) return
      leaving.set(user, clock.now() + limits.presenceGraceMs)
    },
    ask(session, { request, users, watch: wanted }) {
      sweep()
      const asked = new Set(users.map(parseUserId).filter((user) => user !== undefined))
      for (const user of asked) {
        if (wanted === 'on') watch(session, user)
        else if (wanted === 'off') forget(session, user)
      }
      const online = [...asked].filter((user) => here.has(user))
      session.channel.send({ frame: 'presence-answer', request, online })
    },
    sweep,
  }
}
