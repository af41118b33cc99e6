import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRelayFrame } from '@parley/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allTold, bench } from './bench.ts'
import { countRows } from './device.ts'
import { benchFolder } from './folders.ts'
import { checkDelivered, type Group, openGroup } from './group.ts'
import { createLane, type Lane } from './lane.ts'
import { type RelayProcess, startRelay } from './relay-process.ts'
import { keptFigures } from './results.ts'
import { scenarios } from './scenarios.ts'
import { readSection, section, tableOf } from './table.ts'

const patience = 120_000

/** Folders of this process; another one may be measuring. */
function foldersLeft(): readonly string[] {
  const cache = join(benchFolder, '.cache')
  return existsSync(cache) ? readdirSync(cache).filter((name) => name.includes(`-${process.pid}-`)) : []
}

describe.each(scenarios)('$name', (scenario) => {
  test(
    '[BE1] [BE5] does everything in a tiny size, and leaves nothing behind',
    { timeout: patience },
    async () => {
      const run = await scenario.run('tiny')
      expect(run.checked).toBeGreaterThan(0)
      expect(run.figures.length).toBeGreaterThan(0)
      for (const { of, name, value } of run.figures)
        expect(value, `${of}, ${name}`).toSatisfy(Number.isFinite)
      const columns = run.figures.map(({ of, name, unit }) => `${of}, ${name}, ${unit}`)
      expect(new Set(columns).size).toBe(columns.length)
      expect(foldersLeft()).toEqual([])
    },
  )
})

describe('a relay that is measured', () => {
  let relay: RelayProcess
  let group: Group
  const lanes: Lane[] = []
  beforeAll(async () => {
    relay = await startRelay()
    group = await openGroup({
      relay,
      name: 'pair',
      members: 2,
      listeners: (place) => (place === 0 ? { onAnswer: (answer) => lanes[0]?.take(answer) } : {}),
    })
    const [device] = group.devices
    if (device === undefined) throw new Error('a pair are two')
    lanes.push(createLane({ ...group, device, window: 4, perPush: 2, limit: 300 }))
  }, patience)
  afterAll(async () => {
    await relay.dispose()
  }, patience)

  test(
    '[BE2] what was sent is acknowledged, in the log, and with everybody',
    { timeout: patience },
    async () => {
      lanes[0]?.start()
      await lanes[0]?.finished()
      expect(lanes[0]?.accepted).toBe(300)
      // More than a page holds: one has closed on the way.
      expect(lanes[0]?.rewritten).toBeGreaterThan(0)
      expect(await checkDelivered(relay, group)).toBe(300)
    },
  )

  test('[BE2] a row that did not arrive ends the run', { timeout: patience }, async () => {
    const [author, reader] = group.devices
    if (author === undefined || reader === undefined) throw new Error('a pair are two')
    const deaf = { ...reader, rows: reader.rows - 1 }
    await expect(checkDelivered(relay, { ...group, devices: [author, deaf] })).rejects.toThrow(
      /had \d+ rows of/,
    )
    const late = { ...reader, lastRows: new Uint8Array(), lateSyncs: 2 }
    await expect(checkDelivered(relay, { ...group, devices: [author, late] })).rejects.toThrow('fell behind')
  })

  test('[BE5] it is gone with its data', { timeout: patience }, async () => {
    await Promise.all(group.devices.map(async (device) => device.close()))
    expect(() => process.kill(relay.pid, 0)).not.toThrow()
    await relay.dispose()
    expect(() => process.kill(relay.pid, 0)).toThrow('ESRCH')
    expect(existsSync(relay.folder)).toBe(false)
  })
})

test('[BE2] rows are counted as they stand in the frame', () => {
  const row = { kind: 'entry', time: 1, page: 1, update: new Uint8Array(200), erases: [] } as const
  for (const count of [0, 1, 127, 128, 500]) {
    for (const conversation of ['', 'c'.repeat(64), '漢'.repeat(64)]) {
      const rows = Array.from({ length: count }, (_, index) => ({ ...row, seq: index + 1 }))
      expect(countRows(encodeRelayFrame({ frame: 'rows', conversation, rows }))).toBe(count)
    }
  }
})

test('[BE3] several runs are told by their median, and each by its value', () => {
  const run = (value: number): Parameters<typeof keptFigures>[0][number] => ({
    checked: 1,
    figures: [{ of: 'bread', name: 'price', unit: '€', value }],
  })
  expect(keptFigures([run(9), run(1.23456), run(3)])).toEqual([
    { of: 'bread', name: 'price', unit: '€', median: 3, values: [9, 1.235, 3] },
  ])
  const other = { checked: 1, figures: [{ of: 'milk', name: 'price', unit: '€', value: 1 }] }
  expect(() => keptFigures([run(1), other])).toThrow('no figure for bread, price')
})

test('[BE3] a scenario is run at least five times', () => {
  for (const { runs } of scenarios) expect(runs).toBeGreaterThanOrEqual(5)
})

test('[BE4] README.md tells what the results say', () => {
  expect(allTold().length).toBeGreaterThan(0)
  expect(readSection()).toBe(section(allTold()))
})

test('[BE4] a cell holds the median and how far the runs went, or that there is none', () => {
  const machine = {
    processor: 'a processor',
    cores: 2,
    memoryGiB: 8,
    system: 'a system',
    fileSystem: 'ext4',
    syncMs: 0.2,
    versions: { node: '24' },
  }
  const figures = [
    { of: 'bread', name: 'price', unit: '€', median: 1234.5, values: [1000, 1234.5, 2000] },
    { of: 'milk', name: 'fat', unit: '%', median: 3.5, values: [3.5, 3.5, 3.5] },
  ]
  const result = {
    command: 'pnpm bench shop',
    machine,
    loadBefore: 0.1,
    loadAfter: 1.5,
    runs: 3,
    checked: 7,
    figures,
  }
  expect(tableOf({ scenario: { name: 'shop', about: 'Prices.' }, result }).split('\n')).toEqual([
    '### shop',
    '',
    'Prices.',
    '',
    '| `pnpm bench shop` | price, € | fat, % |',
    '| --- | ---: | ---: |',
    '| bread | **1,235** (1,000 – 2,000) | – |',
    '| milk | – | **3.5** (3.5 – 3.5) |',
    '',
    '3 runs, 7 counted and checked; 2 cores of a processor, 8 GiB, a system, ext4, 4 kB on the disk in 0.2 ms; node 24; load 0.1 before, 1.5 after.',
  ])
})

test('[BE6] a scenario that there is not is answered with those that there are', async () => {
  const printed: string[] = []
  expect(await bench(['latency', 'speed'], (text) => printed.push(text))).toBe(2)
  expect(printed).toEqual([
    `No such scenario: speed. There are: ${scenarios.map(({ name }) => name).join(', ')}.`,
  ])
})
