/** What the relay has taken is kept for some days, for a relay that has lost it. Rule CL66. */
import type { Core } from './core.ts'
import type { Ledger } from './ledger.ts'
import { readAcknowledgement } from './read-records.ts'

export async function pruneAcknowledged(core: Core, ledger: Ledger): Promise<void> {
  const rows = (await core.model.disk.read([{ kind: 'range', table: 'acknowledged', prefix: [] }]))[0] ?? []
  core.model.parts.held('people')?.prunePersonal(core, ledger)
  const oldest = core.ports.now() - core.limits.keepAcknowledgedMs
  for (const row of rows) {
    const { n, at } = readAcknowledgement(row.value)
    if (at < oldest) ledger.removeAcknowledged(n)
  }
}
