/**
 * The goals as the page tells them: judged by the very arithmetic of `pnpm bench relay --quick`, from the full comparisons
 * that are kept instead of three short runs.
 */
import type { CompareResult } from '../compare/compare-results.ts'
import { contenders } from '../compare/contenders.ts'
import { type Bound, type Condition, type Goal, goals } from '../compare/goals.ts'
import { type Judged, judge } from '../compare/judge.ts'
import type { Series } from '../compare/run-all.ts'
import type { KeptFigure } from '../results.ts'
import { plain } from '../table.ts'
import { tickText } from './scale.ts'

/** By the name of their scenario. */
export type Comparisons = ReadonlyMap<string, CompareResult>

/** What each counts; the floors and aims that were set before there was a relay stand in the decision page. */
const counted: Readonly<Record<string, string>> = {
  G1: 'deliveries per CPU s of the relay, 100 conversations of 2',
  G2: 'the same, one conversation of 200',
  G3: 'the same, 1,000 conversations of 3',
  G4: 'from sending to receiving at a fixed rate, 1,000 conversations of 3, p99',
  G5: 'CPU of the relay for a device that catches up 200 of 1,000 conversations',
  G6: 'the list of 1,000 conversations for a device that holds nothing',
  G7: 'the first screen of a conversation of 100,000',
  G8: 'lost of what was acknowledged before SIGKILL',
  G9: 'memory of an idle member with his conversation of 200',
  G10: 'to the disk for a lone append at 100,000 messages',
  G11: 'what a page loads first, gzip; the peer is Hocuspocus’ provider with y-indexeddb, the limit Yjs alone',
  G12: 'presence frames, 200 idle members of one conversation',
}

export function goalsTable(comparisons: Comparisons): string {
  return [
    '| goal | what counts | Parley | best peer | limit | floor | aim | ok |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...goals.map((goal) => rowOf(goal, comparisons)),
  ].join('\n')
}

function rowOf(goal: Goal, comparisons: Comparisons): string {
  const what = counted[goal.goal]
  if (what === undefined) throw new Error(`nobody has said what ${goal.goal} counts`)
  const missing = scenariosOf(goal).filter((name) => !comparisons.has(name))
  if (missing.length > 0) {
    const [told] = goal.conditions
    const bounds = `${boundsText(told, told.floors)} | ${boundsText(told, told.aims)}`
    return `| ${goal.goal} | ${what} | – | – | – | ${bounds} | not measured: ${missing.join(', ')} |`
  }
  const { line, missed } = judge(goal, measuredIn(comparisons))
  const unit = unitOf(goal, comparisons)
  const cells = [`**${cell(line.value, unit)}**`, cell(line.bestPeer, unit), cell(line.limit, unit)]
  const verdict = line.ok ? metText(goal, line) : `**missed**: ${missed.join('; ')}`
  return `| ${[goal.goal, what, ...cells, cell(line.floor, unit), cell(line.aim, unit), verdict].join(' | ')} |`
}

/** As they were set: without a measurement a ratio has no value yet. */
function boundsText({ better }: Condition, bounds: readonly Bound[]): string {
  const sign = better === 'more' ? '≥' : '≤'
  const told = bounds.map((bound) => {
    if ('value' in bound) return `${sign} ${tickText(bound.value)}`
    const whose = 'ownOf' in bound ? `ours ${bound.ownOf.of}` : bound.with
    const times = bound.times < 0.2 ? `1/${tickText(Math.round(1 / bound.times))}` : tickText(bound.times)
    return `${sign} ${times} × ${whose}`
  })
  return told.length === 0 ? '–' : told.join(', ')
}

/** Beyond the floor, whether the aim is reached, too. */
function metText({ conditions: [told] }: Goal, { value, aim }: Judged): string {
  if (aim === null || value === null) return 'met'
  const reached = told.better === 'more' ? value >= aim : value <= aim
  return reached ? 'met, and the aim' : 'met'
}

export function scenariosOf({ conditions }: Goal): readonly string[] {
  return [...new Set(conditions.map(({ which }) => which.scenario))]
}

/** Kept figures as the runs they came from. */
function measuredIn(comparisons: Comparisons): ReadonlyMap<string, readonly Series[]> {
  return new Map([...comparisons].map(([name, result]) => [name, seriesIn(result)]))
}

function seriesIn(result: CompareResult): readonly Series[] {
  return result.contenders.map(({ name, figures, failed }) => ({
    contender: contenders[name],
    failed,
    runs: Array.from({ length: runsIn(figures) }, (_, run) => ({
      checked: 1,
      figures: figures.flatMap(({ of, name: figure, unit, values }) => {
        const value = values[run]
        return value === undefined ? [] : [{ of, name: figure, unit, value }]
      }),
    })),
  }))
}

function runsIn(figures: readonly KeptFigure[]): number {
  return Math.max(0, ...figures.map(({ values }) => values.length))
}

function unitOf({ conditions: [told] }: Goal, comparisons: Comparisons): string {
  const { scenario, of, name } = told.which
  const figures = comparisons.get(scenario)?.contenders.flatMap((contender) => contender.figures) ?? []
  return figures.find((figure) => figure.of === of && figure.name === name)?.unit ?? ''
}

function cell(value: number | null, unit: string): string {
  if (value === null) return '–'
  const told = Math.abs(value) < 1 ? String(Number(value.toPrecision(2))) : plain(value)
  return unit === '' ? told : `${told} ${unit}`
}
