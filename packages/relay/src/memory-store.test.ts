import { expect, test } from 'vitest'
import { createMemoryDisk, createMemoryRelayStore } from './memory-store.ts'
import { relayStoreCases } from './testing/store-cases.ts'

test.for(relayStoreCases.map((one) => [one.title, one] as const))('%s', async ([, one]) => {
  const disk = createMemoryDisk('epoch-1')
  await expect(one.run({ open: async () => createMemoryRelayStore(disk) })).resolves.toBeUndefined()
})
