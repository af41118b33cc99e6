/**
 * Who may only read a document for a while, since what he wrote there was refused: one memory for all sockets of a user.
 *
 * A refusal cannot be told to a stock tool, and its document offers the same again for as long as it lives. So it is heard
 * again only after a time that doubles. Forgotten after a quiet time, and when there are too many. Rule RE217.
 */
import { firstReadOnlyMs, maxPenalties, maxReadOnlyMs, penaltyForgottenMs } from './y-limits.ts'

/** Why something was refused: the code of the other door, and a sentence of ours. */
export interface Offence {
  readonly code: string
  readonly detail: string
}

export interface Penalty extends Offence {
  /** Until when he only reads, in the clock's milliseconds. */
  readonly until: number
}

export interface Penalties {
  /** Of one user and one document. */
  readonly of: (user: string, document: string) => OwnPenalty
}

export interface OwnPenalty {
  /** undefined while he may write. */
  readonly standing: (at: number) => Penalty | undefined
  /** Two sockets that are refused the same at once are one offence. */
  readonly offend: (at: number, offence: Offence) => Penalty
}

interface Kept extends Penalty {
  readonly ms: number
}

export function createPenalties(): Penalties {
  /** The one that offended last stands last. */
  const kept = new Map<string, Kept>()

  const remember = (key: string, penalty: Kept): void => {
    kept.delete(key)
    kept.set(key, penalty)
    const [oldest] = kept.keys()
    if (kept.size > maxPenalties && oldest !== undefined) kept.delete(oldest)
  }

  return {
    of(user, document) {
      const key = `${user}\n${document}`
      const standing: OwnPenalty['standing'] = (at) => {
        const known = kept.get(key)
        return known === undefined || at >= known.until ? undefined : known
      }
      return {
        standing,
        offend(at, { code, detail }) {
          const now = standing(at)
          if (now !== undefined) return now
          const ms = nextTime(kept.get(key), at)
          const penalty = { code, detail, ms, until: at + ms }
          remember(key, penalty)
          return penalty
        },
      }
    },
  }
}

function nextTime(last: Kept | undefined, at: number): number {
  if (last === undefined || at - last.until >= penaltyForgottenMs) return firstReadOnlyMs
  return Math.min(2 * last.ms, maxReadOnlyMs)
}
