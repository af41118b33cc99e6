/** What each part is, for `parts.ts`, which the parts themselves know. */
import type * as changes from './changes-part.ts'
import type * as live from './live-part.ts'
import type * as past from './past-part.ts'
import type * as people from './people-part.ts'
import type * as receipts from './receipts-part.ts'
import type * as repair from './repair-part.ts'

export type { PartSources } from './parts.ts'

declare module './parts.ts' {
  interface PartModules {
    readonly changes: typeof changes
    readonly live: typeof live
    readonly past: typeof past
    readonly people: typeof people
    readonly receipts: typeof receipts
    readonly repair: typeof repair
  }
}
