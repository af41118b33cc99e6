/** What a number of runs never did. Rule WO41. */
import { type CounterName, counterNames } from './counters.ts'

/** From so many seeds on, everything must have happened at least once. */
export const seedsForCoverage = 1000

export function neverExercised(total: Readonly<Record<CounterName, number>>): readonly CounterName[] {
  return counterNames.filter((name) => total[name] === 0)
}
