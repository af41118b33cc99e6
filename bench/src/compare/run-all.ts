/**
 * Runs a scenario with each contender, then with each again: a slow minute hurts everybody. A run that cannot vouch for what it
 * counted gives no figures and is told; one of ours ends it all. Rules BE16 and BE17.
 */
import type { Run } from '../scenario.ts'
import type { Contender, ContenderName } from './contender.ts'
import type { CompareScenario, CompareSize, Setting } from './scenario.ts'

export interface Series {
  readonly contender: Contender
  readonly runs: readonly Run[]
  /** Why runs gave no figures. */
  readonly failed: readonly string[]
}

export interface Plan {
  readonly scenario: CompareScenario
  readonly contenders: readonly Contender[]
  readonly size: CompareSize
  readonly runs: number
  readonly setting: Setting
}

export async function runAll(plan: Plan): Promise<readonly Series[]> {
  const { scenario, contenders, size, runs, setting } = plan
  for (const contender of contenders) await scenario.prepare?.(contender, size, setting)
  const series = contenders.map((contender) => ({
    contender,
    runs: [] as Run[],
    failed: [] as string[],
  }))
  const once = async (one: (typeof series)[number], run: number): Promise<void> => {
    setting.tell(`${scenario.name}: run ${run} of ${runs}, ${one.contender.name}`)
    try {
      one.runs.push(await scenario.run(one.contender, size, setting))
    } catch (error) {
      if (one.contender.role === 'ours') throw error
      const reason = error instanceof Error ? error.message : String(error)
      setting.tell(`${scenario.name}: ${one.contender.name} gave no figures: ${reason}`)
      one.failed.push(reason)
    }
  }
  if (size === 'quick' && scenario.timeless !== undefined) {
    const all = Array.from({ length: runs }, (_, run) => series.map(async (one) => once(one, run + 1)))
    await Promise.all(all.flat())
    return series
  }
  for (let run = 1; run <= runs; run += 1) {
    // Nobody is always the first one, or always behind the same.
    for (const one of run % 2 === 1 ? series : series.toReversed()) await once(one, run)
  }
  return series
}

export function seriesOf(series: readonly Series[], name: ContenderName): Series | undefined {
  return series.find(({ contender }) => contender.name === name)
}
