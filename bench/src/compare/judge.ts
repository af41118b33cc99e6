/** Whether goals are reached: arithmetic on medians, and nothing else. Rules BE22 and BE23. */
import { median } from '../statistics.ts'
import { rounded } from '../machine.ts'
import type { ContenderName } from './contender.ts'
import type { Bound, Condition, Goal, Which } from './goals.ts'
import { type Series, seriesOf } from './run-all.ts'

/** A line that is printed: what ours is, and what it had to be in this very run. */
export interface Judged {
  readonly goal: string
  readonly value: number | null
  readonly bestPeer: number | null
  readonly limit: number | null
  /** In the unit of `value`, from the ratios and the others' figures of this run: the strictest. */
  readonly floor: number | null
  readonly aim: number | null
  readonly ok: boolean
}

export interface Judgement {
  readonly line: Judged
  /** Every bound that does not hold, and every figure that is not there. */
  readonly missed: readonly string[]
}

/** By the name of their scenario. */
export type Measured = ReadonlyMap<string, readonly Series[]>

export function judge(goal: Goal, measured: Measured): Judgement {
  const [told] = goal.conditions
  const missed = goal.conditions.flatMap((condition) => missedBy(condition, measured))
  const peersWhich = goal.peersWhich ?? told.which
  const peers = goal.peers
    .map((name) => medianOf(measured, name, peersWhich))
    .filter((value) => value !== undefined)
  const best = told.better === 'more' ? Math.max(...peers) : Math.min(...peers)
  return {
    missed,
    line: {
      goal: goal.goal,
      value: orNull(medianOf(measured, 'parley', told.which)),
      bestPeer: peers.length === 0 ? null : rounded(best),
      limit: goal.limit === undefined ? null : orNull(medianOf(measured, goal.limit, told.which)),
      floor: orNull(strictest(told, told.floors, measured)),
      aim: orNull(strictest(told, told.aims, measured)),
      ok: missed.length === 0,
    },
  }
}

function missedBy(condition: Condition, measured: Measured): readonly string[] {
  const { which, better, floors } = condition
  const what = `${which.of}, ${which.name}`
  const value = medianOf(measured, 'parley', which)
  if (value === undefined) return [`${what}: no figure of ours`]
  return floors.flatMap((bound) => {
    const least = valueOf(bound, which, measured)
    if (least === undefined) return [`${what}: no figure of ${boundText(bound)}`]
    const holds = better === 'more' ? value >= least : value <= least
    const needed = `${better === 'more' ? 'at least' : 'at most'} ${rounded(least)}`
    return holds ? [] : [`${what}: ${rounded(value)}, ${needed} by ${boundText(bound)}`]
  })
}

function strictest(
  { which, better }: Condition,
  bounds: readonly Bound[],
  measured: Measured,
): number | undefined {
  const values = bounds.map((bound) => valueOf(bound, which, measured))
  const known = values.filter((value) => value !== undefined)
  if (known.length === 0 || known.length < values.length) return undefined
  return better === 'more' ? Math.max(...known) : Math.min(...known)
}

function valueOf(bound: Bound, which: Which, measured: Measured): number | undefined {
  if ('value' in bound) return bound.value
  const other =
    'ownOf' in bound
      ? medianOf(measured, 'parley', bound.ownOf)
      : medianOf(measured, bound.with, bound.which ?? which)
  return other === undefined ? undefined : other * bound.times
}

function boundText(bound: Bound): string {
  if ('value' in bound) return 'its own bound'
  const ratio = bound.times < 0.2 ? `1/${rounded(1 / bound.times)}` : String(bound.times)
  return 'ownOf' in bound ? `${ratio} × our own ${bound.ownOf.of}` : `${ratio} × ${bound.with}`
}

/** Of all the runs that gave figures; undefined when none did. */
function medianOf(measured: Measured, name: ContenderName, which: Which): number | undefined {
  const runs = seriesOf(measured.get(which.scenario) ?? [], name)?.runs ?? []
  const values = runs.flatMap(({ figures }) =>
    figures
      .filter((figure) => figure.of === which.of && figure.name === which.name)
      .map(({ value }) => value),
  )
  return values.length === 0 ? undefined : median(values)
}

function orNull(value: number | undefined): number | null {
  return value === undefined ? null : rounded(value)
}
