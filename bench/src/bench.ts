/** `pnpm bench`: measures what is named, or everything, keeps the results and writes the table. Rules BE3 to BE6. */
import { load, lookAtMachine } from './machine.ts'
import { keepResult, keptFigures, readResult, type Result } from './results.ts'
import type { Run, Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { tableOf, type Told, writeSection } from './table.ts'

/** The code to end with. */
export async function bench(names: readonly string[], print: (text: string) => void): Promise<number> {
  const unknown = names.filter((name) => scenarios.every((scenario) => scenario.name !== name))
  if (unknown.length > 0) {
    print(
      `No such scenario: ${unknown.join(', ')}. There are: ${scenarios.map(({ name }) => name).join(', ')}.`,
    )
    return 2
  }
  for (const scenario of scenarios) {
    if (names.length > 0 && !names.includes(scenario.name)) continue
    const result = await measure(scenario, print)
    keepResult(scenario.name, result)
    print(`\n${tableOf({ scenario, result })}\n`)
    writeSection(allTold())
  }
  return 0
}

async function measure(scenario: Scenario, print: (text: string) => void): Promise<Result> {
  const machine = lookAtMachine()
  const loadBefore = load()
  const runs: Run[] = []
  for (let number = 1; number <= scenario.runs; number += 1) {
    print(`${scenario.name}: run ${number} of ${scenario.runs}`)
    runs.push(await scenario.run('full'))
  }
  return {
    command: `pnpm bench ${scenario.name}`,
    machine,
    loadBefore,
    loadAfter: load(),
    runs: runs.length,
    checked: runs.reduce((sum, run) => sum + run.checked, 0),
    figures: keptFigures(runs),
  }
}

/** Everything that has been measured, now or before. */
export function allTold(): readonly Told[] {
  return scenarios.flatMap((scenario) => {
    const result = readResult(scenario.name)
    return result === undefined ? [] : [{ scenario, result }]
  })
}
