/** `pnpm bench relay --quick`: every goal in three short alternating runs, a line of JSON for each. Rule BE22. */
import { measureBundles } from './bundle.ts'
import { contenders } from './contenders.ts'
import { ready } from './compare.ts'
import { goals } from './goals.ts'
import { judge, type Measured } from './judge.ts'
import { peersNode } from './peers-folder.ts'
import { runAll, type Series } from './run-all.ts'
import type { CompareScenario } from './scenario.ts'
import { compareScenarios } from './scenarios.ts'

const quickRuns = 3
const usage =
  'pnpm bench relay --quick runs every goal three times, shortly; name goals (G1 G4) to run no others. Full figures: pnpm bench compare.'

/** The code to end with: 0 when every floor is met. */
export async function relayGoals(words: readonly string[], print: (text: string) => void): Promise<number> {
  const named = words.filter((word) => word !== '--quick')
  const strangers = named.filter((name) => goals.every(({ goal }) => goal !== name))
  if (strangers.length > 0 || !words.includes('--quick')) {
    const none = strangers.length > 0 ? `There is no ${strangers.join(', ')}. ` : ''
    print(`${none}${usage}`)
    return 2
  }
  // Lines of JSON alone go where others read them.
  const tell = (line: string): void => {
    process.stderr.write(`${line}\n`)
  }
  if (!(await ready(tell))) return 1
  const wanted = goals.filter(({ goal }) => named.length === 0 || named.includes(goal))
  const measured = await measure(scenariosOf(wanted), tell)
  let met = true
  for (const goal of wanted) {
    const { line, missed } = judge(goal, measured)
    print(JSON.stringify(line))
    for (const one of missed) tell(`${goal.goal}: ${one}`)
    met &&= line.ok
  }
  return met ? 0 : 1
}

function scenariosOf(wanted: typeof goals): ReadonlySet<string> {
  return new Set(wanted.flatMap(({ conditions }) => conditions.map(({ which }) => which.scenario)))
}

/** What does little but wait is run at once, behind the rest. */
async function measure(names: ReadonlySet<string>, tell: (line: string) => void): Promise<Measured> {
  const measured = new Map<string, readonly Series[]>()
  const wanted = compareScenarios.filter(({ name }) => names.has(name))
  const keep = async (scenario: CompareScenario): Promise<void> => {
    const series = await seriesOfOurs(scenario, tell)
    if (series !== undefined) measured.set(scenario.name, series)
  }
  for (const scenario of wanted.filter(({ timeless }) => timeless !== 'waits')) await keep(scenario)
  await Promise.all(wanted.filter(({ timeless }) => timeless === 'waits').map(keep))
  if (names.has('bundle')) measured.set('bundle', measureBundles())
  return measured
}

/** Undefined when a run of ours gave no figures: its goals are not met, then, and the others are measured all the same. */
async function seriesOfOurs(
  scenario: CompareScenario,
  tell: (line: string) => void,
): Promise<readonly Series[] | undefined> {
  const begin = performance.now()
  const compared = scenario.quick.map((name) => contenders[name])
  const setting = { node: peersNode, tell }
  try {
    return await runAll({ scenario, contenders: compared, size: 'quick', runs: quickRuns, setting })
  } catch (error) {
    tell(`${scenario.name}: no figures, ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  } finally {
    tell(`${scenario.name}: ${((performance.now() - begin) / 1000).toFixed(0)} s`)
  }
}
