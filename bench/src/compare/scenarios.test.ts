import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { benchFolder } from '../folders.ts'
import { comparedTable, type CompareResult, ratioText, resultOf } from './compare-results.ts'
import type { Contender } from './contender.ts'
import { contenders } from './contenders.ts'
import { copyOf, ensureFixture } from './fixtures.ts'
import type { Series } from './run-all.ts'
import { readingScenarios } from './reading/scenarios.ts'
import { compareScenarios } from './scenarios.ts'

const patience = 240_000
const setting = { node: process.execPath, tell: () => undefined }

/** Folders of this process; another one may be measuring. */
function foldersLeft(): readonly string[] {
  const cache = join(benchFolder, '.cache')
  return existsSync(cache) ? readdirSync(cache).filter((name) => name.includes(`-${process.pid}-`)) : []
}

// Reading has tests of its own.
const own = compareScenarios.filter((one) => !readingScenarios.includes(one))
const withoutPeers = own.flatMap((scenario) =>
  scenario.contenders
    .map((name) => contenders[name])
    .filter(({ role }) => role !== 'peer')
    .map((contender) => ({ scenario, contender, title: `${scenario.name} of ${contender.name}` })),
)

describe.each(withoutPeers)('$title', ({ scenario, contender }) => {
  test(
    '[BE25] does everything in a tiny size, gives each figure as a number, and leaves nothing behind',
    { timeout: patience },
    async () => {
      await scenario.prepare?.(contender, 'tiny', setting)
      const run = await scenario.run(contender, 'tiny', setting)
      expect(run.checked).toBeGreaterThan(0)
      expect(run.figures.length).toBeGreaterThan(0)
      for (const { of, name, value } of run.figures) {
        expect(Number.isFinite(value), `${of}, ${name}: ${value}`).toBe(true)
      }
      const columns = run.figures.map(({ of, name }) => `${of}, ${name}`)
      expect(new Set(columns).size).toBe(columns.length)
      expect(foldersLeft()).toEqual([])
      if (scenario.name !== 'kill') return
      const lost = run.figures.filter(({ name }) => name === 'lost')
      expect(lost.map(({ of, value }) => [of, value])).toEqual([
        ['burst', 0],
        ['spread', 0],
      ])
    },
  )
})

test('[BE24] what a server lost that it had acknowledged is the figure', { timeout: patience }, async () => {
  const kill = compareScenarios.find(({ name }) => name === 'kill')
  const limit = contenders['bare-ws-sqlite']
  const forgetful: Contender = {
    ...limit,
    read: async (server, name) => (await limit.read(server, name)).filter((number) => number % 10 !== 3),
  }
  const run = await kill?.run(forgetful, 'tiny', setting)
  const lost = run?.figures.find(({ of, name }) => of === 'burst' && name === 'lost')
  // Of the first 60 numbers, 3, 13, 23 and so on.
  expect(lost?.value).toBe(6)
})

test(
  '[BE26] a fixture that is not whole is not kept, and is asked for once',
  { timeout: patience },
  async () => {
    const limit = contenders['bare-ws-sqlite']
    const fixture = { name: `half-${process.pid}`, rooms: [{ name: 'half', messages: 20 }] }
    const half: Contender = {
      ...limit,
      read: async (server, name) => (await limit.read(server, name)).slice(1),
    }
    await expect(ensureFixture(half, fixture, setting)).rejects.toThrow('kept 19 of 20 messages')
    const cache = join(benchFolder, '.cache', 'compare')
    const kept = existsSync(cache) ? readdirSync(cache).filter((name) => name.includes(fixture.name)) : []
    expect(kept).toEqual([])
    expect(foldersLeft()).toEqual([])
  },
)

test('[BE26] a run changes only its copy', { timeout: patience }, async () => {
  const limit = contenders['bare-ws-sqlite']
  const fixture = { name: 'pages', rooms: [{ name: 'page', messages: 30 }] }
  const kept = await ensureFixture(limit, fixture, setting)
  expect(await ensureFixture(limit, fixture, setting)).toBe(kept)
  const server = await limit.start({ node: setting.node, folder: copyOf(kept) })
  const room = await limit.open(server, { name: 'page', members: 2 })
  expect(server.folder).not.toBe(kept)
  expect(await limit.read(server, 'page')).toHaveLength(30)
  await room.close()
  await server.dispose()
  expect(existsSync(kept)).toBe(true)
})

describe('a table', () => {
  const machine = {
    processor: 'a processor',
    cores: 2,
    memoryGiB: 8,
    system: 'a system',
    fileSystem: 'ext4',
    syncMs: 0.2,
    versions: { node: '22' },
  }
  const run = (value: number): Series['runs'] =>
    [value - 1, value, value + 1].map((one) => ({
      figures: [
        { of: 'bread', name: 'price', unit: '€', value: one },
        { of: 'milk', name: 'fat', unit: '', value: 0 },
      ],
      checked: 2,
    }))

  test('[BE16] tells medians and, of everybody else, how many times ours they are', () => {
    const about = { command: 'pnpm bench compare shop', machine, loadBefore: 0.1, loadAfter: 1.5, runs: 3 }
    const result: CompareResult = resultOf(
      [
        { contender: contenders.parley, runs: run(1000), failed: [] },
        { contender: contenders.hocuspocus, runs: run(250), failed: ['it lost a message'] },
      ],
      about,
    )
    const scenario = {
      name: 'shop',
      about: 'Prices.',
      contenders: [],
      quick: [],
      run: async () => Promise.reject(new Error('no')),
    }
    expect(comparedTable(scenario, result).split('\n')).toEqual([
      '### shop',
      '',
      'Prices.',
      '',
      '| bread | price, € |',
      '| --- | ---: |',
      '| parley | **1,000** |',
      '| hocuspocus | **0.25 ×** (250) |',
      '',
      '| milk | fat |',
      '| --- | ---: |',
      '| parley | **0** |',
      '| hocuspocus | 0 |',
      '',
      'hocuspocus: 1 of 3 runs gave no figures (it lost a message).',
      '',
      '`pnpm bench compare shop`: 3 runs, 12 counted and checked; 2 cores of a processor, 8 GiB, a system, ext4, 4 kB on the disk in 0.2 ms; nobody has a core of his own; node 22; load 0.1 before, 1.5 after.',
    ])
    expect([0.0123, 1.26, 37.4, 1234].map(ratioText)).toEqual(['0.012 ×', '1.3 ×', '37 ×', '1200 ×'])
  })
})
