/**
 * From sending to receiving, at a rate a relay of a small town has: 200 messages a second over 20 conversations of two.
 *
 * The rate is kept whatever the relay does (a slow answer delays no later message), and both ends stand in one process,
 * so one clock measures both.
 */
import { type ItemId, makeClientId, readAppend, writeAppend } from '@parley/document'
import { decodeRelayFrame } from '@parley/wire'
import { randomBytes } from 'node:crypto'
import { checkDelivered, type Group, type Listeners, openGroup } from './group.ts'
import { contentOf } from './people.ts'
import { startRelay } from './relay-process.ts'
import { type Run, type Scenario, type Size, usualRuns } from './scenario.ts'
import { percentile } from './statistics.ts'
import { pause } from './waiting.ts'

interface Course {
  readonly conversations: number
  readonly perSecond: number
  readonly warmUpMessages: number
  /** Per conversation fewer than a page takes, so that none closes under a sender. */
  readonly messages: number
}

const full: Course = { conversations: 20, perSecond: 200, warmUpMessages: 400, messages: 3000 }
const tiny: Course = { conversations: 2, perSecond: 200, warmUpMessages: 10, messages: 50 }

export const latency: Scenario = {
  name: 'latency',
  about:
    'A message every 5 ms, in 20 conversations of two in turn. Received: the other member has the message. Acknowledged: its author has the answer. Both come after the disk has it.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const course = size === 'full' ? full : tiny
    const relay = await startRelay()
    try {
      const stopwatch = createStopwatch()
      const groups: Group[] = []
      for (let number = 0; number < course.conversations; number += 1) {
        groups.push(
          await openGroup({ relay, name: `pair-${number}`, members: 2, listeners: stopwatch.listeners }),
        )
      }
      await sendEvenly(groups, course, stopwatch)
      let checked = 0
      for (const group of groups) checked += await checkDelivered(relay, group)
      const sent = course.warmUpMessages + course.messages
      if (checked !== sent) throw new Error(`${sent} messages were sent, ${checked} are in the log`)
      const { received, acknowledged } = stopwatch.times(course.warmUpMessages)
      await Promise.all(groups.flatMap(({ devices }) => devices.map(async (device) => device.close())))
      return {
        checked,
        figures: [
          { of: 'received', name: 'p50', unit: 'ms', value: percentile(received, 0.5) },
          { of: 'received', name: 'p99', unit: 'ms', value: percentile(received, 0.99) },
          { of: 'acknowledged', name: 'p50', unit: 'ms', value: percentile(acknowledged, 0.5) },
          { of: 'acknowledged', name: 'p99', unit: 'ms', value: percentile(acknowledged, 0.99) },
        ],
      }
    } finally {
      await relay.dispose()
    }
  },
}

async function sendEvenly(groups: readonly Group[], course: Course, stopwatch: Stopwatch): Promise<void> {
  const pens = groups.map(() => ({ client: makeClientId(randomBytes(8)), clock: 0 }))
  const count = course.warmUpMessages + course.messages
  const begin = performance.now()
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - begin) * course.perSecond) / 1000))
    for (; sent < due; sent += 1) {
      const pen = pens[sent % pens.length]
      const group = groups[sent % groups.length]
      const [author] = group?.devices ?? []
      if (pen === undefined || group === undefined || author === undefined) throw new Error('nobody sends')
      const place = { client: pen.client, clock: pen.clock }
      const origin = pen.clock === 0 ? null : { client: pen.client, clock: pen.clock - 1 }
      const update = writeAppend({ ...place, origin, content: contentOf(author.user, sent) })
      pen.clock += 1
      stopwatch.start(place)
      author.send({ frame: 'push', conversation: group.conversation, page: 1, updates: [update] })
    }
    await pause(1)
  }
  await stopwatch.allStopped()
}

interface Stopwatch {
  /** Of a pair: the author hears answers, the other one rows. */
  readonly listeners: (place: number) => Listeners
  readonly start: (place: ItemId) => void
  readonly allStopped: () => Promise<void>
  /** In milliseconds, of all messages but the first so many. */
  readonly times: (after: number) => {
    readonly received: readonly number[]
    readonly acknowledged: readonly number[]
  }
}

interface Message {
  readonly sentAt: number
  receivedAt: number
  acknowledgedAt: number
}

const stopMs = 20_000

function createStopwatch(): Stopwatch {
  const messages = new Map<string, Message>()
  const messageAt = ({ client, clock }: ItemId): Message => {
    const message = messages.get(`${client}/${clock}`)
    if (message === undefined) throw new Error('a message that nobody sent')
    return message
  }
  return {
    listeners: (place) =>
      place === 0
        ? {
            onAnswer({ answers }) {
              const now = performance.now()
              for (const answer of answers) {
                if (answer.verdict.class !== 'accepted') throw new Error('a message was not accepted')
                messageAt(answer).acknowledgedAt = now
              }
            },
          }
        : {
            onRows(bytes) {
              const now = performance.now()
              for (const item of placesIn(bytes)) messageAt(item).receivedAt = now
            },
          },
    start({ client, clock }) {
      const sentAt = performance.now()
      messages.set(`${client}/${clock}`, { sentAt, receivedAt: 0, acknowledgedAt: 0 })
    },
    async allStopped() {
      const until = performance.now() + stopMs
      while (
        [...messages.values()].some(({ receivedAt, acknowledgedAt }) => receivedAt * acknowledgedAt === 0)
      ) {
        if (performance.now() > until) throw new Error('some messages have not arrived')
        await pause(20)
      }
    },
    times(after) {
      const counted = [...messages.values()].slice(after)
      return {
        received: counted.map(({ sentAt, receivedAt }) => receivedAt - sentAt),
        acknowledged: counted.map(({ sentAt, acknowledgedAt }) => acknowledgedAt - sentAt),
      }
    },
  }
}

/** Of the entries in a frame of rows. */
function placesIn(bytes: Uint8Array): readonly ItemId[] {
  const decoded = decodeRelayFrame(bytes)
  if (!decoded.ok || decoded.frame.frame !== 'rows') throw new Error('a frame of rows cannot be read')
  return decoded.frame.rows.flatMap((row) => {
    const read = row.kind === 'entry' ? readAppend(row.update) : undefined
    return read?.ok === true ? [read.append] : []
  })
}
