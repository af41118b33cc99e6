/** What was measured, as files that are kept: `results/<scenario>.json`, and the table made of them in README.md. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from './folders.ts'
import type { Machine } from './machine.ts'
import { rounded } from './machine.ts'
import type { Run } from './scenario.ts'
import { median } from './statistics.ts'

export interface Result {
  readonly command: string
  readonly machine: Machine
  /** How busy the machine was, besides us: before the first run. After the last run it is our own doing, too. */
  readonly loadBefore: number
  readonly loadAfter: number
  readonly runs: number
  /** Messages, sockets or entries of all runs that were seen to be where they should be. */
  readonly checked: number
  readonly figures: readonly KeptFigure[]
}

export interface KeptFigure {
  readonly of: string
  readonly name: string
  readonly unit: string
  readonly median: number
  /** One of each run, in their order. */
  readonly values: readonly number[]
}

/** All runs give the same figures. */
export function keptFigures(runs: readonly Run[]): readonly KeptFigure[] {
  const [first] = runs
  return (first?.figures ?? []).map(({ of, name, unit }) => {
    const values = runs.map((run) => {
      const figure = run.figures.find(
        (other) => other.of === of && other.name === name && other.unit === unit,
      )
      if (figure === undefined) throw new Error(`a run gave no figure for ${of}, ${name}`)
      return figure.value
    })
    return { of, name, unit, median: rounded(median(values)), values: values.map(rounded) }
  })
}

const folder = join(benchFolder, 'results')

export function keepResult(name: string, result: Result): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
}

export function readResult(name: string): Result | undefined {
  const path = join(folder, `${name}.json`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of our own, written above
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result) : undefined
}
