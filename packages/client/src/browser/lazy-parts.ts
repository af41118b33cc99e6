/** Two chunks: what nearly every account needs at its start, since it has rows of its own, and everything else. */
import type { PartSources } from '../part-modules.ts'

const most = { get: async () => import('./most-parts.ts') }

export const lazyParts: PartSources = {
  changes: most,
  live: most,
  past: most,
  people: { get: async () => import('../people-part.ts') },
  receipts: most,
  repair: most,
}
