/** Each part is a chunk of its own, loaded when it is first used. */
import type { PartSources } from '../part-modules.ts'

export const lazyParts: PartSources = {
  changes: { get: async () => import('../changes-part.ts') },
  live: { get: async () => import('../live-part.ts') },
  past: { get: async () => import('../past-part.ts') },
  people: { get: async () => import('../people-part.ts') },
  receipts: { get: async () => import('../receipts-part.ts') },
  repair: { get: async () => import('../repair-part.ts') },
}
