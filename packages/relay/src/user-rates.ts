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
  readonly maxRateWaitMs: number
  readonly minFloodUpdates: number
  readonly minFloodBytes: number
}

export interface UserRates {
  /** How long to wait with updates or a command; 0 when they are taken, and a flood when no wait is kept. */
  work(user: UserId, updates: number, bytes: number): number | 'flood'
  creation(user: UserId): number
  hello(user: UserId): number
  /** Forgets who has waited long enough to be as new. */
  sweep(): void
}

interface Buckets {
  readonly updates: Bucket
  readonly bytes: Bucket
  readonly creations: Bucket
  readonly hellos: Bucket
}

type Rates = { readonly [Name in keyof Buckets]: Rate }

export function createUserRates(limits: UserRateLimits, clock: Clock): UserRates {
  const rates = ratesOf(limits)
  const users = new Map<UserId, Buckets>()
  let swept = clock.now()
  const bucketsOf = (user: UserId, now: number): Buckets => {
    const known = users.get(user)
    if (known !== undefined) return known
    const buckets = {
      updates: fullBucket(rates.updates, now),
      bytes: fullBucket(rates.bytes, now),
      creations: fullBucket(rates.creations, now),
      hellos: fullBucket(rates.hellos, now),
    }
    users.set(user, buckets)
    return buckets
  }

  /** All of it or nothing: what is sent away by one of them leaves the other as it is. */
  const takeWork = (his: Buckets, updates: number, bytes: number, now: number): number => {
    const forUpdates = waitFor(his.updates, rates.updates, updates, now)
    const forBytes = waitFor(his.bytes, rates.bytes, bytes, now)
    const waitMs = Math.max(forUpdates, forBytes)
    if (waitMs === 0 || forUpdates > 0) take(his.updates, rates.updates, updates, now)
    if (waitMs === 0 || forBytes > 0) take(his.bytes, rates.bytes, bytes, now)
    return waitMs
  }

  const isFlood = ({ updates, bytes }: Buckets): boolean =>
    updates.line > limits.minFloodUpdates || bytes.line > limits.minFloodBytes

  const takeOne = (user: UserId, name: 'creations' | 'hellos'): number => {
    const now = clock.now()
    return Math.min(take(bucketsOf(user, now)[name], rates[name], 1, now), limits.maxRateWaitMs)
  }

  return {
    work(user, updates, bytes) {
      const now = clock.now()
      const his = bucketsOf(user, now)
      const waitMs = takeWork(his, updates, bytes, now)
      return waitMs > limits.maxRateWaitMs && isFlood(his) ? 'flood' : Math.min(waitMs, limits.maxRateWaitMs)
    },
    creation: (user) => takeOne(user, 'creations'),
    hello: (user) => takeOne(user, 'hellos'),
    sweep() {
      const now = clock.now()
      if (now >= swept && now < swept + sweepMs) return
      swept = now
      for (const [user, buckets] of users) {
        if (names.every((name) => isFull(refill(buckets[name], rates[name], now), rates[name])))
          users.delete(user)
      }
    },
  }
}

/** Looking at everybody takes a moment: not with every call. */
const sweepMs = 30_000

const names = ['updates', 'bytes', 'creations', 'hellos'] as const

function ratesOf(limits: UserRateLimits): Rates {
  return {
    updates: { perSecond: limits.maxUserUpdatesPerSecond, burst: limits.maxUserUpdatesBurst },
    bytes: { perSecond: limits.maxUserBytesPerSecond, burst: limits.maxUserBytesBurst },
    creations: { perSecond: limits.maxCreationsPerHour / 3600, burst: limits.maxCreationsPerHour },
    hellos: { perSecond: limits.maxHellosPerMinute / 60, burst: limits.maxHellosPerMinute },
  }
}
