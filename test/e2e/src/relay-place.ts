/** A relay process that can be restarted under its devices, and devices with files of their own. */
import { join } from 'node:path'
import type { ClientOptions, IMClient } from '@parley/client'
import { onTestFinished } from 'vitest'
import { createCuttableProxy } from './cuttable-proxy.ts'
import { openDevice } from './device.ts'
import { startRelay, temporaryFolder } from './relay-process.ts'

export interface Place {
  /** The same, whatever becomes of the relay behind it. */
  readonly port: number
  readonly data: string
  readonly restart: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>
  readonly end: () => Promise<number | null>
}

export async function openPlace(): Promise<Place> {
  const folder = temporaryFolder('relay')
  onTestFinished(folder.dispose)
  let relay = await startRelay({ data: folder.path })
  const network = await createCuttableProxy(relay.port)
  onTestFinished(async () => {
    await network.dispose()
    await relay.end('SIGKILL')
  })
  return {
    port: network.port,
    data: folder.path,
    async restart(signal) {
      await relay.end(signal)
      relay = await startRelay({ data: folder.path })
      network.lead(relay.port)
    },
    end: () => relay.end('SIGTERM'),
  }
}

/** A device with a file of its own, which it can be opened on again. */
export function deviceAt(
  { port }: Place,
  user: string,
): (options?: ClientOptions) => Promise<{ readonly client: IMClient; readonly close: () => Promise<void> }> {
  const folder = temporaryFolder('device')
  onTestFinished(folder.dispose)
  return async (options = {}) => {
    const opened = await openDevice(user, port, join(folder.path, 'device.sqlite'), options)
    onTestFinished(opened.close)
    return opened
  }
}
