import * as fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { StoreLayout } from '../port.ts'
import { deviceStoreCases } from '../testing/device-store-cases.ts'
import { runScript } from '../testing/script.ts'
import { anySteps } from '../testing/script.test-data.ts'
import type { StoreHarness } from '../testing/store-case.ts'
import { createSqliteStore } from './sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-storage-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function freshPath(): string {
  files += 1
  return join(folder, `${files}.db`)
}

function createHarness(): StoreHarness {
  const path = freshPath()
  return { store: (layout: StoreLayout) => createSqliteStore({ path, layout }) }
}

test.for(deviceStoreCases.map((one) => [one.title, one] as const))('%s', async ([, storeCase]) => {
  await expect(storeCase.run(createHarness())).resolves.toBeUndefined()
})

test('[ST23] random batches and reads are answered as a naive model answers them', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      expect(await runScript(createHarness(), steps)).toBeUndefined()
    }),
    { numRuns: 100 },
  )
}, 60_000)
