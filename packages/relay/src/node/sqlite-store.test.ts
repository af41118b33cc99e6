import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { relayStoreCases } from '../testing/store-cases.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

test.for(relayStoreCases.map((one) => [one.title, one] as const))('%s', async ([, one]) => {
  const directory = temporaryDirectory()
  await expect(one.run({ open: async () => openSqliteRelayStore({ directory }) })).resolves.toBeUndefined()
})
