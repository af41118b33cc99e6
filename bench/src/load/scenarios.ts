/** All there is to put a relay under, in the order of the tables. */
import { preAuth } from './door.ts'
import { flood } from './flood.ts'
import { idle } from './idle.ts'
import type { LoadScenario } from './scenario.ts'
import { slow } from './slow.ts'
import { storm } from './storm.ts'

export const loadScenarios: readonly LoadScenario[] = [idle, storm, slow, flood, preAuth]
