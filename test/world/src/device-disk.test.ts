import type { OpenStore, Put } from '@parley/storage'
import { deviceStoreCases } from '@parley/storage/testing'
import { expect, test } from 'vitest'
import { createCounters } from './counters.ts'
import { createDeviceDisk, type DeviceDisk } from './device-disk.ts'
import { createPower, type Power } from './power.ts'
import { createRandom } from './random.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import { createTrace } from './trace.ts'

interface Bench {
  readonly disk: DeviceDisk
  readonly scheduler: Scheduler
  readonly until: <T>(promise: Promise<T>) => Promise<T>
}

function createBench(seed = 'bench', latencyMs = 5): Bench {
  const random = createRandom(seed)
  const scheduler = createScheduler(random.fork('time'))
  const trace = createTrace(scheduler.now, false)
  const disk = createDeviceDisk({
    name: 'disk',
    scheduler,
    random,
    trace,
    counters: createCounters(),
    latencyMs,
    fencing: true,
    loses: true,
  })
  const until = async <T>(promise: Promise<T>): Promise<T> => {
    const state = { settled: false }
    const watched = promise.finally(() => {
      state.settled = true
    })
    watched.catch(() => undefined)
    for (let turn = 0; turn < 1000 && !state.settled; turn += 1) await scheduler.runTo(scheduler.now() + 1)
    return watched
  }
  return { disk, scheduler, until }
}

const row = (key: number, value = 'kept'): Put => ({ table: 'rows', key: [key], value })

async function keysOf({ disk, until }: Bench): Promise<readonly unknown[]> {
  const store = await until(disk.attach(createPower()).open())
  const [rows = []] = await until(store.read([{ kind: 'range', table: 'rows', prefix: [] }]))
  return rows.map(({ key }) => key[0])
}

async function openOn({ disk, until }: Bench): Promise<{ readonly power: Power; readonly store: OpenStore }> {
  const power = createPower()
  return { power, store: await until(disk.attach(power).open()) }
}

/** What the port asks of layouts, keys and values is the real backends' work; the engine is tested on those. */
const notSimulated = /layout|format|foreign|newer|table|key|value|wrong row/i

test.for(
  deviceStoreCases.filter(({ title }) => !notSimulated.test(title)).map((one) => [one.title, one] as const),
)('[WO5] %s', async ([, storeCase]) => {
  const bench = createBench('contract', 0)
  await expect(
    bench.until(storeCase.run({ store: () => bench.disk.attach(createPower()) })),
  ).resolves.toBeUndefined()
})

test('[WO6] of the commits in flight when a process dies a run from the first one lands, each wholly', async () => {
  const found = new Set<string>()
  for (let seed = 0; seed < 40; seed += 1) {
    const bench = createBench(`flight ${seed}`)
    const { power, store } = await openOn(bench)
    for (const key of [1, 2, 3]) {
      store.commit({ durability: 'strict', puts: [row(key), row(key + 10)] }).catch(() => undefined)
    }
    await bench.scheduler.runTo(bench.scheduler.now() + 1)
    power.off()
    found.add((await keysOf(bench)).join(' '))
  }
  expect([...found].toSorted()).toEqual(['', '1 11', '1 2 11 12', '1 2 3 11 12 13'])
})

test('[WO6] a process can die right before its commit lands, or after that and before it hears of it', async () => {
  for (const moment of ['before', 'after'] as const) {
    const bench = createBench(moment)
    const { power, store } = await openOn(bench)
    bench.disk.dieAtNextCommit(moment)
    let heard = false
    store.commit({ durability: 'strict', puts: [row(1)] }).then(
      () => {
        heard = true
      },
      () => undefined,
    )
    await bench.scheduler.runTo(bench.scheduler.now() + 100)
    expect([power.state(), heard]).toEqual(['off', false])
    // Before: it is in flight when the process dies, and may land or not. After: it is there.
    expect([[1], ...(moment === 'before' ? [[]] : [])]).toContainEqual(await keysOf(bench))
  }
})

test('[WO7] a machine that dies loses at most a tail of relaxed commits, and never what a strict one secured', async () => {
  const found = new Set<string>()
  for (let seed = 0; seed < 60; seed += 1) {
    const bench = createBench(`tail ${seed}`)
    const { power, store } = await openOn(bench)
    await bench.until(store.commit({ durability: 'relaxed', puts: [row(1)] }))
    await bench.until(store.commit({ durability: 'strict', puts: [row(2)] }))
    await bench.until(store.commit({ durability: 'relaxed', puts: [row(3)] }))
    await bench.until(store.commit({ durability: 'relaxed', puts: [row(4)] }))
    power.off()
    found.add((await keysOf(bench)).join(' '))
  }
  expect([...found].toSorted()).toEqual(['1 2', '1 2 3', '1 2 3 4'])
})

test('[WO8] a full disk refuses what puts something, takes removals, and has room again', async () => {
  const bench = createBench()
  const { store } = await openOn(bench)
  await bench.until(store.commit({ durability: 'strict', puts: [row(1)] }))
  bench.disk.setFull(true)
  await expect(bench.until(store.commit({ durability: 'strict', puts: [row(2)] }))).rejects.toMatchObject({
    kind: 'quota',
  })
  await bench.until(store.commit({ durability: 'strict', removes: [{ table: 'rows', key: [1] }] }))
  bench.disk.setFull(false)
  await bench.until(store.commit({ durability: 'strict', puts: [row(3)] }))
  expect(await keysOf(bench)).toEqual([3])
})

test('[WO8] the chosen commit fails, once', async () => {
  const bench = createBench()
  const { store } = await openOn(bench)
  bench.disk.failAfter(1)
  await bench.until(store.commit({ durability: 'strict', puts: [row(1)] }))
  await expect(bench.until(store.commit({ durability: 'strict', puts: [row(2)] }))).rejects.toMatchObject({
    kind: 'quota',
  })
  await bench.until(store.commit({ durability: 'strict', puts: [row(3)] }))
  expect(await keysOf(bench)).toEqual([1, 3])
})

test('[WO8] a store closed under its owner tells him once and takes nothing more', async () => {
  const bench = createBench()
  const { store } = await openOn(bench)
  const lost: string[] = []
  store.onLost(({ kind }) => lost.push(kind))
  bench.disk.close()
  await expect(bench.until(store.commit({ durability: 'strict', puts: [row(1)] }))).rejects.toMatchObject({
    kind: 'closed',
  })
  await bench.scheduler.runTo(bench.scheduler.now() + 100)
  expect(lost).toEqual(['closed'])
})

test('[WO9] a copy has what was on the disk then, and nothing that came later to either', async () => {
  const bench = createBench()
  const { store } = await openOn(bench)
  await bench.until(store.commit({ durability: 'strict', puts: [row(1)] }))
  const copy = { ...bench, disk: bench.disk.copy('copy') }
  await bench.until(store.commit({ durability: 'strict', puts: [row(2)] }))
  const other = await openOn(copy)
  await bench.until(other.store.commit({ durability: 'strict', puts: [row(3)] }))
  expect(await keysOf(bench)).toEqual([1, 2])
  expect(await keysOf(copy)).toEqual([1, 3])
})
