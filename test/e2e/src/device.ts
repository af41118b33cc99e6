/** A device without a page: the SDK in this process, over a real socket. */
import { type ClientOptions, type IMClient, Realtime, deviceLayout } from '@parley/client'
import { createSqliteStore } from '@parley/storage/node'

export interface Device {
  readonly client: IMClient
  readonly close: () => Promise<void>
}

/** Keeps what it holds in a file of SQLite, or in memory when none is named. */
export async function openDevice(
  user: string,
  port: number,
  file?: string,
  options: ClientOptions = {},
): Promise<Device> {
  const realtime = new Realtime({
    server: `ws://127.0.0.1:${port}`,
    token: ({ clientId }) => devToken(clientId, port),
    store: file === undefined ? 'memory' : createSqliteStore({ path: file, layout: deviceLayout }),
  })
  const client = await realtime.createIMClient(user, options)
  return { client, close: () => client.close() }
}

export async function devToken(user: string, port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  })
  const answer: unknown = await response.json()
  if (typeof answer !== 'object' || answer === null || !('token' in answer))
    throw new Error('The relay gave no token.')
  return String(answer.token)
}
