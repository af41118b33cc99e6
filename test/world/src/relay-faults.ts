/** The known faults of a relay. Rule WO40. */
import type { Relay, RelayOptions } from '@parley/relay'
import type { RelayFault } from './faults.ts'

export function withRelayFault(
  fault: RelayFault | null,
  options: RelayOptions,
  create: (options: RelayOptions) => Relay,
): Relay {
  if (fault === null) return create(options)
  throw new Error(`not yet: ${fault}`)
}
