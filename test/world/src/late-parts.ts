/**
 * Parts of the engine that come over a network, as in a browser: each some time after it was asked for, a few of them not at the
 * first try, or later than anybody waits. Rule WO93.
 */
import { type PartName, type PartSource, type PartSources, wholeParts } from '@parley/client/engine'
import type { Counters } from './counters.ts'
import type { Power } from './power.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export interface LatePartsOptions {
  readonly scheduler: Scheduler
  readonly power: Power
  readonly random: Random
  readonly counters: Counters
  /** From now on whatever is asked for comes. */
  readonly calm: () => boolean
}

/** Logged where a part could not be had: nobody waits for it, and it is asked for again. */
export const lateErrors: ReadonlySet<string> = new Set([
  'a part was not used',
  'a signal was not read',
  'how far was read was not told',
  'idle work was not begun',
])

export function lateParts({ scheduler, power, random, counters, calm }: LatePartsOptions): PartSources {
  function late<Part>(name: PartName, whole: PartSource<Part>): PartSource<Part> {
    const chance = random.fork(name)
    const get = async (): Promise<Part> =>
      new Promise((resolve, reject) => {
        const fails = !calm() && chance.chance(0.2)
        // By some turns, by seconds, and after everybody has given up.
        const [from, to] = chance.pick([
          [0, 3],
          [0, 3],
          [10, 3000],
          [6000, 30_000],
        ] as const)
        scheduler.after(calm() ? from % 10 : chance.between(from, to), () => {
          power.enter(() => {
            counters.add(fails ? 'partsFailed' : 'partsLate')
            if (!fails && 'there' in whole) resolve(whole.there)
            else reject(new TypeError('Failed to fetch dynamically imported module'))
          })
        })
      })
    return { get }
  }
  return {
    changes: late('changes', wholeParts.changes),
    live: late('live', wholeParts.live),
    past: late('past', wholeParts.past),
    people: late('people', wholeParts.people),
    receipts: late('receipts', wholeParts.receipts),
    repair: late('repair', wholeParts.repair),
  }
}
