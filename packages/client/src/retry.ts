/** What failed is tried again after waits that grow, and waits once however often it fails meanwhile. */
import type { ClientLimits } from './limits.ts'
import type { Ports } from './ports.ts'

export interface Retry {
  readonly waits: boolean
  later(job: () => void): void
  /** It has worked: the next wait is the first. */
  worked(): void
}

export function createRetry(
  { timer }: Pick<Ports, 'timer'>,
  { storeRetryMs }: Pick<ClientLimits, 'storeRetryMs'>,
): Retry {
  let tries = 0
  let waits = false
  return {
    get waits() {
      return waits
    },
    later(job) {
      if (waits) return
      waits = true
      const wait = storeRetryMs[tries] ?? storeRetryMs.at(-1) ?? 30_000
      tries += 1
      timer(wait, () => {
        waits = false
        job()
      })
    },
    worked() {
      tries = 0
    },
  }
}
