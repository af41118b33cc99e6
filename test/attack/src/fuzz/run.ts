/** Rounds of inputs on targets, until somebody says stop: what fails is shrunk and told, what reaches a new branch is kept. */
import { type Failure, growthInputs, maxGrowth, settledBytes, tryInput } from './budget.ts'
import { readCorpus } from './corpus.ts'
import type { Coverage } from './coverage.ts'
import { inputsOf } from './inputs.ts'
import { shrink } from './shrink.ts'
import type { Target } from './target.ts'

export interface Finding extends Failure {
  readonly target: string
  readonly seed: string
  readonly input: Uint8Array
  readonly smallest: Uint8Array
}

export interface RunSetting {
  readonly targets: readonly Target[]
  readonly seed: string
  /** Asked before each slice of a target. */
  readonly goesOn: () => boolean
  readonly sliceMs: number
  readonly coverage?: Coverage
  readonly onInput?: (target: number, input: Uint8Array) => void
  readonly onFinding: (finding: Finding) => void
  /** After each slice. */
  readonly onSlice?: (target: string, inputs: number, kept: readonly Uint8Array[]) => void
}

interface Lane {
  readonly target: Target
  readonly index: number
  readonly pool: Uint8Array[]
  round: number
  /** Since memory was marked. */
  inputs: number
  grown: number
  /** Slices in a row after which too much was left. */
  over: number
  warm: boolean
}

export async function runTargets(setting: RunSetting): Promise<void> {
  const lanes = setting.targets.map((target, index): Lane => {
    return {
      target,
      index,
      pool: [...readCorpus(target.name)],
      round: 0,
      inputs: 0,
      grown: 0,
      over: 0,
      warm: false,
    }
  })
  const seen = new Set<string>()
  const told = new Set<string>()
  if (setting.coverage !== undefined) await replay(lanes, setting.coverage, seen)
  while (setting.goesOn()) {
    for (const lane of lanes) {
      if (!setting.goesOn()) return
      await runSlice(lane, setting, seen, told)
    }
  }
}

/** What the corpus reaches is not new. */
async function replay(lanes: readonly Lane[], coverage: Coverage, seen: Set<string>): Promise<void> {
  for (const { target, pool } of lanes) for (const input of pool) await tryInput(target, input)
  for (const branch of coverage.take()) seen.add(branch)
}

async function runSlice(
  lane: Lane,
  setting: RunSetting,
  seen: Set<string>,
  told: Set<string>,
): Promise<void> {
  const held = await settledBytes()
  const end = performance.now() + setting.sliceMs
  const before = lane.pool.length
  let inputs = 0
  do {
    inputs += await runRound(lane, setting, seen, told)
  } while (performance.now() < end)
  watchGrowth(lane, inputs, (await settledBytes()) - held, setting, told)
  setting.onSlice?.(lane.target.name, inputs, lane.pool.slice(before))
}

async function runRound(
  lane: Lane,
  setting: RunSetting,
  seen: Set<string>,
  told: Set<string>,
): Promise<number> {
  const { target, index, pool } = lane
  const inputs = inputsOf(target, setting.seed, lane.round, pool)
  lane.round += 1
  for (const input of inputs) {
    setting.onInput?.(index, input)
    const failure = await tryInput(target, input)
    if (failure !== undefined) await tell(lane, input, failure, setting, told)
  }
  if (setting.coverage !== undefined) {
    const fresh = added(setting.coverage.take(), seen)
    if (fresh.size > 0) await keepNew(lane, inputs, setting.coverage, seen, setting.onInput)
  }
  return inputs.length
}

/** Halves what reached something new until single inputs are left. */
async function keepNew(
  lane: Lane,
  inputs: readonly Uint8Array[],
  coverage: Coverage,
  seen: Set<string>,
  onInput: RunSetting['onInput'],
): Promise<void> {
  for (const input of inputs) {
    onInput?.(lane.index, input)
    await tryInput(lane.target, input)
  }
  const reached = coverage.take()
  if (added(reached, seen).size === 0) return
  const [only] = inputs
  if (inputs.length === 1 && only !== undefined) {
    lane.pool.push(only)
    for (const branch of reached) seen.add(branch)
    return
  }
  const middle = Math.ceil(inputs.length / 2)
  await keepNew(lane, inputs.slice(0, middle), coverage, seen, onInput)
  await keepNew(lane, inputs.slice(middle), coverage, seen, onInput)
}

function added(reached: ReadonlySet<string>, seen: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...reached].filter((branch) => !seen.has(branch)))
}

async function tell(
  { target, index }: Lane,
  input: Uint8Array,
  failure: Failure,
  setting: RunSetting,
  told: Set<string>,
): Promise<void> {
  // The same thing, however often it happens: by its words without their numbers.
  const key = `${target.name} ${failure.kind} ${failure.detail.replaceAll(/\d+/g, '#').slice(0, 60)}`
  if (told.has(key)) return
  told.add(key)
  const smallest = await shrink(target, input, failure, (tried) => {
    setting.onInput?.(index, tried)
  })
  setting.onFinding({ ...failure, target: target.name, seed: setting.seed, input, smallest })
}

/** The first slice fills caches, and counts for nothing. */
function watchGrowth(
  lane: Lane,
  inputs: number,
  bytes: number,
  setting: RunSetting,
  told: Set<string>,
): void {
  if (!lane.warm) {
    lane.warm = true
    return
  }
  lane.inputs += inputs
  lane.grown += bytes
  lane.over = lane.grown > maxGrowth ? lane.over + 1 : 0
  const { name } = lane.target
  if (lane.over >= 3 && !told.has(`${name} grown`)) {
    told.add(`${name} grown`)
    const detail = `${(lane.grown / 2 ** 20).toFixed(1)} MB are left of ${lane.inputs} inputs`
    const nothing = new Uint8Array()
    setting.onFinding({
      kind: 'grown',
      detail,
      target: name,
      seed: setting.seed,
      input: nothing,
      smallest: nothing,
    })
  }
  if (lane.inputs < growthInputs) return
  lane.inputs = 0
  lane.grown = 0
}
