import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Figure, Run } from '../../scenario.ts'
import { contenders } from '../contenders.ts'
import { readingFigure, readingOf, readingScenarios, runReading } from './scenarios.ts'
import { shelves } from './shelves.ts'
import { stockOf } from './stock.ts'
import { textOf } from './text.ts'

const patience = 240_000
const setting = { node: process.execPath, tell: () => undefined }
/** Fixtures of these tests alone. */
const parent = mkdtempSync(join(tmpdir(), 'parley-reading-'))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

const value = (figures: readonly Figure[], of: string, name: string): number =>
  figures.find((figure) => figure.of === of && figure.name === name)?.value ?? Number.NaN

const { away, long } = shelves.tiny

/** Each takes seconds, and is looked at by several tests. */
const done = new Map<string, Promise<Run>>()

async function runOnce(scenario: string, name: 'parley' | 'bare-ws-sqlite'): Promise<Run> {
  const run =
    done.get(`${scenario} ${name}`) ??
    runReading(scenario, contenders[name], { size: 'tiny', setting, parent })
  done.set(`${scenario} ${name}`, run)
  return run
}

describe.each(readingScenarios)('$name', (scenario) => {
  test.each(['parley', 'bare-ws-sqlite'] as const)(
    '[BE30] in a tiny size %s does all it does, and gives each figure as a number',
    { timeout: patience },
    async (name) => {
      const run = await runOnce(scenario.name, name)
      expect(run.figures.map((figure) => figure.value).every((one) => Number.isFinite(one) && one >= 0)).toBe(
        true,
      )
      const said = run.figures.map((figure) => `${figure.of}, ${figure.name}`)
      expect(new Set(said).size).toBe(said.length)
      expect(said.length % Object.keys(readingFigure).length).toBe(0)
      expect(run.checked).toBeGreaterThan(0)
    },
  )
})

test(
  '[BE31] what is shown is compared with what was written: another text is none of it',
  { timeout: patience },
  async () => {
    const run = async (): Promise<unknown> =>
      runReading('catch-up', contenders['bare-ws-sqlite'], { size: 'tiny', setting, parent: wrong })
    const wrong = join(parent, 'wrong')
    const { openBareLog } = await import('../servers/bare-log.ts')
    const stock = await stockOf(contenders['bare-ws-sqlite'], 'away', 'tiny', setting, wrong)
    await expect(run()).resolves.toMatchObject({ checked: away.moved * away.news })
    const log = openBareLog(join(stock, 'data.sqlite'))
    log.append([
      { conversation: 'conversation-0', updates: [Buffer.from(JSON.stringify({ text: 'another one' }))] },
    ])
    log.close()
    await expect(run()).rejects.toThrow('-1 of 6 were as they were written')
  },
)

test(
  '[BE32] a catch-up is one socket and few frames, and no more than the news',
  { timeout: patience },
  async () => {
    const { figures } = await runOnce('catch-up', 'parley')
    expect(value(figures, readingOf.atHand, readingFigure.sockets)).toBe(1)
    expect(value(figures, readingOf.atHand, readingFigure.frames)).toBeLessThanOrEqual(10)
    const news = away.moved * away.news
    expect(value(figures, readingOf.atHand, readingFigure.bytesIn)).toBeLessThan(news)
  },
)

test('[BE33] what is opened is none of what is read ahead in idle time', { timeout: patience }, async () => {
  const { figures } = await runOnce('open-long', 'parley')
  for (const of of [readingOf.longScreen, readingOf.shortScreen])
    expect(value(figures, of, readingFigure.bytesIn)).toBeGreaterThan(5)
  expect(long.conversations).toBeGreaterThan(52)
})

test(
  '[BE34] stock is made once, is the same for everybody, and is left as it is',
  { timeout: patience },
  async () => {
    const contender = contenders['bare-ws-sqlite']
    const stock = await stockOf(contender, 'long', 'tiny', setting, parent)
    const before = readdirSync(parent)
    await runOnce('open-long', 'bare-ws-sqlite')
    expect(await stockOf(contender, 'long', 'tiny', setting, parent)).toBe(stock)
    expect(readdirSync(parent)).toEqual(before)
    expect(textOf(3, 4)).toBe(textOf(3, 4))
    expect(new Set(Array.from({ length: 1000 }, (_, n) => textOf(n % 10, n))).size).toBe(1000)
    expect(textOf(3, 4)).toHaveLength(110)
  },
)
