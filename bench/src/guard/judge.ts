/**
 * Whether the head is slower than the base, by the ratios of stretches that were run next to each other. Rules BE44 and BE45.
 *
 * How far the median of such ratios may be off by chance is told by how far they lie apart: their median absolute deviation,
 * as a standard error of the median of a normal distribution. Three of those, and never less than `leastTolerance`, are
 * tolerated.
 */
import { median } from '../statistics.ts'

export interface Judgement {
  /** Head to base: above 1 the head is slower. The median of all, and their range. */
  readonly ratio: number
  readonly lowest: number
  readonly highest: number
  readonly tolerance: number
  readonly verdict: 'slower' | 'faster' | 'alike'
  /** The ratios lie so far apart that a slowdown of the least tolerance could hide among them. */
  readonly uneven: boolean
}

/** What is less than this is no reason to keep a change out: the same code, laid out otherwise, differs by as much. */
export const leastTolerance = 0.03

const normalOfDeviation = 1.4826
const medianOfMean = Math.sqrt(Math.PI / 2)
const errorsTolerated = 3

export function judge(ratios: readonly number[]): Judgement {
  // Of logarithms, so that twice as fast and twice as slow are equally far from alike.
  const logs = ratios.map((ratio) => Math.log(ratio))
  const middle = median(logs)
  const deviation = median(logs.map((log) => Math.abs(log - middle)))
  const error = (medianOfMean * normalOfDeviation * deviation) / Math.sqrt(logs.length)
  const noise = Math.expm1(errorsTolerated * error)
  const tolerance = Math.max(leastTolerance, noise)
  const bound = Math.log1p(tolerance)
  return {
    ratio: Math.exp(middle),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    tolerance,
    verdict: middle > bound ? 'slower' : middle < -bound ? 'faster' : 'alike',
    uneven: noise > leastTolerance,
  }
}
