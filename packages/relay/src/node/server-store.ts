/** The store of a data directory. For now one in memory, until there is one on disk. */
import { createMemoryDisk, createMemoryRelayStore } from '../memory-store.ts'
import type { RelayStore } from '../store.ts'

export async function openSqliteRelayStore(_options: { readonly directory: string }): Promise<RelayStore> {
  return createMemoryRelayStore(createMemoryDisk('memory'))
}
