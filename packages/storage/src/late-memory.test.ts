import { expect, test } from 'vitest'
import { createLateMemoryStore } from './late-memory.ts'
import { createMemoryState, createMemoryStore } from './memory.ts'
import type { DeviceStore, StoreLayout } from './port.ts'
import { deviceStoreCases } from './testing/device-store-cases.ts'
import type { StoreHarness } from './testing/store-case.ts'

const layout: StoreLayout = { format: 1, tables: ['rows'] }
const puts = [{ table: 'rows', key: [1], value: 'kept' }]
const reads = [{ kind: 'get', table: 'rows', key: [1] }] as const

function createHarness(): StoreHarness {
  const state = createMemoryState()
  const load = async (): Promise<{ createMemoryStore: (given: StoreLayout) => DeviceStore }> => ({
    createMemoryStore: (given) => createMemoryStore(given, state),
  })
  return { store: (given) => createLateMemoryStore(given, load) }
}

test.for(deviceStoreCases.map((one) => [one.title, one] as const))('%s', async ([, storeCase]) => {
  await expect(storeCase.run(createHarness())).resolves.toBeUndefined()
})

test('[ST90] a store in memory that is loaded late is one store, however often it is opened', async () => {
  const store = createLateMemoryStore(layout)
  const [owner, next] = await Promise.all([store.open(), store.open()])
  expect(next.epoch).toBeGreaterThan(owner.epoch)
  await next.commit({ durability: 'strict', puts })
  expect(await (await store.open()).read(reads)).toEqual([[{ key: [1], value: 'kept' }]])
  expect(await (await createLateMemoryStore(layout).open()).read(reads)).toEqual([[]])
})

test('[ST91] a store in memory that cannot be loaded is unavailable, and is loaded again with the next call', async () => {
  let tries = 0
  const store = createLateMemoryStore(layout, async () => {
    tries += 1
    if (tries < 3) throw new TypeError('Failed to fetch dynamically imported module')
    return { createMemoryStore }
  })
  await expect(store.open()).rejects.toMatchObject({ kind: 'unavailable', message: /Try again/ })
  await expect(store.destroy()).rejects.toMatchObject({ kind: 'unavailable' })
  expect(await (await store.open()).read(reads)).toEqual([[]])
  await store.open()
  expect(tries).toBe(3)
})
