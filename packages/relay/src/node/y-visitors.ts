/**
 * What one user takes of the second door, over all his sockets and documents: places, and work. Rules RE262 and RE263.
 *
 * What one socket may do is bounded in `y-reader.ts`; without this, whoever opens a hundred may do it a hundred times.
 */
import { type Bucket, fullBucket, isFull, type Rate, refill, take, waitFor } from '../bucket.ts'
import {
  maxReadersPerUser,
  userAnswerRate,
  userByteRate,
  userFrameRate,
  userOpeningRate,
} from './y-limits.ts'

/** One socket of a user. */
export interface Visitor {
  /** Whether one more of his questions is answered. */
  readonly mayAsk: () => boolean
  /** Whether one more frame of his is looked at. */
  readonly mayBring: (bytes: number) => boolean
  readonly leave: () => void
}

export interface Visitors {
  /** undefined when he has as many sockets as he may, or opens them too fast. */
  readonly enter: (user: string) => Visitor | undefined
  /** Forgets who has left and waited long enough to be as new. */
  readonly sweep: () => void
}

interface Kept {
  sockets: number
  readonly buckets: Record<Work, Bucket>
}

type Work = keyof typeof rates

const rates = {
  openings: userOpeningRate,
  answers: userAnswerRate,
  frames: userFrameRate,
  bytes: userByteRate,
} as const satisfies Readonly<Record<string, Rate>>

const works = ['openings', 'answers', 'frames', 'bytes'] as const

export function createVisitors(now: () => number): Visitors {
  const users = new Map<string, Kept>()

  const keep = (user: string): Kept => {
    const known = users.get(user)
    if (known !== undefined) return known
    const at = now()
    const kept: Kept = {
      sockets: 0,
      buckets: {
        openings: fullBucket(rates.openings, at),
        answers: fullBucket(rates.answers, at),
        frames: fullBucket(rates.frames, at),
        bytes: fullBucket(rates.bytes, at),
      },
    }
    users.set(user, kept)
    return kept
  }

  /** Nobody is told to wait, so that nobody is expected back. */
  const spend = ({ buckets }: Kept, work: Work, amount: number): boolean => {
    const at = now()
    if (waitFor(buckets[work], rates[work], amount, at) > 0) return false
    take(buckets[work], rates[work], amount, at)
    return true
  }

  return {
    enter(user) {
      const kept = keep(user)
      if (kept.sockets >= maxReadersPerUser || !spend(kept, 'openings', 1)) return undefined
      kept.sockets += 1
      let here = true
      return {
        mayAsk: () => spend(kept, 'answers', 1),
        mayBring: (bytes) => spend(kept, 'frames', 1) && spend(kept, 'bytes', bytes),
        leave() {
          if (here) kept.sockets -= 1
          here = false
        },
      }
    },
    sweep() {
      const at = now()
      for (const [user, { sockets, buckets }] of users) {
        const rested = works.every((work) => isFull(refill(buckets[work], rates[work], at), rates[work]))
        if (sockets === 0 && rested) users.delete(user)
      }
    },
  }
}
