/** docs/performance.md, as far as it is made of results: ratios first. Pure: everything comes from what was found. */
import { type CompareResult, comparedTable } from '../compare/compare-results.ts'
import type { CompareScenario } from '../compare/scenario.ts'
import type { Axis } from '../growth/axes.ts'
import type { KeptFigure, Result } from '../results.ts'
import { machineText, plain, tableOf } from '../table.ts'
import { barPlot, ratioText } from './bars.ts'
import { costsExplained, growthExplained } from './explained.ts'
import { bundleName } from './bundle.ts'
import { goalsTable } from './goals.ts'
import { comparedBy, comparisonPlot, leadingOf, valueText } from './leading.ts'
import { linePlot, type Series } from './lines.ts'

export interface Found {
  readonly comparisons: readonly {
    readonly scenario: CompareScenario
    readonly result: CompareResult | undefined
  }[]
  /** What a page loads. */
  readonly bundle: CompareResult | undefined
  readonly growth: readonly { readonly axis: Axis; readonly result: Result | undefined }[]
  readonly costs: Result | undefined
}

export interface Page {
  /** What stands between the marks, marks excluded. */
  readonly text: string
  /** By name, without a folder. */
  readonly plots: ReadonlyMap<string, string>
}

export function pageOf(found: Found): Page {
  const plots = new Map<string, string>()
  const draw = (name: string, svg: string, alternative: string): string => {
    plots.set(`${name}.svg`, svg)
    return `![${alternative}](performance/${name}.svg)`
  }
  const parts = [
    ...missingPart(found),
    ...ratiosPart(found),
    '## Goals',
    'Floors and aims were set from what peers and bare sockets took, before there was a relay. A floor is a ratio to a peer or a limit wherever one stands beside it; told is the strictest, in the unit of the value. Judged from the comparisons below; `pnpm bench relay --quick` judges them anew in three short runs, with a line of JSON for each.',
    goalsTable(measuredOf(found)),
    ...comparisonsPart(found, draw),
    ...growthPart(found, draw),
    ...costsPart(found),
  ]
  return { text: parts.join('\n\n'), plots }
}

function measuredOf({ comparisons, bundle }: Found): ReadonlyMap<string, CompareResult> {
  const all = comparisons.map(({ scenario, result }) => ({ name: scenario.name, result }))
  const named = [...all, { name: bundleName, result: bundle }]
  return new Map(named.flatMap(({ name, result }) => (result === undefined ? [] : [[name, result] as const])))
}

type Draw = (name: string, svg: string, alternative: string) => string

function missingPart({ comparisons, growth, bundle, costs }: Found): readonly string[] {
  const commands = [
    ...comparisons.flatMap(({ scenario, result }) =>
      result === undefined ? [`pnpm bench compare ${scenario.name}`] : [],
    ),
    ...(bundle === undefined ? ['pnpm bench page --bundle'] : []),
    ...growth.flatMap(({ axis, result }) => (result === undefined ? [`pnpm bench growth ${axis.name}`] : [])),
    ...(costs === undefined ? ['pnpm bench costs'] : []),
  ]
  if (commands.length === 0) return []
  const told = commands.map((command) => `- \`${command}\``)
  return [`**Not measured yet**, and missing below:\n\n${told.join('\n')}`]
}

function ratiosPart(found: Found): readonly string[] {
  const rows = [...measuredOf(found)].flatMap(([name, result]) => {
    const { figure, better } = leadingOf(name, result)
    return comparedBy(name, result).map((compared) => {
      const [ours, ...others] = compared
      const told = others.map(({ contender, figure: theirs, ratio }) =>
        ratio === undefined
          ? `${contender.name} ${valueText(theirs)}`
          : `${contender.name} **${ratioText(ratio)}**`,
      )
      const own = ours === undefined ? '–' : valueText(ours.figure)
      return `| ${name}: ${ours?.of ?? ''} | ${figure}, ${better} is better | ${own} | ${told.join(', ')} |`
    })
  })
  if (rows.length === 0) return []
  return [
    '## Ratios',
    'Each figure beside ours, which is 1; medians of the same series of alternating runs. What a limit does, nobody is under: it checks nothing, and knows nobody.',
    ['| what | figure | Parley | beside it |', '| --- | --- | ---: | --- |', ...rows].join('\n'),
  ]
}

function comparisonsPart({ comparisons }: Found, draw: Draw): readonly string[] {
  const parts = comparisons.flatMap(({ scenario, result }) => {
    if (result === undefined) return []
    const plot = comparisonPlot(scenario.name, result)
    const drawn =
      plot === undefined ? [] : [draw(`compare-${scenario.name}`, barPlot(plot), `${plot.title}, as ratios`)]
    const contenders = result.contenders.map(({ name, role, about }) => `${name} (${role}): ${about}`)
    return [comparedTable(scenario, result), ...drawn, contenders.join(' ')]
  })
  return parts.length === 0 ? [] : ['## Side by side', ...parts]
}

function growthPart({ growth }: Found, draw: Draw): readonly string[] {
  const parts = growth.flatMap(({ axis, result }) => {
    if (result === undefined) return []
    const name = `growth-${axis.name}`
    const about = `${axis.about} Of the relay’s process, for a message that has reached a device other than its author’s.`
    const plotted = (kind: string, up: string, units: readonly string[]): string =>
      draw(
        `${name}-${kind}`,
        linePlot({
          title: `${up}, by ${axis.counted}`,
          across: axis.counted,
          up,
          series: seriesOf(result, units),
        }),
        `${up}, by ${axis.counted}`,
      )
    return [
      tableOf({ scenario: { name: axis.name, about }, result }),
      plotted('cpu', 'µs of CPU for a delivery', ['µs']),
      plotted('bytes', 'bytes for a delivery', ['bytes']),
      flatness(result).join('\n'),
      growthExplained[axis.name],
    ]
  })
  return parts.length === 0 ? [] : ['## Cost as it grows', ...parts]
}

function seriesOf(result: Result, units: readonly string[]): readonly Series[] {
  const figures = result.figures.filter(({ unit }) => units.includes(unit))
  return [...new Set(figures.map(({ name }) => name))].map((name) => ({
    name: name.replace(/: CPU$/, ''),
    points: figures
      .filter((figure) => figure.name === name)
      .map(({ of, median, values }) => ({ size: sizeIn(of), median, values })),
  }))
}

/** A point as its row names it. */
function sizeIn(of: string): number {
  return Number(of.replaceAll(',', ''))
}

/** More than this from the first point to the last is not flat. */
const flatRatio = 1.2

/** What a delivery costs at the last point beside the first. */
export function flatness(result: Result): readonly string[] {
  const figures = result.figures.filter(({ unit }) => unit === 'µs')
  return [...new Set(figures.map(({ name }) => name))].flatMap((name) => {
    const own = figures.filter((figure) => figure.name === name)
    const [first] = own
    const last = own.at(-1)
    if (first === undefined || last === undefined) return []
    const ratio = last.median / first.median
    const verdict = ratio > flatRatio ? 'not flat' : ratio < 1 / flatRatio ? 'falls' : 'flat'
    return [`- ${name}: ${ratioText(ratio)} from ${first.of} to ${last.of}: **${verdict}**.`]
  })
}

const costsTold = 5

function costsPart({ costs }: Found): readonly string[] {
  if (costs === undefined) return []
  const shares = costs.figures.filter(({ name }) => name === 'share').toSorted((a, b) => b.median - a.median)
  const rows = shares.slice(0, costsTold).map((share) => {
    const each = costs.figures.find((figure) => figure.of === share.of && figure.name === 'a message')
    return `| ${share.of} | ${rangeOf(share)} % | ${each === undefined ? '–' : `${rangeOf(each)} µs`} | ${explanationOf(share.of)} |`
  })
  return [
    '## Where the time goes',
    `The five largest costs of a saturated relay, 100 conversations of 2, by Node’s own profiler (\`${costs.command}\`).`,
    ['| part | share | a message | removed or explained |', '| --- | ---: | ---: | --- |', ...rows].join(
      '\n',
    ),
    `${costs.runs} runs, ${costs.checked} counted and checked; ${machineText(costs.machine)}; load ${costs.loadBefore} before, ${costs.loadAfter} after.`,
  ]
}

/** Parts are named as the code is cut; what was measured before they were named anew is to be measured again. */
export function explanationOf(part: string): string {
  return costsExplained[part] ?? '**measured under another name**: measure again'
}

function rangeOf({ median, values }: KeptFigure): string {
  return `**${plain(median)}** (${plain(Math.min(...values))} – ${plain(Math.max(...values))})`
}
