import { describe, expect, test } from 'vitest'
import type { CompareResult, ContenderResult } from '../compare/compare-results.ts'
import { goals } from '../compare/goals.ts'
import { compareScenarios } from '../compare/scenarios.ts'
import { liveFigures } from '../compare/scenarios/live.ts'
import { axes } from '../growth/axes.ts'
import { timesOf } from '../costs.ts'
import type { KeptFigure, Result } from '../results.ts'
import { costsExplained } from './explained.ts'
import { goalsTable, scenariosOf } from './goals.ts'
import { comparisonPlot } from './leading.ts'
import { readFound, readPage, writePage } from './page-files.ts'
import { explanationOf, flatness, type Found, pageOf } from './page.ts'

const machine = {
  processor: 'a processor',
  cores: 2,
  memoryGiB: 8,
  system: 'a system',
  fileSystem: 'ext4',
  syncMs: 0.2,
  versions: { node: '24' },
}
const measured = { machine, loadBefore: 0.1, loadAfter: 0.2, runs: 5, checked: 100 }

function figure(of: string, name: string, unit: string, ...values: readonly number[]): KeptFigure {
  return { of, name, unit, median: values[0] ?? 0, values }
}

function growthResult(first: number, last: number): Result {
  return {
    command: 'pnpm bench growth history',
    ...measured,
    figures: [
      figure('1,000', 'together: CPU', 'µs', first, first * 0.9),
      figure('1,000', 'together: to sockets', 'bytes', 350),
      figure('1,000', 'together: to the disk', 'bytes', 0),
      figure('1,000,000', 'together: CPU', 'µs', last, last * 1.1),
      figure('1,000,000', 'together: to sockets', 'bytes', 351),
      figure('1,000,000', 'together: to the disk', 'bytes', 0),
    ],
  }
}

function contender(
  name: ContenderResult['name'],
  role: ContenderResult['role'],
  median: number,
): ContenderResult {
  const figures = [figure('100 conversations of 2', liveFigures.perCpuSecond, '', median)]
  return { name, role, about: `${name} as it comes.`, failed: [], figures }
}

const comparison: CompareResult = {
  command: 'pnpm bench compare live-pairs',
  ...measured,
  pinned: true,
  contenders: [contender('parley', 'ours', 60_000), contender('hocuspocus', 'peer', 20_000)],
}

const nothing: Found = {
  comparisons: compareScenarios.map((scenario) => ({ scenario, result: undefined })),
  bundle: undefined,
  growth: axes.map((axis) => ({ axis, result: undefined })),
  costs: undefined,
}

describe('docs/performance.md', () => {
  test('[BE42] says what the results say, and so do its plots', () => {
    const wanted = pageOf(readFound())
    const there = readPage()
    expect(there.text).toBe(wanted.text)
    expect([...there.plots.keys()].toSorted()).toEqual([...wanted.plots.keys()].toSorted())
    for (const [name, svg] of wanted.plots) expect(there.plots.get(name)).toBe(svg)
  })

  test('[BE42] its command takes no words', async () => {
    const printed: string[] = []
    expect(await writePage(['all'], (text) => printed.push(text))).toBe(2)
    expect(printed[0]).toMatch(/^pnpm bench page takes no all\./)
  })
})

describe('the page', () => {
  test('[BE42] names everything that was not measured, and every goal', () => {
    const { text, plots } = pageOf(nothing)
    for (const { name } of compareScenarios) expect(text).toContain(`- \`pnpm bench compare ${name}\``)
    for (const { name } of axes) expect(text).toContain(`- \`pnpm bench growth ${name}\``)
    expect(text).toContain('- `pnpm bench costs`')
    for (const { goal } of goals) expect(text).toMatch(new RegExp(`\\| ${goal} \\|.*\\| not measured: `))
    expect(plots.size).toBe(0)
  })

  test('[BE42] tells ratios first, then goals, then each comparison with its plot', () => {
    const comparisons = nothing.comparisons.map(({ scenario }) => ({
      scenario,
      result: scenario.name === 'live-pairs' ? comparison : undefined,
    }))
    const { text, plots } = pageOf({ ...nothing, comparisons })
    expect(text).toContain('| 60,000 | hocuspocus **0.33 ×** |')
    expect(text).not.toContain('- `pnpm bench compare live-pairs`')
    const order = ['## Ratios', '## Goals', '## Side by side'].map((heading) => text.indexOf(heading))
    expect(order.toSorted((a, b) => a - b)).toEqual(order)
    expect(order[0]).toBeGreaterThan(0)
    expect([...plots.keys()]).toEqual(['compare-live-pairs.svg'])
    expect(text).toContain('](performance/compare-live-pairs.svg)')
    expect(plots.get('compare-live-pairs.svg')).toContain('Further right is better.')
  })

  test('[BE42] shows what is zero as it is: there is no ratio to it', () => {
    const lossless: CompareResult = {
      ...comparison,
      contenders: [
        { ...contender('parley', 'ours', 0), figures: [figure('burst', 'lost', 'of 2000', 0, 0)] },
        { ...contender('hocuspocus', 'peer', 0), figures: [figure('burst', 'lost', 'of 2000', 2000, 2000)] },
      ],
    }
    expect(comparisonPlot('kill', lossless)).toBeUndefined()
    const comparisons = compareScenarios
      .filter(({ name }) => name === 'kill')
      .map((scenario) => ({ scenario, result: lossless }))
    const { text } = pageOf({ ...nothing, comparisons })
    expect(text).toContain('| 0 of 2000 | hocuspocus 2,000 of 2000 |')
  })

  test('[BE42] says of each curve whether it is flat, and draws it', () => {
    expect(flatness(growthResult(10, 11))).toEqual([
      '- together: CPU: 1.1 × from 1,000 to 1,000,000: **flat**.',
    ])
    expect(flatness(growthResult(10, 12.1))[0]).toContain('**not flat**')
    expect(flatness(growthResult(10, 4))[0]).toContain('**falls**')
    const growth = axes.map((axis) => ({
      axis,
      result: axis.name === 'history' ? growthResult(10, 11) : undefined,
    }))
    const { text, plots } = pageOf({ ...nothing, growth })
    expect([...plots.keys()]).toEqual(['growth-history-cpu.svg', 'growth-history-bytes.svg'])
    expect(text).toContain('### history')
    expect(plots.get('growth-history-cpu.svg')).toContain('together, 1,000,000: 11 (11 – 12.1)')
  })

  test('[BE42] tells the five largest costs, each with what became of it', () => {
    const costs: Result = {
      command: 'pnpm bench costs',
      ...measured,
      figures: Object.keys(costsExplained).flatMap((part, at) => [
        figure(part, 'share', '%', at + 1),
        figure(part, 'a message', 'µs', (at + 1) / 2),
      ]),
    }
    const { text } = pageOf({ ...nothing, costs })
    const told = Object.keys(costsExplained).filter((part) => text.includes(`| ${part} |`))
    expect(told).toEqual(Object.keys(costsExplained).slice(-5))
  })

  test('[BE42] every part that a profile can have is explained', () => {
    const profile = { startTime: 0, nodes: [], samples: [], timeDeltas: [] }
    for (const part of timesOf(profile, 0, 1).keys())
      expect(explanationOf(part)).toMatch(/^(Removed|Explained)/)
    expect(explanationOf('the weather')).toContain('measure again')
  })
})

describe('goals', () => {
  const live = (ours: number): ReadonlyMap<string, CompareResult> => {
    const all: readonly ContenderResult[] = [
      contender('parley', 'ours', ours),
      contender('y-websocket', 'peer', 20_000),
      contender('bare-ws-sqlite', 'limit', 100_000),
    ]
    return new Map([['live-pairs', { ...comparison, contenders: all }]])
  }
  const rowOf = (ours: number): string =>
    goalsTable(live(ours))
      .split('\n')
      .find((row) => row.startsWith('| G1 |')) ?? ''

  test('[BE42] are judged as the quick run judges them, and those that are missed say why', () => {
    expect(rowOf(60_000)).toMatch(/\*\*60,000\*\* \| 20,000 \| 100,000 \| 50,000 \| 70,000 \| met \|$/)
    expect(rowOf(80_000)).toMatch(/\| met, and the aim \|$/)
    expect(rowOf(40_000)).toMatch(/\| \*\*missed\*\*: .*at least 50000/)
  })

  test('[BE42] what is not measured yet is told by the ratios that were set', () => {
    const rows = goalsTable(new Map()).split('\n')
    expect(rows.find((row) => row.startsWith('| G1 |'))).toContain(
      '| ≥ 2.48 × y-websocket, ≥ 0.5 × bare-ws-sqlite | ≥ 3.44 × y-websocket, ≥ 0.7 × bare-ws-sqlite | not measured',
    )
    expect(rows.find((row) => row.startsWith('| G10 |'))).toContain('≤ 1/900 × hocuspocus')
    expect(rows.find((row) => row.startsWith('| G8 |'))).toContain('| ≤ 0 | ≤ 0 | not measured: kill |')
  })

  test('[BE42] every goal has words, and what it lacks is named', () => {
    const table = goalsTable(live(1))
    for (const goal of goals) {
      expect(table).toContain(`| ${goal.goal} |`)
      for (const name of scenariosOf(goal).filter((one) => one !== 'live-pairs'))
        expect(table).toContain(name)
    }
  })
})
