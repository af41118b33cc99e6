/**
 * How fast something may come: a bucket that fills by so much a second, up to a burst. Whoever finds too little in it is
 * told when to come again: behind all those who have been told so before him, so that they come one after the other.
 */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** Changed in place: there is one for each user and each session, and each frame looks at some. */
export interface Bucket {
  /** Below zero after something that was more than a burst. */
  level: number
  /** What has been sent away, and is expected back. */
  line: number
  at: number
}

export function fullBucket({ burst }: Rate, now: number): Bucket {
  return { level: burst, line: 0, at: now }
}

/** A clock that is put back fills nothing, and takes nothing away. */
export function refill(bucket: Bucket, { perSecond, burst }: Rate, now: number): Bucket {
  const more = (Math.max(0, now - bucket.at) / 1000) * perSecond
  bucket.level = Math.min(burst, bucket.level + more)
  bucket.line = Math.max(0, bucket.line - more)
  bucket.at = now
  return bucket
}

/** Fractions of milliseconds add up to less than they are. */
const rounding = 1e-6

/**
 * How long to wait with so much, 0 when it is there; nothing is taken yet. More than a burst is there when the bucket is
 * full: it could never be taken otherwise.
 */
export function waitFor(bucket: Bucket, rate: Rate, amount: number, now: number): number {
  const { level, line } = refill(bucket, rate, now)
  if (amount === 0 || level + rounding >= Math.min(amount, rate.burst)) return 0
  return Math.max(1, Math.ceil(((line + amount - level) / rate.perSecond) * 1000))
}

/** Takes it, or sends it away: how long to wait, 0 when it was taken. */
export function take(bucket: Bucket, rate: Rate, amount: number, now: number): number {
  const waitMs = waitFor(bucket, rate, amount, now)
  if (waitMs === 0) bucket.level -= amount
  else bucket.line += amount
  return waitMs
}

/** Takes it whatever there is: what has been done cannot wait any more. */
export function spend(bucket: Bucket, rate: Rate, amount: number, now: number): void {
  refill(bucket, rate, now).level -= amount
}

export function isFull({ level, line }: Bucket, { burst }: Rate): boolean {
  return level >= burst && line === 0
}
