/** What was compared, as a file that is kept, and as a table: ratios first. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { benchFolder } from '../folders.ts'
import { lookAtMachine, type Machine, rounded } from '../machine.ts'
import { type KeptFigure, keptFigures } from '../results.ts'
import { plain } from '../table.ts'
import type { Contender } from './contender.ts'
import { coresAreParted } from './cores.ts'
import { peersFolder } from './peers-folder.ts'
import type { Series } from './run-all.ts'
import type { CompareScenario } from './scenario.ts'

export interface CompareResult {
  readonly command: string
  readonly machine: Machine
  /** Servers had one core and the driver another. */
  readonly pinned: boolean
  readonly loadBefore: number
  readonly loadAfter: number
  readonly runs: number
  /** Messages, members or files of all runs that were seen to be as they should be. */
  readonly checked: number
  readonly contenders: readonly ContenderResult[]
}

export interface ContenderResult {
  readonly name: Contender['name']
  readonly role: Contender['role']
  readonly about: string
  /** Why runs of it gave no figures. */
  readonly failed: readonly string[]
  readonly figures: readonly KeptFigure[]
}

export function resultOf(
  series: readonly Series[],
  about: Omit<CompareResult, 'checked' | 'contenders' | 'pinned'>,
): CompareResult {
  return {
    ...about,
    pinned: coresAreParted(),
    checked: series.flatMap(({ runs }) => runs).reduce((sum, run) => sum + run.checked, 0),
    contenders: series.map(({ contender, runs, failed }) => ({
      name: contender.name,
      role: contender.role,
      about: contender.about,
      failed,
      figures: keptFigures(runs),
    })),
  }
}

export function keepComparison(scenario: CompareScenario, result: CompareResult): void {
  const folder = join(benchFolder, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `compare-${scenario.name}.json`), `${JSON.stringify(result, null, 2)}\n`)
}

/** This one, with the versions the servers were run with. */
export function lookAtComparedMachine(node: string): Machine {
  const machine = lookAtMachine()
  const versions: unknown = JSON.parse(
    execFileSync(node, ['-p', 'JSON.stringify(process.versions)'], { encoding: 'utf8' }),
  )
  const of = (name: string): string => {
    const version: unknown = asRecord(versions)[name]
    return typeof version === 'string' ? version : 'unknown'
  }
  const manifest: unknown = JSON.parse(readFileSync(join(peersFolder, 'package.json'), 'utf8'))
  const peers = asRecord(asRecord(manifest)['dependencies'])
  const asked: Record<string, string> = {}
  for (const name of ['@hocuspocus/server', 'y-websocket', 'y-leveldb', 'yjs', 'ws']) {
    asked[name] = String(peers[name])
  }
  return {
    ...machine,
    // We may be on one of them already.
    cores: cpus().length,
    versions: { node: of('node'), sqlite: of('sqlite'), ...asked },
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

/** A table for each thing measured; behind each median, how many times ours it is. */
export function comparedTable(scenario: CompareScenario, result: CompareResult): string {
  const [ours] = result.contenders
  const lines = [`### ${scenario.name}`, '', scenario.about]
  for (const of of unique(result.contenders.flatMap(({ figures }) => figures.map((figure) => figure.of)))) {
    const columns = unique(
      result.contenders.flatMap(({ figures }) => figures.filter((figure) => figure.of === of).map(columnOf)),
    )
    lines.push('', `| ${of} | ${columns.join(' | ')} |`, `| --- |${' ---: |'.repeat(columns.length)}`)
    for (const contender of result.contenders) {
      const cells = columns.map((column) => {
        const find = (one: ContenderResult | undefined): KeptFigure | undefined =>
          one?.figures.find((figure) => figure.of === of && columnOf(figure) === column)
        return cellOf(find(contender), contender === ours ? undefined : find(ours))
      })
      lines.push(`| ${contender.name} | ${cells.join(' | ')} |`)
    }
  }
  for (const { name, failed } of result.contenders) {
    if (failed.length > 0)
      lines.push('', `${name}: ${failed.length} of ${result.runs} runs gave no figures (${failed[0] ?? ''}).`)
  }
  const { machine } = result
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  lines.push(
    '',
    `\`${result.command}\`: ${result.runs} runs, ${result.checked} counted and checked; ${machine.cores} cores of ${machine.processor}, ${machine.memoryGiB} GiB, ${machine.system}, ${machine.fileSystem}, 4 kB on the disk in ${plain(machine.syncMs)} ms; ${result.pinned ? 'servers on one core, the driver on another' : 'nobody has a core of his own'}; ${versions.join(', ')}; load ${result.loadBefore} before, ${result.loadAfter} after.`,
  )
  return lines.join('\n')
}

function columnOf({ name, unit }: KeptFigure): string {
  return unit === '' ? name : `${name}, ${unit}`
}

function cellOf(figure: KeptFigure | undefined, ours: KeptFigure | undefined): string {
  if (figure === undefined) return '–'
  const median = plain(figure.median)
  if (ours === undefined) return `**${median}**`
  if (ours.median === 0) return median
  return `**${ratioText(figure.median / ours.median)}** (${median})`
}

export function ratioText(ratio: number): string {
  return `${rounded(Number(ratio.toPrecision(2)))} ×`
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
