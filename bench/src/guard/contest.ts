/**
 * Base and head beside each other: a relay of each, stretches in turn, the order turned round each time, on several pairs of
 * processes, since two processes of the very same code are not equally fast. Rules BE43 and BE46.
 */
import { median } from '../statistics.ts'
import type { Sample } from './driven.ts'
import type { Driver } from './driver.ts'
import { judge, type Judgement } from './judge.ts'

export type Side = 'base' | 'head'

export interface Plan {
  /** Pairs of processes: so many at least, and more while the ratios are uneven. */
  readonly pairs: number
  readonly mostPairs: number
  /** Of each process: those that warm it up, and those that count. */
  readonly warmUps: number
  readonly stretches: number
}

export const usualPlan: Plan = { pairs: 3, mostPairs: 6, warmUps: 2, stretches: 4 }

export interface Contest extends Judgement {
  /** Medians, of one message or catch-up. */
  readonly baseMicroseconds: number
  readonly headMicroseconds: number
  readonly checked: number
}

/** `open`: a relay of one side, driven. It is closed here, whatever happens. */
export async function contest(
  open: (side: Side) => Promise<Driver>,
  plan: Plan,
  tell: (line: string) => void = () => undefined,
): Promise<Contest> {
  const base: number[] = []
  const head: number[] = []
  let checked = 0
  const ratios = (): readonly number[] => head.map((microseconds, index) => microseconds / (base[index] ?? 0))
  for (let pair = 0; pair < plan.mostPairs; pair += 1) {
    if (pair >= plan.pairs && !judge(ratios()).uneven) break
    tell(`pair ${pair + 1} of ${plan.pairs}${plan.mostPairs > plan.pairs ? ` to ${plan.mostPairs}` : ''}`)
    checked += await runPair(open, plan, (side, microseconds) => {
      ;(side === 'base' ? base : head).push(microseconds)
    })
  }
  return {
    ...judge(ratios()),
    baseMicroseconds: median(base),
    headMicroseconds: median(head),
    checked,
  }
}

async function runPair(
  open: (side: Side) => Promise<Driver>,
  { warmUps, stretches }: Plan,
  count: (side: Side, microseconds: number) => void,
): Promise<number> {
  const drivers = new Map<Side, Driver>()
  let checked = 0
  const run = async (side: Side): Promise<number> => {
    const driver = drivers.get(side)
    if (driver === undefined) throw new Error(`nobody drives the ${side}`)
    const sample = await driver.stretch()
    checked += sample.checked
    return microsecondsOf(sample)
  }
  try {
    for (const side of ['base', 'head'] as const) drivers.set(side, await open(side))
    for (let stretch = -warmUps; stretch < stretches; stretch += 1) {
      const order: readonly Side[] = stretch % 2 === 0 ? ['base', 'head'] : ['head', 'base']
      for (const side of order) {
        const microseconds = await run(side)
        if (stretch >= 0) count(side, microseconds)
      }
    }
    return checked
  } finally {
    for (const driver of drivers.values()) await driver.close()
  }
}

function microsecondsOf({ cpuMicroseconds, units, checked }: Sample): number {
  if (units <= 0 || checked <= 0 || cpuMicroseconds <= 0) {
    throw new Error('a stretch in which nothing was done, or nothing was looked at, measures nothing')
  }
  return cpuMicroseconds / units
}
