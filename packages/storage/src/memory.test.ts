import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryState, createMemoryStore } from './memory.ts'
import type { StoreLayout } from './port.ts'
import { deviceStoreCases } from './testing/device-store-cases.ts'
import { runScript } from './testing/script.ts'
import { anySteps } from './testing/script.test-data.ts'
import type { StoreHarness } from './testing/store-case.ts'

function createHarness(): StoreHarness {
  const state = createMemoryState()
  return { store: (layout: StoreLayout) => createMemoryStore(layout, state) }
}

test.for(deviceStoreCases.map((one) => [one.title, one] as const))('%s', async ([, storeCase]) => {
  await expect(storeCase.run(createHarness())).resolves.toBeUndefined()
})

test('[ST23] random batches and reads are answered as a naive model answers them', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      expect(await runScript(createHarness(), steps)).toBeUndefined()
    }),
    { numRuns: 500 },
  )
}, 60_000)

test('[ST30] a memory store made without a state keeps its data for its own next owner', async () => {
  const layout = { format: 1, tables: ['rows'] }
  const store = createMemoryStore(layout)
  const owner = await store.open()
  await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: [1], value: 'kept' }] })
  await owner.close()
  const reads = [{ kind: 'get', table: 'rows', key: [1] }] as const
  expect(await (await store.open()).read(reads)).toEqual([[{ key: [1], value: 'kept' }]])
  expect(await (await createMemoryStore(layout).open()).read(reads)).toEqual([[]])
})
