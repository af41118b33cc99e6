/**
 * One input on one target, held against its budget: no exception, no more than 50 ms, no more than 16 MB.
 *
 * A busy machine makes anything slow now and then: what took too long, or too much, is tried three times more, and counts
 * only when it does so each time. Rules AT43 to AT45.
 */
import { setFlagsFromString, getHeapStatistics } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Fallen, type Target } from './target.ts'

export const maxMilliseconds = 50
export const maxBytesEach: number = 16 * 1024 * 1024
/** What may be left of a hundred thousand inputs. */
export const maxGrowth: number = 16 * 1024 * 1024
export const growthInputs = 100_000

export type FindingKind = 'thrown' | 'fallen' | 'slow' | 'large' | 'grown' | 'hung'

export interface Failure {
  readonly kind: FindingKind
  readonly detail: string
}

setFlagsFromString('--expose-gc')
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the flag above gives this name
const collect = runInNewContext('gc') as () => void

function collectGarbage(): void {
  collect()
}

/** What is held on the heap and beside it, by arrays of bytes. */
function heldBytes(): number {
  const { used_heap_size: used, external_memory: external } = getHeapStatistics()
  return used + external
}

/** Of this thread alone: what others do to a busy machine is not counted. */
function cpuMilliseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Once everything has gone that nobody holds: arrays of bytes go a moment later than what held them. */
export async function settledBytes(): Promise<number> {
  collectGarbage()
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  collectGarbage()
  return heldBytes()
}

interface Measure {
  readonly milliseconds: number
  readonly bytes: number
  readonly failure: Failure | undefined
}

export async function tryInput(target: Target, input: Uint8Array): Promise<Failure | undefined> {
  const first = await measure(target.run, input)
  if (first.failure !== undefined) return first.failure
  if (first.milliseconds <= maxMilliseconds && first.bytes <= maxBytesEach) return undefined
  return tryAgain(target, input, first)
}

/** The decoder alone: what an oracle costs is no fault of it. */
async function tryAgain(target: Target, input: Uint8Array, first: Measure): Promise<Failure | undefined> {
  let { milliseconds, bytes } = first
  for (let again = 0; again < 3; again += 1) {
    collectGarbage()
    const measured = await measure(target.read ?? target.run, input)
    if (measured.failure !== undefined) return measured.failure
    milliseconds = Math.min(milliseconds, measured.milliseconds)
    bytes = Math.min(bytes, measured.bytes)
  }
  if (milliseconds > maxMilliseconds)
    return { kind: 'slow', detail: `takes ${milliseconds.toFixed(0)} ms each time` }
  if (bytes > maxBytesEach)
    return { kind: 'large', detail: `takes ${(bytes / 2 ** 20).toFixed(1)} MB each time` }
  return undefined
}

/** Targets that answer at once are not waited for: a turn of the queue costs more than most of them. */
function measure(run: (input: Uint8Array) => unknown, input: Uint8Array): Measure | Promise<Measure> {
  const held = heldBytes()
  const start = cpuMilliseconds()
  const finish = (failure?: Failure): Measure => ({
    milliseconds: cpuMilliseconds() - start,
    bytes: heldBytes() - held,
    failure,
  })
  try {
    const pending = run(input)
    if (!(pending instanceof Promise)) return finish()
    return pending.then(
      () => finish(),
      (error: unknown) => finish(failureOf(error)),
    )
  } catch (error) {
    return finish(failureOf(error))
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Fallen) return { kind: 'fallen', detail: error.message }
  const { stack } = error instanceof Error ? error : new Error(String(error))
  return { kind: 'thrown', detail: (stack ?? String(error)).split('\n').slice(0, 4).join(' | ') }
}
