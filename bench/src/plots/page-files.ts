/** `pnpm bench page`: writes docs/performance.md and its plots from what is kept in results/. Rule BE42. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CompareResult } from '../compare/compare-results.ts'
import { compareScenarios } from '../compare/scenarios.ts'
import { benchFolder, rootFolder } from '../folders.ts'
import { growthTold } from '../growth/growth.ts'
import { readResult } from '../results.ts'
import { bundleName, measuredBundle } from './bundle.ts'
import { type Found, type Page, pageOf } from './page.ts'

const begin = '<!-- performance: written by "pnpm bench page", do not edit -->'
const end = '<!-- end of what is written -->'
const pagePath = join(rootFolder, 'docs', 'performance.md')
const plotsFolder = join(rootFolder, 'docs', 'performance')

export function readFound(): Found {
  return {
    comparisons: compareScenarios.map((scenario) => ({
      scenario,
      result: readComparison(scenario.name),
    })),
    bundle: readComparison(bundleName),
    growth: growthTold(),
    costs: readResult('costs'),
  }
}

function pathOf(name: string): string {
  return join(benchFolder, 'results', `compare-${name}.json`)
}

function readComparison(name: string): CompareResult | undefined {
  const path = pathOf(name)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of our own, written by `pnpm bench compare`
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as CompareResult) : undefined
}

/** As it stands in the repository. */
export function readPage(): Page {
  const text = readFileSync(pagePath, 'utf8')
  const { from, to } = placesIn(text)
  const names = existsSync(plotsFolder) ? readdirSync(plotsFolder) : []
  return {
    text: text.slice(from, to).trim(),
    plots: new Map(names.map((name) => [name, readFileSync(join(plotsFolder, name), 'utf8')])),
  }
}

export async function writePage(words: readonly string[], print: (text: string) => void): Promise<number> {
  const strangers = words.filter((word) => word !== '--bundle')
  if (strangers.length > 0) {
    print(
      `pnpm bench page takes no ${strangers.join(' ')}. It writes what is kept in bench/results; --bundle measures what a page loads first.`,
    )
    return 2
  }
  if (words.includes('--bundle')) {
    writeFileSync(pathOf(bundleName), `${JSON.stringify(measuredBundle(), null, 2)}\n`)
  }
  const page = pageOf(readFound())
  const text = readFileSync(pagePath, 'utf8')
  const { from, to } = placesIn(text)
  writeFileSync(pagePath, `${text.slice(0, from)}\n\n${page.text}\n\n${text.slice(to)}`)
  rmSync(plotsFolder, { recursive: true, force: true })
  if (page.plots.size > 0) mkdirSync(plotsFolder, { recursive: true })
  for (const [name, svg] of page.plots) writeFileSync(join(plotsFolder, name), svg)
  print(`docs/performance.md is written, with ${page.plots.size} plots.`)
  return 0
}

function placesIn(text: string): { readonly from: number; readonly to: number } {
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error('docs/performance.md has lost the marks of pnpm bench page')
  return { from: from + begin.length, to }
}
