/** Whether the device's store takes what it is given: told to the app when that changes, and tried again now and then. Rule CL20. */
import type { StorageError } from '@parley/storage'
import type { EngineEvent } from './engine-types.ts'
import type { ClientLimits } from './limits.ts'
import type { Ports } from './ports.ts'
import { createRetry } from './retry.ts'

export interface StoreHealthOptions {
  readonly ports: Pick<Ports, 'timer' | 'log'>
  readonly limits: Pick<ClientLimits, 'storeRetryMs'>
  readonly emit: (event: EngineEvent) => void
  readonly probe: () => void
}

/** Takes what each try came to: why it failed, or undefined when everything is stored again. */
export function createStoreHealth({
  ports,
  limits,
  emit,
  probe,
}: StoreHealthOptions): (error: StorageError | undefined) => void {
  let told: string | undefined
  const retry = createRetry(ports, limits)

  return (error) => {
    if (error?.kind !== told) {
      told = error?.kind
      emit({ type: 'storage', degraded: told !== undefined, ...(told === undefined ? {} : { kind: told }) })
    }
    if (error === undefined) {
      retry.worked()
      return
    }
    if (retry.waits) return
    ports.log.error('the device cannot store', { kind: error.kind, error: error.message })
    retry.later(() => {
      // Meanwhile it may have taken everything.
      if (told !== undefined) probe()
    })
  }
}
