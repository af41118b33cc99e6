/**
 * What was sent in a conversation and what each of its members was delivered: numbers are counted and added up, so that one that
 * is missing, doubled or another one shows. Rule BE17.
 */
import type { Contender, Seen } from './contender.ts'

/** Messages that a conversation was filled with before, by numbers from here on, are not counted. */
export const firstFilled = 500_000_000

export interface Tally {
  readonly sent: (place: number, number: number) => void
  readonly delivered: (place: number, seen: Seen) => void
  /** Deliveries so far, to everybody but the author. */
  readonly deliveries: () => number
  /** Everybody has as many as he should have. */
  readonly complete: () => boolean
  /** Answers how many deliveries there were; throws when anybody has anything else than what was sent. */
  readonly check: () => number
}

interface Count {
  count: number
  sum: number
}

export function createTally(name: string, members: number, contender: Pick<Contender, 'echoes'>): Tally {
  const { echoes } = contender
  const own = counts(members)
  const got = counts(members)
  const all: Count = { count: 0, sum: 0 }
  const expected = (place: number): Count => {
    const mine = own[place] ?? { count: 0, sum: 0 }
    return echoes ? all : { count: all.count - mine.count, sum: all.sum - mine.sum }
  }
  return {
    sent(place, number) {
      add(own[place], 1, number)
      add(all, 1, number)
    },
    delivered(place, seen) {
      if ((seen.numbers[0] ?? 0) >= firstFilled) return
      add(got[place], seen.numbers.length, seen.sum)
    },
    deliveries() {
      const counted = got.reduce((total, { count }) => total + count, 0)
      return echoes ? (counted * (members - 1)) / members : counted
    },
    complete: () => got.every(({ count }, place) => count >= expected(place).count),
    check() {
      for (const [place, { count, sum }] of got.entries()) {
        const wanted = expected(place)
        if (count !== wanted.count) {
          throw new Error(`member ${place} of ${name} was delivered ${count} messages of ${wanted.count}`)
        }
        if (sum !== wanted.sum) {
          throw new Error(`member ${place} of ${name} was delivered other messages than were sent`)
        }
      }
      return all.count * (members - 1)
    },
  }
}

function counts(members: number): readonly Count[] {
  return Array.from({ length: members }, () => ({ count: 0, sum: 0 }))
}

function add(to: Count | undefined, count: number, sum: number): void {
  if (to === undefined) throw new Error('there is no such member')
  to.count += count
  to.sum += sum
}
