/**
 * Who is there, as the relay says. Nothing of it is kept: without a connection nobody knows. Rules CL233 to CL237.
 *
 * Watching lasts as long as the one who watches wants, over any number of sessions: each new one is asked again, and told
 * is only what is different from what was told last. Who is missing then may be on his way back himself, when the relay
 * was started again: that he has gone is told a little later.
 */
import { parseUserId, type UserId } from '@parley/document'
import { maxUsersPerRequest, type Presence, type PresenceAnswer, type PresenceRequest } from '@parley/wire'
import type { EngineEvent } from './engine-types.ts'
import type { ParleyError } from './errors.ts'
import type { ClientLimits } from './limits.ts'
import type { Ports } from './ports.ts'
import { offline, tooManyWatched } from './requests.ts'
import type { Session } from './session.ts'

export type PresenceListener = (presence: { readonly user: UserId; readonly online: boolean }) => void

export interface PresenceBook {
  /** Of these users, those who are there. Rejects `OFFLINE`. */
  ask(users: readonly UserId[]): Promise<readonly UserId[]>
  /** Answers how to stop. */
  watch(users: readonly UserId[], listener: PresenceListener): () => void
  answered(frame: PresenceAnswer): void
  heard(frame: Presence): void
  /** A new session: it watches nobody yet. */
  renew(): void
  lost(): void
}

export interface PresenceBookOptions {
  readonly session: Pick<Session, 'online' | 'send'>
  readonly emit: (event: EngineEvent) => void
  readonly ports: Pick<Ports, 'timer' | 'log'>
  readonly limits: Pick<ClientLimits, 'presenceDoubtMs'>
}

interface Question {
  readonly users: readonly UserId[]
  readonly watch: PresenceRequest['watch']
  readonly resolve: (online: readonly UserId[]) => void
  readonly reject: (error: ParleyError) => void
}

interface Watcher {
  readonly users: ReadonlySet<UserId>
  readonly listener: PresenceListener
  readonly told: Map<UserId, boolean>
}

export function createPresenceBook({ session, emit, ports, limits }: PresenceBookOptions): PresenceBook {
  const questions = new Map<number, Question>()
  const watchers = new Set<Watcher>()
  /** Of those who are watched: what everybody was told last. */
  const known = new Map<UserId, boolean>()
  /** Who was there, and is missing in a new session: how to doubt it no more. */
  const doubts = new Map<UserId, () => void>()
  let next = 1

  function send(users: readonly UserId[], watch: Question['watch']): Promise<readonly UserId[]> {
    return new Promise((resolve, reject) => {
      const request = next
      next += 1
      questions.set(request, { users, watch, resolve, reject })
      session.send({ frame: 'presence', request, users, watch })
    })
  }

  /** Whoever watches asks for nothing: what the answer says is told. */
  function sendWatch(users: Iterable<UserId>, watch: 'on' | 'off'): void {
    if (!session.online) return
    // When the session is lost, the next one is asked again.
    for (const part of chunks([...users])) send(part, watch).catch(() => undefined)
  }

  function watched(): Set<UserId> {
    return new Set([...watchers].flatMap(({ users }) => [...users]))
  }

  function trust(user: UserId): void {
    doubts.get(user)?.()
    doubts.delete(user)
  }

  function doubt(user: UserId): void {
    trust(user)
    const cancel = ports.timer(limits.presenceDoubtMs, () => {
      doubts.delete(user)
      learn(user, false)
    })
    doubts.set(user, cancel)
  }

  function learn(user: UserId, online: boolean): void {
    trust(user)
    for (const watcher of watchers) {
      if (!watcher.users.has(user) || watcher.told.get(user) === online) continue
      watcher.told.set(user, online)
      try {
        watcher.listener({ user, online })
      } catch (error) {
        ports.log.error('a listener threw', { event: 'presence', error: String(error) })
      }
    }
    if (known.get(user) === online) return
    known.set(user, online)
    emit({ type: 'presence', user, online })
  }

  return {
    ask: async (users) => {
      if (!session.online) throw offline()
      const parts = await Promise.all(chunks(users).map(async (part) => send(part, 'no')))
      return parts.flat()
    },
    watch(users, listener) {
      const all = watched()
      for (const user of users) all.add(user)
      if (all.size > maxUsersPerRequest) throw tooManyWatched()
      const watcher: Watcher = { users: new Set(users), listener, told: new Map() }
      watchers.add(watcher)
      sendWatch(watcher.users, 'on')
      return () => {
        if (!watchers.delete(watcher)) return
        const left = watched()
        const gone = [...watcher.users].filter((user) => !left.has(user))
        for (const user of gone) {
          known.delete(user)
          trust(user)
        }
        if (gone.length > 0) sendWatch(gone, 'off')
      }
    },
    answered(frame) {
      const question = questions.get(frame.request)
      if (question === undefined) return
      questions.delete(frame.request)
      const online = new Set<string>(frame.online)
      const still = question.watch === 'on' ? watched() : new Set<UserId>()
      for (const user of question.users) {
        if (!still.has(user)) continue
        if (known.get(user) === true && !online.has(user)) doubt(user)
        else learn(user, online.has(user))
      }
      question.resolve(question.users.filter((user) => online.has(user)))
    },
    heard(frame) {
      const user = parseUserId(frame.user)
      if (user !== undefined && watched().has(user)) learn(user, frame.online)
    },
    renew() {
      sendWatch(watched(), 'on')
    },
    lost() {
      for (const user of doubts.keys()) trust(user)
      for (const { reject } of questions.values()) reject(offline())
      questions.clear()
    },
  }
}

function chunks(users: readonly UserId[]): readonly (readonly UserId[])[] {
  const parts: (readonly UserId[])[] = []
  for (let at = 0; at < users.length; at += maxUsersPerRequest)
    parts.push(users.slice(at, at + maxUsersPerRequest))
  return parts
}
