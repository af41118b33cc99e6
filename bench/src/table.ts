/** Results as Markdown, between two marks in README.md: nobody copies a figure by hand. Rule BE4. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from './folders.ts'
import type { Machine } from './machine.ts'
import type { KeptFigure, Result } from './results.ts'
import type { Scenario } from './scenario.ts'

export interface Told {
  readonly scenario: Pick<Scenario, 'name' | 'about'>
  readonly result: Result
}

const begin = '<!-- figures: written by "pnpm bench", do not edit -->'
const end = '<!-- end of the figures -->'
const readme = join(benchFolder, 'README.md')

/** The part of README.md that is generated, marks included. */
export function section(told: readonly Told[]): string {
  return [begin, ...told.map(tableOf), end].join('\n\n')
}

export function readSection(): string {
  const text = readFileSync(readme, 'utf8')
  return text.slice(placeOf(text, begin), placeOf(text, end) + end.length)
}

export function writeSection(told: readonly Told[]): void {
  const text = readFileSync(readme, 'utf8')
  const before = text.slice(0, placeOf(text, begin))
  const after = text.slice(placeOf(text, end) + end.length)
  writeFileSync(readme, `${before}${section(told)}${after}`)
}

function placeOf(text: string, mark: string): number {
  const at = text.indexOf(mark)
  if (at < 0) throw new Error(`README.md has lost the mark ${mark}`)
  return at
}

export function tableOf({ scenario, result }: Told): string {
  const columns = unique(result.figures.map(columnOf))
  const rows = unique(result.figures.map(({ of }) => of))
  const lines = rows.map((of) => {
    const cells = columns.map((column) =>
      cellOf(result.figures.find((figure) => figure.of === of && columnOf(figure) === column)),
    )
    return `| ${[of, ...cells].join(' | ')} |`
  })
  return [
    `### ${scenario.name}`,
    '',
    scenario.about,
    '',
    `| \`${result.command}\` | ${columns.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(columns.length)}`,
    ...lines,
    '',
    `${result.runs} runs, ${result.checked} counted and checked; ${machineText(result.machine)}; load ${result.loadBefore} before, ${result.loadAfter} after.`,
  ].join('\n')
}

function columnOf({ name, unit }: KeptFigure): string {
  return `${name}, ${unit}`
}

/** The median, and from where to where the runs went. */
function cellOf(figure: KeptFigure | undefined): string {
  if (figure === undefined) return '–'
  const { values } = figure
  return `**${plain(figure.median)}** (${plain(Math.min(...values))} – ${plain(Math.max(...values))})`
}

export function plain(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

export function machineText(machine: Machine): string {
  const { processor, cores, memoryGiB, system, fileSystem, syncMs, versions } = machine
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${cores} cores of ${processor}, ${memoryGiB} GiB, ${system}, ${fileSystem}, 4 kB on the disk in ${plain(syncMs)} ms; ${libraries.join(', ')}`
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
