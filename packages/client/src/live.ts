/** Who is there and what he is doing just now: kept by what is loaded when anybody asks, or is told. Rule CL412. */
import type { UserId } from '@parley/document'
import { maxUsersPerRequest } from '@parley/wire'
import type { PartModules, Parts } from './parts.ts'
import type { PresenceBook, PresenceListener } from './presence.ts'
import type { RemoteQueries } from './remote-queries.ts'
import { tooManyWatched } from './requests.ts'
import type { Signals } from './signals.ts'

export interface Live {
  readonly presence: PresenceBook
  readonly signals: Signals
  readonly queries: RemoteQueries
}

export interface LiveHolder {
  /** undefined while nothing of it is loaded. */
  now(): Live | undefined
  get(): Promise<Live>
  /** At once, or as soon as it is there. */
  use(job: (live: Live) => void): void
  /** A new session: it watches nobody yet. */
  renew(): void
  /** Answers how to stop. */
  watch(users: readonly UserId[], listener: PresenceListener): () => void
}

interface EarlyWatch {
  readonly users: readonly UserId[]
  readonly listener: PresenceListener
  stop: (() => void) | undefined
}

export function createLive(parts: Parts, make: (part: PartModules['live']) => Live): LiveHolder {
  let live: Live | undefined
  /** Asked for before anybody could watch. */
  const early = new Set<EarlyWatch>()

  function made(part: PartModules['live']): Live {
    if (live !== undefined) return live
    live = make(part)
    for (const watch of early) watch.stop = live.presence.watch(watch.users, watch.listener)
    early.clear()
    return live
  }

  function now(): Live | undefined {
    const part = parts.held('live')
    return part === undefined ? undefined : made(part)
  }

  function use(job: (live: Live) => void): void {
    parts.use('live', (part) => job(made(part)))
  }

  return {
    now,
    get: async () => made(await parts.soon('live')),
    use,
    renew() {
      if (now() !== undefined || early.size > 0) use(({ presence }) => presence.renew())
    },
    watch(users, listener) {
      const there = now()
      if (there !== undefined) return there.presence.watch(users, listener)
      const all = [...early].flatMap((one) => one.users)
      if (new Set([...all, ...users]).size > maxUsersPerRequest) throw tooManyWatched()
      const watch: EarlyWatch = { users, listener, stop: undefined }
      early.add(watch)
      use(() => undefined)
      return () => {
        if (!early.delete(watch)) watch.stop?.()
      }
    },
  }
}
