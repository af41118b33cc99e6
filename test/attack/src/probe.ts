/**
 * How long somebody else waits meanwhile: a thread of its own pings the relay, so that what this process does is not
 * counted as the relay's.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Ground, Network } from './ground.ts'
import { userOf } from './scenes.ts'

export interface Probe {
  /** The longest wait since the last call, in milliseconds; one that still lasts counts as it stands. */
  readonly longest: () => number
  readonly close: () => Promise<void>
}

export async function openProbe(ground: Ground, network: Network): Promise<Probe> {
  const shared = new SharedArrayBuffer(16)
  const slots = new Float64Array(shared)
  const worker = new Worker(new URL('./probe-worker.ts', import.meta.url), {
    workerData: { url: network.ws, token: await ground.token(userOf('Probe')), shared },
    execArgv: ['--conditions=parley-source'],
  })
  let failure: Error | undefined
  worker.on('error', (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  await once(worker, 'message')
  return {
    longest() {
      if (failure !== undefined) throw failure
      const [longest = 0, since = 0] = slots
      slots[0] = 0
      const now = performance.timeOrigin + performance.now()
      return Math.max(longest, since === 0 ? 0 : now - since)
    },
    async close() {
      await worker.terminate()
    },
  }
}
