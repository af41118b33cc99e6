/** Everything under fire, by name. */
import { byteTargets } from './targets-bytes.ts'
import { httpTargets } from './targets-http.ts'
import { judgedTargets } from './targets-judged.ts'
import { relayTargets } from './targets-relay.ts'
import { sessionTargets } from './targets-sessions.ts'
import { upgradeTargets } from './targets-upgrade.ts'
import { valueTargets } from './targets-values.ts'
import type { Target } from './target.ts'

export const targets: readonly Target[] = [
  ...byteTargets,
  ...valueTargets,
  ...judgedTargets,
  ...relayTargets,
  ...httpTargets,
  ...upgradeTargets,
  ...sessionTargets,
]
