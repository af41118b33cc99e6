/**
 * How fast a user may do what costs the relay something: over all his sessions and both doors, as long as the relay runs.
 * Rules RE230 to RE233.
 */
import type { UserId } from '@parley/document'
import { type Bucket, fullBucket, isFull, type Rate, refilled, take } from './bucket.ts'
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
  const bucketsOf = (user: UserId, now: number): Buckets =>
    users.get(user) ?? {
      updates: fullBucket(rates.updates, now),
      bytes: fullBucket(rates.bytes, now),
      creations: fullBucket(rates.creations, now),
      hellos: fullBucket(rates.hellos, now),
    }

  /** All of it or nothing: what is sent away by one of them leaves the others as they are. */
  const takeAll = (user: UserId, amounts: Partial<Record<keyof Buckets, number>>): number => {
    const now = clock.now()
    const before = bucketsOf(user, now)
    const taken = names.flatMap((name) => {
      const amount = amounts[name]
      return amount === undefined ? [] : [{ name, ...take(before[name], rates[name], amount, now) }]
    })
    const waitMs = Math.max(...taken.map((one) => one.waitMs))
    const after: Record<keyof Buckets, Bucket> = { ...before }
    for (const one of taken) if (waitMs === 0 || one.waitMs > 0) after[one.name] = one.bucket
    users.set(user, after)
    return waitMs
  }

  const isFlood = (user: UserId): boolean => {
    const { updates, bytes } = bucketsOf(user, clock.now())
    return updates.line > limits.minFloodUpdates || bytes.line > limits.minFloodBytes
  }

  return {
    work(user, updates, bytes) {
      const waitMs = takeAll(user, { updates, bytes })
      return waitMs > limits.maxRateWaitMs && isFlood(user) ? 'flood' : Math.min(waitMs, limits.maxRateWaitMs)
    },
    creation: (user) => Math.min(takeAll(user, { creations: 1 }), limits.maxRateWaitMs),
    hello: (user) => Math.min(takeAll(user, { hellos: 1 }), limits.maxRateWaitMs),
    sweep() {
      const now = clock.now()
      if (now >= swept && now < swept + sweepMs) return
      swept = now
      for (const [user, buckets] of users) {
        if (names.every((name) => isFull(refilled(buckets[name], rates[name], now), rates[name])))
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
