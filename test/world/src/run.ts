/** One run: a life from a seed, its end, and everything that was wrong with it. Rules WO1, WO15. */
import { checkEvents } from './check-events.ts'
import { checkJournal } from './check-journal.ts'
import { checkList } from './check-list.ts'
import { checkLog, truthsOf } from './check-log.ts'
import { checkMarks } from './check-marks.ts'
import { checkBlocks, checkOwn, clearedFor } from './check-own.ts'
import { checkReplica, makeableOf } from './check-replicas.ts'
import { checkSignals, checkUnstored } from './check-signals.ts'
import { checkUnread } from './check-unread.ts'
import type { CounterName } from './counters.ts'
import type { Fault } from './faults.ts'
import { heal } from './heal.ts'
import { live } from './life.ts'
import { probe } from './probe.ts'
import { createRandom } from './random.ts'
import { type RealWorld, watchRealWorld } from './real-world.ts'
import { drawSettings } from './settings.ts'
import { createWorld, type World } from './world.ts'

export interface RunOptions {
  readonly seed: number
  readonly fault?: Fault | null
  readonly keepTrace?: boolean
}

export interface RunResult {
  readonly seed: number
  readonly violations: readonly string[]
  readonly counters: Readonly<Record<CounterName, number>>
  /** Equal for equal runs. */
  readonly hash: string
  readonly trace: readonly string[]
}

export async function runSeed({ seed, fault = null, keepTrace = false }: RunOptions): Promise<RunResult> {
  const settings = drawSettings(createRandom(`settings ${seed}`), fault)
  const world = createWorld({ seed: `world ${seed}`, settings, keepTrace })
  const real = watchRealWorld()
  const violations: string[] = []
  try {
    await live(world)
    violations.push(...(await judge(world)))
  } catch (error) {
    violations.push(
      `the run ended by ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
  violations.push(...leaks(real))
  return {
    seed,
    violations,
    counters: world.counters.all(),
    hash: world.trace.hash(),
    trace: world.trace.lines,
  }
}

/** Heals the world and says what is wrong with it. */
export async function judge(world: World): Promise<readonly string[]> {
  const { replicas, violations } = await heal(world)
  const truths = truthsOf(world)
  const renewed = world.counters.get('epochChanges') > 0
  const makeable = makeableOf(world, replicas)
  const found = [
    ...violations,
    ...checkLog(world, truths),
    ...replicas.flatMap((replica) =>
      checkReplica(replica, clearedFor(world, replica.device.user, truths), renewed, makeable),
    ),
    ...replicas.flatMap((replica) => checkList(replica)),
    ...replicas.flatMap((replica) => checkOwn(world, replica)),
    ...replicas.flatMap((replica) => checkMarks(world, replica, truths)),
    ...checkBlocks(world, truths),
    ...replicas.flatMap((replica) => checkUnread(world, replica, truths)),
    ...(replicas.length === 0 ? [] : checkJournal(world, truths, replicas)),
    ...checkEvents(world),
  ]
  const quiet = replicas.length === 0 ? [] : await probe(world, replicas)
  return [
    ...world.journal.violations,
    ...world.relay.errors.map((error) => `the relay logged an error: ${error}`),
    ...found,
    ...quiet,
    ...checkSignals(world),
    ...checkUnstored(world, replicas),
  ]
}

function leaks(real: RealWorld): readonly string[] {
  return real.end()
}
