/** What `pnpm load` has found, as files that are kept and as the tables of README.md made of them. Rule BE14. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from '../folders.ts'
import { type Machine, rounded } from '../machine.ts'
import { machineText, plain } from '../table.ts'
import type { LoadRun, LoadScenario } from './scenario.ts'

export interface LoadResult extends LoadRun {
  readonly command: string
  readonly machine: Machine
  readonly loadBefore: number
  readonly loadAfter: number
  /** Options of the relay that were not its defaults. */
  readonly limits: readonly string[]
}

type Named = Pick<LoadScenario, 'name' | 'about'>

const begin = '<!-- load: written by "pnpm load --save", do not edit -->'
const end = '<!-- end of load -->'
const readme = join(benchFolder, 'README.md')
const folder = join(benchFolder, 'results')
const pathOf = (name: string): string => join(folder, `load-${name}.json`)

export function keepLoad(name: string, result: LoadResult): void {
  mkdirSync(folder, { recursive: true })
  const figures = result.figures.map((figure) => ({ ...figure, value: rounded(figure.value) }))
  writeFileSync(pathOf(name), `${JSON.stringify({ ...result, figures }, null, 2)}\n`)
}

function readLoad(name: string): LoadResult | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of our own, written above
  return existsSync(pathOf(name)) ? (JSON.parse(readFileSync(pathOf(name), 'utf8')) as LoadResult) : undefined
}

/** The part of README.md that is made of what is kept, marks included. */
export function loadSection(scenarios: readonly Named[]): string {
  const tables = scenarios.flatMap((scenario) => {
    const result = readLoad(scenario.name)
    return result === undefined ? [] : [loadTable(scenario, result)]
  })
  return [begin, ...tables, end].join('\n\n')
}

export function readLoadSection(): string {
  const { text, from, to } = findSection()
  return text.slice(from, to)
}

export function tellLoads(scenarios: readonly Named[]): void {
  const { text, from, to } = findSection()
  writeFileSync(readme, `${text.slice(0, from)}${loadSection(scenarios)}${text.slice(to)}`)
}

function findSection(): { readonly text: string; readonly from: number; readonly to: number } {
  const text = readFileSync(readme, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error('README.md has lost the marks of pnpm load')
  return { text, from, to: to + end.length }
}

export function loadTable({ name, about }: Named, result: LoadResult): string {
  const { command, machine, loadBefore, loadAfter, limits, figures, checks } = result
  const columns = [...new Set(figures.map(({ of }) => of))]
  const rows = [...new Set(figures.map((figure) => `${figure.name}, ${figure.unit}`))]
  return [
    `### ${name}`,
    '',
    about,
    '',
    `| \`${command}\` | ${columns.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(columns.length)}`,
    ...rows.map((row) => {
      const cells = columns.map((column) => {
        const figure = figures.find((one) => one.of === column && `${one.name}, ${one.unit}` === row)
        return figure === undefined ? '–' : plain(figure.value)
      })
      return `| ${[row, ...cells].join(' | ')} |`
    }),
    '',
    ...checks.map(
      ({ holds, says, found }) => `- ${holds ? 'Holds' : '**Does not hold**'}: ${says} (${found}).`,
    ),
    '',
    `Limits of the relay: ${limits.length === 0 ? 'its defaults' : limits.map((one) => `\`${one}\``).join(', ')}. Relay and devices share ${machineText(machine)}; load ${loadBefore} before, ${loadAfter} after.`,
  ].join('\n')
}
