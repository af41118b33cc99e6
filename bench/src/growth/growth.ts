/** `pnpm bench growth [conversations|members|history|devices]`: what a delivered message costs, as more is there. */
import { load, lookAtMachine } from '../machine.ts'
import { keepResult, keptFigures, readResult, type Result } from '../results.ts'
import { type Figure, type Run, usualRuns } from '../scenario.ts'
import { tableOf } from '../table.ts'
import { axes, type Axis, type AxisName, type Points } from './axes.ts'
import type { Fixture, FixtureOptions } from './fixture.ts'
import { openStage } from './stage.ts'
import type { Talked } from './talk.ts'

export const resultOf = (axis: AxisName): string => `growth-${axis}`

/** The code to end with. Fewer runs than usual are printed, and not kept. */
export async function growth(words: readonly string[], print: (text: string) => void): Promise<number> {
  const asked = readGrowthWords(words)
  if (typeof asked === 'string') {
    print(asked)
    return 2
  }
  for (const axis of asked.axes) {
    const result = await measure(axis, asked.runs, print)
    if (asked.runs >= usualRuns) keepResult(resultOf(axis.name), result)
    print(`\n${tableOf({ scenario: { name: resultOf(axis.name), about: axis.about }, result })}\n`)
  }
  return 0
}

interface Asked {
  readonly axes: readonly Axis[]
  readonly runs: number
}

/** A sentence for what cannot be measured. */
export function readGrowthWords(words: readonly string[]): Asked | string {
  const options = words.filter((word) => word.startsWith('-'))
  const names = words.filter((word) => !word.startsWith('-'))
  const unknown = names.filter((name) => axes.every((axis) => axis.name !== name))
  if (unknown.length > 0) {
    return `Nothing grows along ${unknown.join(', ')}. There are: ${axes.map(({ name }) => name).join(', ')}.`
  }
  let runs = usualRuns
  for (const option of options) {
    const count = /^--runs=([1-9]\d{0,2})$/.exec(option)?.[1]
    if (count === undefined) return `There is no ${option}. There is: --runs=<n>, from 1 to 999.`
    runs = Number(count)
  }
  return { axes: axes.filter(({ name }) => names.length === 0 || names.includes(name)), runs }
}

async function measure(axis: Axis, times: number, print: (text: string) => void): Promise<Result> {
  const machine = lookAtMachine()
  const loadBefore = load()
  const points = axis.full
  print(`growth ${axis.name}: what the points start from`)
  const fixtures = await axis.fixtures(points.sizes, { print })
  const runs: Run[] = []
  for (let number = 1; number <= times; number += 1) {
    print(`growth ${axis.name}: run ${number} of ${times}`)
    runs.push(await runAxis(axis, points, fixtures, print))
  }
  return {
    command: `pnpm bench growth ${axis.name}`,
    machine,
    loadBefore,
    loadAfter: load(),
    runs: runs.length,
    checked: runs.reduce((sum, run) => sum + run.checked, 0),
    figures: keptFigures(runs),
  }
}

/** Every point once: a slow minute of the machine hurts all of them, and the next run as little as this one. */
export async function runAxis(
  axis: Axis,
  points: Points,
  fixtures: readonly Fixture[],
  print: (text: string) => void = () => undefined,
): Promise<Run> {
  const figures: Figure[] = []
  let checked = 0
  for (const [index, size] of points.sizes.entries()) {
    const fixture = fixtures[index]
    if (fixture === undefined) throw new Error(`there is nothing to start from for ${size}`)
    const { conversations, devicesPerUser, talks } = axis.setting(size, points)
    const stage = await openStage({ fixture, conversations, devicesPerUser })
    try {
      for (const [place, { name, conversations: talking, messages, window }] of talks.entries()) {
        if (messages === 0) continue
        const talked = await stage.talk(talking, Math.ceil(messages), window)
        if (place > 0) figures.push(...figuresOf(size, name, talked))
      }
      checked += await stage.check()
    } finally {
      await stage.dispose()
    }
    print(`  ${size.toLocaleString('en')}: ${figures.at(-3)?.value.toFixed(1) ?? ''} µs`)
  }
  return { figures, checked }
}

/** Of a tiny size, for tests. */
export async function tinyRun(axis: Axis, options: FixtureOptions): Promise<Run> {
  return runAxis(axis, axis.tiny, await axis.fixtures(axis.tiny.sizes, options))
}

function figuresOf(size: number, name: string, talked: Talked): readonly Figure[] {
  const of = size.toLocaleString('en')
  const { deliveries, cpuMicroseconds, socketBytes, diskBytes } = talked
  return [
    { of, name: `${name}: CPU`, unit: 'µs', value: cpuMicroseconds / deliveries },
    { of, name: `${name}: to sockets`, unit: 'bytes', value: socketBytes / deliveries },
    { of, name: `${name}: to the disk`, unit: 'bytes', value: diskBytes / deliveries },
  ]
}

/** What has been measured, now or before. */
export function growthTold(): readonly { readonly axis: Axis; readonly result: Result | undefined }[] {
  return axes.map((axis) => ({ axis, result: readResult(resultOf(axis.name)) }))
}
