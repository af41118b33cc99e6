/**
 * How fast a user may do what costs the relay something: over all his sessions and both doors, as long as the relay runs.
 * Rules RE230 to RE233.
 */
import type { UserId } from '@parley/document'
import { type Bucket, fullBucket, isFull, type Rate, refill, take, waitFor } from './bucket.ts'
import type { Clock } from './ports.ts'

export interface UserRateLimits {
  readonly maxUserUpdatesPerSecond: number
  readonly maxUserUpdatesBurst: number
  readonly maxUserBytesPerSecond: number
  readonly maxUserBytesBurst: number
  readonly maxCreationsPerHour: number
  readonly maxHellosPerMinute: number
  readonly maxQueriesPerMinute: number
  readonly maxRateWaitMs: number
  readonly minFloodUpdates: number
  readonly minFloodBytes: number
}

export interface UserRates {
  /** How long to wait with updates or a command; 0 when they are taken, and a flood when no wait is kept. */
  work(user: UserId, updates: number, bytes: number): number | 'flood'
  creation(user: UserId): number
  hello(user: UserId): number
  query(user: UserId): number
  /** Forgets who has waited long enough to be as new. */
  sweep(): void
}

/** One that is not there is full. Rule RE361. */
interface Buckets {
  updates: Bucket | undefined
  bytes: Bucket | undefined
  creations: Bucket | undefined
  hellos: Bucket | undefined
  queries: Bucket | undefined
}

type Name = keyof Buckets
type Rates = { readonly [Each in Name]: Rate }

export function createUserRates(limits: UserRateLimits, clock: Clock): UserRates {
  const rates = ratesOf(limits)
  const users = new Map<UserId, Buckets>()
  const bucketOf = (user: UserId, name: Name, now: number): Bucket => {
    let his = users.get(user)
    if (his === undefined) {
      his = {
        updates: undefined,
        bytes: undefined,
        creations: undefined,
        hellos: undefined,
        queries: undefined,
      }
      users.set(user, his)
    }
    return (his[name] ??= fullBucket(rates[name], now))
  }

  /** All of it or nothing: what is sent away by one of them leaves the other as it is. */
  const takeWork = (user: UserId, updates: number, bytes: number, now: number): number | 'flood' => {
    const ofUpdates = bucketOf(user, 'updates', now)
    const ofBytes = bucketOf(user, 'bytes', now)
    const forUpdates = waitFor(ofUpdates, rates.updates, updates, now)
    const forBytes = waitFor(ofBytes, rates.bytes, bytes, now)
    const waitMs = Math.max(forUpdates, forBytes)
    if (waitMs === 0 || forUpdates > 0) take(ofUpdates, rates.updates, updates, now)
    if (waitMs === 0 || forBytes > 0) take(ofBytes, rates.bytes, bytes, now)
    const isFlood = ofUpdates.line > limits.minFloodUpdates || ofBytes.line > limits.minFloodBytes
    return waitMs > limits.maxRateWaitMs && isFlood ? 'flood' : Math.min(waitMs, limits.maxRateWaitMs)
  }

  const takeOne = (user: UserId, name: 'creations' | 'hellos' | 'queries'): number => {
    const now = clock.now()
    return Math.min(take(bucketOf(user, name, now), rates[name], 1, now), limits.maxRateWaitMs)
  }

  return {
    work: (user, updates, bytes) => takeWork(user, updates, bytes, clock.now()),
    creation: (user) => takeOne(user, 'creations'),
    hello: (user) => takeOne(user, 'hellos'),
    query: (user) => takeOne(user, 'queries'),
    sweep() {
      const now = clock.now()
      for (const [user, his] of users) {
        for (const name of names) {
          const bucket = his[name]
          if (bucket !== undefined && isFull(refill(bucket, rates[name], now), rates[name]))
            his[name] = undefined
        }
        if (names.every((name) => his[name] === undefined)) users.delete(user)
      }
    },
  }
}

const names = ['updates', 'bytes', 'creations', 'hellos', 'queries'] as const

function ratesOf(limits: UserRateLimits): Rates {
  return {
    updates: { perSecond: limits.maxUserUpdatesPerSecond, burst: limits.maxUserUpdatesBurst },
    bytes: { perSecond: limits.maxUserBytesPerSecond, burst: limits.maxUserBytesBurst },
    creations: { perSecond: limits.maxCreationsPerHour / 3600, burst: limits.maxCreationsPerHour },
    hellos: { perSecond: limits.maxHellosPerMinute / 60, burst: limits.maxHellosPerMinute },
    queries: { perSecond: limits.maxQueriesPerMinute / 60, burst: limits.maxQueriesPerMinute },
  }
}
