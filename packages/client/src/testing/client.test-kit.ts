/** The SDK as an app has it, over surroundings that the test moves. */
import type { DeviceStore } from '@parley/storage'
import { createMemoryStore } from '@parley/storage/memory'
import { deviceLayout } from '../records.ts'
import type { IMClient } from '../sdk/im-client.ts'
import { type ClientOptions, PortableRealtime } from '../sdk/realtime.ts'
import type { PartSources } from '../part-modules.ts'
import { wholeParts } from '../whole-parts.ts'
import { createSurroundings, type TestSurroundings } from './device.test-kit.ts'
import { createScript, type Script } from './script.test-kit.ts'
import { conversationId, jerry, settle, tom } from './values.test-kit.ts'

export interface Stage extends TestSurroundings {
  readonly realtime: PortableRealtime
  readonly client: IMClient
  readonly store: DeviceStore
  /** How many platforms look at the network and the page just now. */
  readonly watched: () => number
  /** Nothing else is to be done. */
  readonly idle: () => void
}

export async function stage(
  store: DeviceStore = createMemoryStore(deviceLayout),
  options: ClientOptions = {},
  parts: PartSources = wholeParts,
): Promise<Stage> {
  const surroundings = createSurroundings()
  const { token, connect, now, timer, random, log: logger } = surroundings.ports
  let watched = 0
  const idle: (() => void)[] = []
  const realtime = new PortableRealtime(
    { server: 'ws://localhost:1', token, store, logger },
    {
      parts,
      idle: (job) => idle.push(job),
      now,
      timer,
      random,
      connect: () => connect,
      store: () => createMemoryStore(deviceLayout),
      watch: () => {
        watched += 1
        return () => {
          watched -= 1
        }
      },
    },
  )
  const client = await realtime.createIMClient('Tom', options)
  await settle()
  return Object.assign(Object.create(surroundings) as TestSurroundings, {
    realtime,
    client,
    store,
    watched: () => watched,
    idle: () => {
      for (const job of idle.splice(0)) job()
    },
  })
}

/** Tom's device, connected, in a conversation that Jerry has made. */
export async function inConversation(): Promise<Stage & { readonly script: Script }> {
  const stood = await stage()
  const script = createScript(conversationId(1), { by: jerry, members: [tom], name: 'Lunch' })
  await stood.connect({ news: [script.news()], full: true })
  return Object.assign(stood, { script })
}
