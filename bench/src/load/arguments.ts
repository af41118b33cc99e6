/** What was typed behind `pnpm load`. Rule BE13. */
import type { LoadScenario, Numbers } from './scenario.ts'

export type Asked =
  | {
      readonly ok: true
      readonly scenario: LoadScenario
      readonly quick: boolean
      readonly save: boolean
      readonly numbers: Numbers
    }
  | { readonly ok: false; readonly sentence: string }

export function readArguments(words: readonly string[], scenarios: readonly LoadScenario[]): Asked {
  const [name, ...options] = words
  const scenario = scenarios.find((one) => one.name === name)
  if (scenario === undefined) {
    const names = scenarios.map((one) => one.name).join(', ')
    return wrong(
      `${name === undefined ? 'Name a scenario' : `No such scenario: ${name}`}. There are: ${names}.`,
    )
  }
  const quick = options.includes('--quick')
  const save = options.includes('--save')
  const numbers: Record<string, number> = { ...(quick ? scenario.quick : scenario.full) }
  for (const option of options) {
    if (option === '--quick' || option === '--save') continue
    const [, key = '', text = ''] = /^--([\w-]+)=(.*)$/.exec(option) ?? []
    const value = Number(text)
    if (!Object.hasOwn(numbers, key)) {
      const known = Object.keys(numbers).map((one) => `--${one}=<n>`)
      return wrong(`${name} has no ${option}. There are: --quick, --save, ${known.join(', ')}.`)
    }
    if (text === '' || !Number.isFinite(value) || value < 0) return wrong(`${option} is no number.`)
    numbers[key] = value
  }
  if (quick && save) return wrong('Figures of a quick run mean nothing, and are not saved.')
  return { ok: true, scenario, quick, save, numbers }
}

function wrong(sentence: string): Asked {
  return { ok: false, sentence }
}
