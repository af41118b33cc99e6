/** Who is there and what he is doing just now: kept by what is loaded when anybody asks, or is told. Rule CL412. */
import type { UserId } from '@parley/document'
import { maxUsersPerRequest } from '@parley/wire'
import type { PartModules, Parts } from './parts.ts'
import type { PresenceBook, PresenceListener } from './presence.ts'
import { tooManyWatched } from './requests.ts'
import type { Signals } from './signals.ts'

export interface Live {
  readonly presence: PresenceBook
  readonly signals: Signals
}

export interface LiveHolder {
  /** undefined while nothing of it is loaded. */
  now(): Live | undefined
  get(): Promise<Live>
  /** At once, or as soon as it is there. */
  use(job: (live: Live) => void): void
  /** Answers how to stop. */
  watch(users: readonly UserId[], listener: PresenceListener): () => void
}

export function createLive(parts: Parts, make: (part: PartModules['live']) => Live): LiveHolder {
  let live: Live | undefined
  /** Who was to be watched before anything could be. */
  const early = new Set<UserId>()

  function made(part: PartModules['live']): Live {
    live ??= make(part)
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
    get: async () => made(await parts.load('live')),
    use,
    watch(users, listener) {
      const there = now()
      if (there !== undefined) return there.presence.watch(users, listener)
      if (new Set([...early, ...users]).size > maxUsersPerRequest) throw tooManyWatched()
      for (const user of users) early.add(user)
      let stop = (): void => undefined
      let isOver = false
      use(({ presence }) => {
        if (!isOver) stop = presence.watch(users, listener)
      })
      return () => {
        isOver = true
        stop()
      }
    },
  }
}
