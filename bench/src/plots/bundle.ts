/** What a page loads, kept like a comparison: the one goal that no scenario of `pnpm bench compare` measures. */
import { measureBundles } from '../compare/bundle.ts'
import { type CompareResult, resultOf } from '../compare/compare-results.ts'
import { load, lookAtMachine } from '../machine.ts'

/** As the goals call its scenario. */
export const bundleName = 'bundle'

export function measuredBundle(): CompareResult {
  const loadBefore = load()
  const command = 'pnpm bench page --bundle'
  const series = measureBundles()
  return resultOf(series, { command, machine: lookAtMachine(), loadBefore, loadAfter: load(), runs: 1 })
}
