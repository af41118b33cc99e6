/**
 * `pnpm load`: puts a relay under what is named, prints figures and checks, and says by its code whether all of them hold.
 * Rules BE8 to BE11.
 */
import { load as machineLoad, lookAtMachine } from '../machine.ts'
import { maxOpenFiles } from '../process-usage.ts'
import { type RelayProcess, startRelay } from '../relay-process.ts'
import { readArguments } from './arguments.ts'
import { type Crew, startCrew } from './crew.ts'
import { keepLoad, type LoadResult, loadTable, tellLoads } from './kept.ts'
import type { LoadRun, LoadScenario, Numbers, Stage } from './scenario.ts'
import { loadScenarios } from './scenarios.ts'

/** The code to end with: 0, 1 for a check that does not hold, 2 for what cannot be run. */
export async function load(
  words: readonly string[],
  print: (text: string) => void,
  scenarios: readonly LoadScenario[] = loadScenarios,
  filesAllowed: number = maxOpenFiles(process.pid),
): Promise<number> {
  const asked = readArguments(words, scenarios)
  if (!asked.ok) {
    print(asked.sentence)
    return 2
  }
  const { scenario, quick, numbers } = asked
  const number = numberOf(scenario.name, numbers)
  const needed = scenario.sockets(number) + spareFiles
  if (filesAllowed < needed) {
    print(
      `Here a process may have ${filesAllowed} files open, and ${scenario.name} needs ${needed}. Raise that first (ulimit -n ${needed}), or take fewer sockets.`,
    )
    return 2
  }
  const limits = scenario.limits(number)
  print(scenario.about)
  print(`The relay’s limits: ${limits.length === 0 ? 'its defaults' : limits.join(' ')}.`)
  const machine = lookAtMachine()
  const loadBefore = machineLoad()
  const run = await runLoad(scenario, numbers, print)
  const result: LoadResult = {
    command: ['pnpm load', ...words.filter((word) => word !== '--save')].join(' '),
    machine,
    loadBefore,
    loadAfter: machineLoad(),
    limits,
    ...run,
  }
  print(`\n${loadTable(scenario, result)}\n`)
  if (asked.save) {
    keepLoad(scenario.name, result)
    tellLoads(scenarios)
  }
  const failed = run.checks.filter(({ kind, holds }) => !holds && (kind === 'truth' || !quick))
  print(failed.length === 0 ? 'All checks hold.' : `${failed.length} checks do not hold.`)
  return failed.length === 0 ? 0 : 1
}

/** Besides sockets: a store, a log, libraries. */
const spareFiles = 200

/** Everything a scenario has started has ended when this resolves or rejects. */
export async function runLoad(
  scenario: LoadScenario,
  numbers: Numbers,
  tell: (text: string) => void,
): Promise<LoadRun> {
  const relays: RelayProcess[] = []
  const crews: Crew[] = []
  const number = numberOf(scenario.name, numbers)
  const stage: Stage = {
    number,
    tell,
    async startRelay(options = {}) {
      const relay = await startRelay({ ...options, options: scenario.limits(number) })
      relays.push(relay)
      return relay
    },
    async startCrew() {
      const crew = startCrew()
      crews.push(crew)
      await crew.ask('ready')
      return crew
    },
  }
  try {
    return await scenario.run(stage)
  } finally {
    await Promise.all(crews.map(async (crew) => crew.end()))
    for (const relay of relays) await relay.dispose()
  }
}

function numberOf(scenario: string, numbers: Numbers): (name: string) => number {
  return (name) => {
    const value = numbers[name]
    if (value === undefined) throw new Error(`${scenario} knows no ${name}`)
    return value
  }
}
