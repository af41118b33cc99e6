/**
 * How fast something may come: a bucket that fills by so much a second, up to a burst. Whoever finds too little in it is
 * told when to come again: behind all those who have been told so before him, so that they come one after the other.
 */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export interface Bucket {
  /** Below zero after something that was more than a burst. */
  readonly level: number
  /** What has been sent away, and is expected back. */
  readonly line: number
  readonly at: number
}

export interface Taken {
  readonly bucket: Bucket
  /** 0 when it was taken. */
  readonly waitMs: number
}

export function fullBucket({ burst }: Rate, now: number): Bucket {
  return { level: burst, line: 0, at: now }
}

/** A clock that is put back fills nothing, and takes nothing away. */
export function refilled({ level, line, at }: Bucket, { perSecond, burst }: Rate, now: number): Bucket {
  const more = (Math.max(0, now - at) / 1000) * perSecond
  return { level: Math.min(burst, level + more), line: Math.max(0, line - more), at: now }
}

/** Fractions of milliseconds add up to less than they are. */
const rounding = 1e-6

/** More than a burst is taken when the bucket is full: it could never be taken otherwise. */
export function take(bucket: Bucket, rate: Rate, amount: number, now: number): Taken {
  const { level, line } = refilled(bucket, rate, now)
  if (amount === 0 || level + rounding >= Math.min(amount, rate.burst)) {
    return { bucket: { level: level - amount, line, at: now }, waitMs: 0 }
  }
  const expected = line + amount
  return {
    bucket: { level, line: expected, at: now },
    waitMs: Math.max(1, Math.ceil(((expected - level) / rate.perSecond) * 1000)),
  }
}

/** Takes it whatever there is: what has been done cannot wait any more. */
export function spend(bucket: Bucket, rate: Rate, amount: number, now: number): Bucket {
  const filled = refilled(bucket, rate, now)
  return { ...filled, level: filled.level - amount }
}

export function isFull({ level, line }: Bucket, { burst }: Rate): boolean {
  return level >= burst && line === 0
}
