/** Of each comparison the figure that is shown first: ratios of it to ours, in a table and as a plot. */
import type { CompareResult, ContenderResult } from '../compare/compare-results.ts'
import { liveFigures } from '../compare/scenarios/live.ts'
import { loneFigures } from '../compare/scenarios/lone.ts'
import { presenceFigures } from '../compare/scenarios/presence.ts'
import { weightFigures } from '../compare/scenarios/weight.ts'
import type { KeptFigure } from '../results.ts'
import { plain } from '../table.ts'
import type { Bar, BarPlot } from './bars.ts'

interface Leading {
  readonly figure: string
  readonly better: 'higher' | 'lower'
}

const byScenario: readonly (readonly [RegExp, Leading])[] = [
  [/^live-/, { figure: liveFigures.perCpuSecond, better: 'higher' }],
  [/^pace-/, { figure: 'p99', better: 'lower' }],
  [/^kill$/, { figure: 'lost', better: 'lower' }],
  [/^weight$/, { figure: weightFigures.memory, better: 'lower' }],
  [/^lone$/, { figure: loneFigures.cpu, better: 'lower' }],
  [/^bundle$/, { figure: 'gzip', better: 'lower' }],
  [/^presence$/, { figure: presenceFigures.frames, better: 'lower' }],
]

/** The first figure there is, where nothing is said of a scenario: most are times, bytes or memory. */
export function leadingOf(scenario: string, result: CompareResult): Leading {
  const known = byScenario.find(([pattern]) => pattern.test(scenario))?.[1]
  return known ?? { figure: result.contenders[0]?.figures[0]?.name ?? '', better: 'lower' }
}

export interface Compared {
  readonly of: string
  readonly contender: ContenderResult
  readonly figure: KeptFigure
  /** To ours; none where ours is zero. */
  readonly ratio: number | undefined
}

/** Ours first, then the others in their order, for each thing that is measured. */
export function comparedBy(scenario: string, result: CompareResult): readonly (readonly Compared[])[] {
  const { figure: name } = leadingOf(scenario, result)
  const ours = result.contenders.find(({ role }) => role === 'ours')
  const measured = [
    ...new Set((ours?.figures ?? []).filter((figure) => figure.name === name).map(({ of }) => of)),
  ]
  return measured.map((of) => {
    const find = (contender: ContenderResult | undefined): KeptFigure | undefined =>
      contender?.figures.find((figure) => figure.name === name && figure.of === of)
    const base = find(ours)?.median ?? 0
    return result.contenders.flatMap((contender) => {
      const figure = find(contender)
      if (figure === undefined) return []
      return [{ of, contender, figure, ratio: base > 0 ? figure.median / base : undefined }]
    })
  })
}

/** None where a ratio cannot be drawn: ours is zero, or somebody's. */
export function comparisonPlot(scenario: string, result: CompareResult): BarPlot | undefined {
  const { figure, better } = leadingOf(scenario, result)
  const groups = comparedBy(scenario, result).flatMap((compared) => {
    const ours = compared[0]
    if (ours === undefined || compared.some(({ figure: { values } }) => Math.min(...values) <= 0)) return []
    return [{ name: ours.of, bars: compared.map((one) => barOf(one, ours.figure.median)) }]
  })
  return groups.length === 0 ? undefined : { title: `${scenario}: ${figure}`, better, groups }
}

function barOf({ contender, figure }: Compared, ours: number): Bar {
  return {
    name: contender.name,
    role: contender.role,
    ratio: figure.median / ours,
    lowest: Math.min(...figure.values) / ours,
    highest: Math.max(...figure.values) / ours,
    value: valueText(figure),
  }
}

export function valueText({ median, unit }: KeptFigure): string {
  return unit === '' ? plain(median) : `${plain(median)} ${unit}`
}
