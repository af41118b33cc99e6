/** The whole suite against one relay process: a line for each attack and door, and a sum. */
import { checkRelayData } from '@parley/relay/node'
import type { Door } from './answers.ts'
import { doorsOf, type ThemedAttack } from './attack.ts'
import { openBystanders } from './bystanders.ts'
import type { ProcessGround } from './ground-process.ts'
import { openProbe } from './probe.ts'
import { type Result, tryAttack } from './trial.ts'
import { ceilings, createWatch } from './watch.ts'

export interface Wanted {
  readonly door?: Door | undefined
  readonly only?: string | undefined
}

export interface Task {
  readonly attack: ThemedAttack
  readonly door: Door
}

/** How many go on at once in a brief run. */
const atOnce = 6

/** `only`: a name, or a theme. */
export function tasksOf(attacks: readonly ThemedAttack[], { door, only }: Wanted): readonly Task[] {
  return attacks
    .filter(({ name, theme }) => only === undefined || name === only || theme === only)
    .flatMap((attack) => doorsOf(attack).map((through) => ({ attack, door: through })))
    .filter((task) => door === undefined || task.door === door)
}

export async function runSuite(
  ground: ProcessGround,
  tasks: readonly Task[],
  print: (line: string) => void,
  brief = false,
): Promise<readonly Result[]> {
  const { network } = ground
  const probe = await openProbe(ground, network)
  const bystanders = await openBystanders(ground, network)
  const watch = createWatch(network, probe, bystanders)
  const results: Result[] = []
  const tell = (result: Result): void => {
    results.push(result)
    print(lineOf(result))
  }
  const attempt = async ({ attack, door }: Task): Promise<void> => {
    tell(await tryAttack(ground, attack, door, { watch, brief }))
  }
  const check = (after: string): void => {
    // The conversation that a problem names leads to the attack: each has its own.
    const problems = checkRelayData(network.directory).problems.map((problem) => `parley check: ${problem}`)
    if (problems.length > 0) tell(fallen(`the data after ${after}`, problems))
  }
  if (brief) {
    // Each has people of its own, so several may go on at once. A flood is for itself: others would wait for it.
    await inParallel(
      tasks.filter(({ attack }) => attack.theme !== 'floods').map((task) => async () => attempt(task)),
    )
    for (const task of tasks) if (task.attack.theme === 'floods') await attempt(task)
    check('everything')
  } else {
    // One at a time: what is otherwise afterwards is its doing.
    for (const [index, task] of tasks.entries()) {
      await attempt(task)
      const { theme } = task.attack
      if (tasks[index + 1]?.attack.theme !== theme) check(theme)
    }
  }
  await probe.close()
  await bystanders.close()
  return results
}

async function inParallel(works: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...works]
  const worker = async (): Promise<void> => {
    for (let work = left.shift(); work !== undefined; work = left.shift()) await work()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Something that fell and is no attack's doing alone. */
export function fallen(what: string, faults: readonly string[]): Result {
  return { attack: what, door: 'parley', faults, seen: 'damage', ms: 0, waitMs: 0, heldMs: 0 }
}

export function lineOf({ attack, door, faults, seen, ms, waitMs, heldMs }: Result): string {
  const slow = waitMs > ceilings.noticedMs ? `, others waited ${Math.round(waitMs)} ms` : ''
  const held = heldMs > ceilings.noticedHeldMs ? `, loop held ${Math.round(heldMs)} ms` : ''
  const line = `${faults.length === 0 ? 'held' : 'FELL'}  ${attack} (${door}): ${short(seen)}, ${Math.round(ms)} ms${slow}${held}`
  return [line, ...faults.map((fault) => `      ${fault.slice(0, 1000)}`)].join('\n')
}

function short(seen: string): string {
  return seen.length <= 80 ? seen : `${seen.slice(0, 77)}...`
}

export function sumOf(results: readonly Result[]): string {
  const fell = results.filter(({ faults }) => faults.length > 0).length
  return `${results.length - fell} held, ${fell} fell`
}
