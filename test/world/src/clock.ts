/** A clock that is wrong: ahead or behind by a skew that can jump at any moment. Whole milliseconds, never negative. */
export interface SkewedClock {
  readonly now: () => number
  readonly skew: () => number
  readonly setSkew: (ms: number) => void
}

/** When the world begins, by a clock that is right. */
const worldBegins: number = Date.UTC(2025, 0, 1)

export function createClock(elapsed: () => number, initial: number): SkewedClock {
  let skew = initial
  return {
    now: () => Math.floor(worldBegins + elapsed() + skew),
    skew: () => skew,
    setSkew(ms) {
      skew = Math.round(ms)
    },
  }
}
