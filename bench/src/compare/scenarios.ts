/** All that is compared, in the order of the tables. */
import { readingScenarios } from './reading/scenarios.ts'
import type { CompareScenario } from './scenario.ts'
import { kill } from './scenarios/kill.ts'
import { liveScenario } from './scenarios/live.ts'
import { lone } from './scenarios/lone.ts'
import { paceScenario } from './scenarios/pace.ts'
import { presence } from './scenarios/presence.ts'
import { weight } from './scenarios/weight.ts'

export const compareScenarios: readonly CompareScenario[] = [
  liveScenario('pairs', 'y-websocket'),
  liveScenario('crowd', 'hocuspocus'),
  liveScenario('town', 'y-websocket'),
  paceScenario('pairs', ['parley', 'bare-ws-sqlite']),
  paceScenario('crowd', ['parley', 'bare-ws-sqlite']),
  paceScenario('town', ['parley', 'hocuspocus', 'bare-ws-sqlite']),
  ...readingScenarios,
  kill,
  weight,
  lone,
  presence,
]
