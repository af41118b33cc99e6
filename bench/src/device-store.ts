/**
 * What messages weigh on a device of the SDK that keeps them in SQLite, and how soon its own are safe there.
 *
 * The store is weighed when the client has closed it, between one life of the client and the next, so that its
 * write-ahead log is empty and what a conversation weighs by itself is not counted.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ConversationId, UserId } from '@parley/document'
import { deviceLayout, Event, type IMClient, Realtime } from '@parley/client'
import { createSqliteStore } from '@parley/storage/node'
import { folderBytes } from './folders.ts'
import { type Group, openGroup } from './group.ts'
import { createLane, type Lane } from './lane.ts'
import { textOf, userOf } from './people.ts'
import { type RelayProcess, startRelay } from './relay-process.ts'
import { type Run, type Scenario, type Size, usualRuns } from './scenario.ts'
import { percentile } from './statistics.ts'
import { pause } from './waiting.ts'

interface Load {
  readonly first: number
  readonly heard: number
  readonly sent: number
}

const full: Load = { first: 300, heard: 3000, sent: 1000 }
const tiny: Load = { first: 5, heard: 300, sent: 20 }

export const deviceStore: Scenario = {
  name: 'device',
  about:
    'A device of the SDK in Node, its data in SQLite. It hears another one’s messages live, then sends its own one by one: `send` resolves when the message is safe on the device. Its own it keeps twice for a week, for a relay that comes back from a backup.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const { first, heard, sent } = size === 'full' ? full : tiny
    const relay = await startRelay()
    try {
      const own: Lane[] = []
      const reader = userOf('reader')
      const group = await openGroup({
        relay,
        name: 'author',
        members: 1,
        guests: [reader],
        listeners: () => ({ onAnswer: (answer) => own.at(-1)?.take(answer) }),
      })
      const folder = join(relay.folder, 'device')
      mkdirSync(folder)
      const live = async (use: (client: IMClient) => Promise<void>): Promise<number> => {
        const client = await openClient(relay, reader, join(folder, 'store.sqlite'))
        await use(client)
        await client.close()
        return folderBytes(folder)
      }
      const before = await live(async (client) => hear(client, group, own, first))
      const between = await live(async (client) => hear(client, group, own, heard))
      let times: readonly number[] = []
      const after = await live(async (client) => {
        times = await send(client, group.conversation, sent)
      })
      await Promise.all(group.devices.map(async (device) => device.close()))
      return {
        checked: first + heard + sent,
        figures: [
          { of: 'heard', name: 'store', unit: 'bytes a message', value: (between - before) / heard },
          { of: 'sent', name: 'store', unit: 'bytes a message', value: (after - between) / sent },
          { of: 'sent', name: 'safe on the device, p50', unit: 'ms', value: percentile(times, 0.5) },
          { of: 'sent', name: 'safe on the device, p99', unit: 'ms', value: percentile(times, 0.99) },
        ],
      }
    } finally {
      await relay.dispose()
    }
  },
}

async function openClient(relay: RelayProcess, user: UserId, path: string): Promise<IMClient> {
  const realtime = new Realtime({
    server: `ws://127.0.0.1:${relay.port}`,
    token: async () => relay.token(user),
    store: createSqliteStore({ path, layout: deviceLayout }),
  })
  const client = await realtime.createIMClient(user)
  await until(() => realtime.state === 'connected', 'the client is not connected')
  return client
}

/** Sends so many from the raw device, and waits until the client has told them all. */
async function hear(client: IMClient, group: Group, lanes: Lane[], count: number): Promise<void> {
  const ids = new Set<string>()
  client.on(Event.MESSAGE, (message) => ids.add(message.id))
  await until(
    () => client.conversations().items.some(({ id }) => id === group.conversation),
    'no conversation came',
  )
  const [device] = group.devices
  if (device === undefined) throw new Error('somebody sends')
  const lane = createLane({ ...group, device, window: 16, perPush: 1, limit: count })
  lanes.push(lane)
  lane.start()
  await lane.finished()
  await until(() => ids.size === count, 'not all messages were heard')
}

/** Milliseconds of each call, until the message was safe. */
async function send(client: IMClient, id: ConversationId, count: number): Promise<readonly number[]> {
  const conversation = await client.getConversation(id)
  if (conversation === null) throw new Error('the conversation is not there')
  const times: number[] = []
  // As of a person: a few are on their way, and the store does not grow for a queue that is gone later.
  const answers: Promise<unknown>[] = []
  for (let n = 0; n < count; n += 1) {
    const begin = performance.now()
    const message = await conversation.send(textOf(n))
    times.push(performance.now() - begin)
    answers.push(message.sent)
    await answers[n - maxUnanswered]
  }
  await Promise.all(answers)
  return times
}

const maxUnanswered = 4
const untilMs = 60_000

async function until(holds: () => boolean, otherwise: string): Promise<void> {
  const end = performance.now() + untilMs
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${otherwise} within ${untilMs} ms`)
    await pause(5)
  }
}
