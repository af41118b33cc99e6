/** `pnpm bench compare`: measures what is named, or everything, beside the peers and the limits. Rules BE15, BE16, BE21. */
import { load } from '../machine.ts'
import { comparedTable, keepComparison, lookAtComparedMachine, resultOf } from './compare-results.ts'
import { readCompareArguments } from './compare-arguments.ts'
import { contenders } from './contenders.ts'
import { partCores } from './cores.ts'
import { PeersMissing, preparePeers } from './peers.ts'
import { peersNode } from './peers-folder.ts'
import { runAll } from './run-all.ts'
import type { Setting } from './scenario.ts'
import { compareScenarios } from './scenarios.ts'

/** The code to end with. */
export async function compare(words: readonly string[], print: (text: string) => void): Promise<number> {
  const asked = readCompareArguments(words, compareScenarios)
  if (!asked.ok) {
    print(asked.sentence)
    return 2
  }
  if (!(await ready(print))) return 1
  const setting: Setting = { node: peersNode, tell: print }
  for (const scenario of asked.scenarios) {
    const names = scenario.contenders.filter((name) => name === 'parley' || asked.contenders.includes(name))
    const machine = lookAtComparedMachine(peersNode)
    const loadBefore = load()
    const series = await runAll({
      scenario,
      contenders: names.map((name) => contenders[name]),
      size: asked.size,
      runs: asked.runs,
      setting,
    })
    const chosen = names.length === scenario.contenders.length ? '' : ` --with=${names.join(',')}`
    const command = `pnpm bench compare ${scenario.name}${chosen}`
    const result = resultOf(series, { command, machine, loadBefore, loadAfter: load(), runs: asked.runs })
    // Its command says with whom; whoever is alone is compared with nobody.
    if (asked.size === 'full' && names.length > 1) keepComparison(scenario, result)
    print(`\n${comparedTable(scenario, result)}\n`)
  }
  return 0
}

/** Installs what is missing, and takes a core to itself. */
export async function ready(print: (text: string) => void): Promise<boolean> {
  try {
    await preparePeers(print)
  } catch (error) {
    if (!(error instanceof PeersMissing)) throw error
    print(error.message)
    return false
  }
  partCores()
  return true
}
