/** All there is to measure, in the order of the tables. */
import { appends } from './appends.ts'
import { bytes } from './bytes.ts'
import { codec } from './codec.ts'
import { costs } from './costs.ts'
import { deviceStore } from './device-store.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { pageSize } from './page-size.ts'
import type { Scenario } from './scenario.ts'
import { world } from './world.ts'

export const scenarios: readonly Scenario[] = [
  appends,
  latency,
  bytes,
  deviceStore,
  memory,
  world,
  costs,
  pageSize,
  codec,
]
