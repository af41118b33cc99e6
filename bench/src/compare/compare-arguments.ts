/** What was typed behind `pnpm bench compare`. Rule BE21. */
import type { ContenderName } from './contender.ts'
import { contenders } from './contenders.ts'
import type { CompareScenario, CompareSize } from './scenario.ts'

export type CompareAsked =
  | {
      readonly ok: true
      readonly scenarios: readonly CompareScenario[]
      readonly contenders: readonly ContenderName[]
      readonly size: CompareSize
      readonly runs: number
    }
  | { readonly ok: false; readonly sentence: string }

const usualRuns = 5
const quickRuns = 3

export function readCompareArguments(
  words: readonly string[],
  all: readonly CompareScenario[],
): CompareAsked {
  const named = words.filter((word) => !word.startsWith('--'))
  const scenarios = all.filter(
    ({ name }) => named.length === 0 || named.some((word) => name === word || name.startsWith(`${word}-`)),
  )
  const unknown = named.filter((word) =>
    all.every(({ name }) => name !== word && !name.startsWith(`${word}-`)),
  )
  if (unknown.length > 0) {
    return wrong(
      `No such scenario: ${unknown.join(', ')}. There are: ${all.map(({ name }) => name).join(', ')}.`,
    )
  }
  const quick = words.includes('--quick')
  let runs = quick ? quickRuns : usualRuns
  let chosen: readonly ContenderName[] = contenderNames
  for (const option of words.filter((word) => word.startsWith('--') && word !== '--quick')) {
    const [, key = '', text = ''] = /^--([a-z]+)=(.+)$/.exec(option) ?? []
    if (key === 'runs') {
      runs = Number(text)
      if (!Number.isInteger(runs) || runs < 1) return wrong(`${option} is no number of runs.`)
    } else if (key === 'with') {
      const names = text.split(',')
      chosen = contenderNames.filter((name) => names.includes(name))
      const strangers = names.filter((name) => contenderNames.every((known) => known !== name))
      if (strangers.length > 0) {
        return wrong(`No such contender: ${strangers.join(', ')}. There are: ${contenderNames.join(', ')}.`)
      }
    } else {
      return wrong(`There is no ${option}. There are: --quick, --runs=<n>, --with=<contender>,<contender>.`)
    }
  }
  return { ok: true, scenarios, contenders: chosen, size: quick ? 'quick' : 'full', runs }
}

const contenderNames: readonly ContenderName[] = Object.values(contenders).map(({ name }) => name)

function wrong(sentence: string): CompareAsked {
  return { ok: false, sentence }
}
