/** All parts, there from the start: in Node, in worlds and in tests. */
import * as changes from './changes-part.ts'
import * as live from './live-part.ts'
import type { PartSources } from './part-modules.ts'
import * as past from './past-part.ts'
import * as people from './people-part.ts'
import * as receipts from './receipts-part.ts'
import * as repair from './repair-part.ts'

export const wholeParts: PartSources = {
  changes: { there: changes },
  live: { there: live },
  past: { there: past },
  people: { there: people },
  receipts: { there: receipts },
  repair: { there: repair },
}
