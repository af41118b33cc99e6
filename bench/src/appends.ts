/**
 * How many messages a second a relay acknowledges, on the disk, and what that costs it.
 *
 * Each shape is a number of conversations, each with members who are all connected by a socket of their own; so many of
 * them send, each with so many messages unanswered. Every message is a frame of its own, unless said otherwise.
 */
import type { RelayProcess } from './relay-process.ts'
import { startRelay } from './relay-process.ts'
import { cpuSeconds } from './process-usage.ts'
import { checkDelivered, type Group, openGroup } from './group.ts'
import { createLane, createTail, type Lane } from './lane.ts'
import { pause, sum } from './waiting.ts'
import { type Figure, type Run, type Scenario, type Size, usualRuns } from './scenario.ts'

export interface Shape {
  readonly name: string
  readonly conversations: number
  readonly members: number
  readonly senders: number
  readonly window: number
  readonly perPush: number
}

export const shapes: readonly Shape[] = [
  { name: 'one lone sender', conversations: 1, members: 2, senders: 1, window: 1, perPush: 1 },
  {
    name: 'one device with a full outbox',
    conversations: 1,
    members: 2,
    senders: 1,
    window: 64,
    perPush: 64,
  },
  { name: '100 conversations of 2', conversations: 100, members: 2, senders: 1, window: 16, perPush: 1 },
  { name: '1 conversation of 200', conversations: 1, members: 200, senders: 20, window: 4, perPush: 1 },
]

const tinyShapes: readonly Shape[] = [
  { name: 'one lone sender', conversations: 1, members: 2, senders: 1, window: 1, perPush: 1 },
  { name: '3 conversations of 3', conversations: 3, members: 3, senders: 2, window: 8, perPush: 4 },
]

export interface Stretch {
  readonly warmUpMs: number
  readonly measureMs: number
  /** Messages of one sender at most. */
  readonly limit: number
}

const fullStretch: Stretch = { warmUpMs: 1500, measureMs: 5000, limit: 500_000 }
/** More than a page, so that one closes on the way. */
const tinyStretch: Stretch = { warmUpMs: 0, measureMs: 300, limit: 2000 }

export const appends: Scenario = {
  name: 'appends',
  about:
    'Messages acknowledged after they were on the disk. Every member has a socket of its own; a delivery is a message that has reached one of them, its author included. `1 conversation of 200` has 20 senders.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const figures: Figure[] = []
    let checked = 0
    for (const shape of size === 'full' ? shapes : tinyShapes) {
      const relay = await startRelay()
      try {
        const saturated = await saturate(relay, shape, size === 'full' ? fullStretch : tinyStretch)
        checked += saturated.checked
        figures.push(...figuresOf(shape, saturated))
      } finally {
        await relay.dispose()
      }
    }
    return { figures, checked }
  },
}

export interface Saturated {
  readonly seconds: number
  readonly accepted: number
  readonly rewritten: number
  readonly commits: number
  readonly relayCpuSeconds: number
  readonly driverCpuSeconds: number
  /** Messages of the whole run that are in the log and with every member. */
  readonly checked: number
  /** When sending began and when the last answer had come, in milliseconds of this process. */
  readonly from: number
  readonly to: number
}

/** Sends as fast as it is answered, and counts a stretch from the middle. */
export async function saturate(relay: RelayProcess, shape: Shape, stretch: Stretch): Promise<Saturated> {
  const groups: Group[] = []
  const lanes: Lane[] = []
  for (let number = 0; number < shape.conversations; number += 1) {
    const own: Lane[] = []
    const tail = createTail()
    const group = await openGroup({
      relay,
      name: `group-${number}`,
      members: shape.members,
      listeners: (place) => ({
        onAnswer: (answer) => own[place]?.take(answer),
        // One listens for all: what the others would hear is the same.
        ...(place === 0 && shape.senders > 1 ? { onRows: tail.hear } : {}),
      }),
    })
    groups.push(group)
    for (const device of group.devices.slice(0, shape.senders)) {
      const { window, perPush } = shape
      const { conversation } = group
      own.push(createLane({ device, conversation, window, perPush, limit: stretch.limit, tail: tail.of }))
    }
    lanes.push(...own)
  }
  const from = performance.now()
  for (const lane of lanes) lane.start()
  await pause(stretch.warmUpMs)
  const before = await look(relay, lanes)
  await pause(stretch.measureMs)
  const after = await look(relay, lanes)
  await Promise.all(lanes.map(async (lane) => lane.finish()))
  const to = performance.now()

  const accepted = sum(lanes.map((lane) => lane.accepted))
  let checked = 0
  for (const group of groups) checked += await checkDelivered(relay, group)
  if (checked !== accepted)
    throw new Error(`${accepted} messages were acknowledged, ${checked} are in the log`)
  await Promise.all(groups.flatMap(({ devices }) => devices.map(async (device) => device.close())))
  return {
    seconds: after.at - before.at,
    accepted: after.accepted - before.accepted,
    rewritten: after.rewritten - before.rewritten,
    commits: after.commits - before.commits,
    relayCpuSeconds: after.relayCpu - before.relayCpu,
    driverCpuSeconds: after.driverCpu - before.driverCpu,
    checked,
    from,
    to,
  }
}

interface Look {
  readonly at: number
  readonly accepted: number
  readonly rewritten: number
  readonly commits: number
  readonly relayCpu: number
  readonly driverCpu: number
}

async function look(relay: RelayProcess, lanes: readonly Lane[]): Promise<Look> {
  const commits = await relay.counter('commits_total')
  return {
    commits,
    at: performance.now() / 1000,
    accepted: sum(lanes.map((lane) => lane.accepted)),
    rewritten: sum(lanes.map((lane) => lane.rewritten)),
    relayCpu: cpuSeconds(relay.pid),
    driverCpu: cpuSeconds(process.pid),
  }
}

function figuresOf(shape: Shape, saturated: Saturated): readonly Figure[] {
  const { seconds, accepted, commits, relayCpuSeconds, driverCpuSeconds } = saturated
  const of = shape.name
  const deliveries = accepted * shape.members
  return [
    { of, name: 'acknowledged', unit: 'per s', value: accepted / seconds },
    { of, name: 'in a transaction', unit: 'messages', value: accepted / commits },
    // The clock for it steps by hundredths of a second.
    {
      of,
      name: 'delivered',
      unit: 'per CPU s of the relay',
      value: deliveries / Math.max(relayCpuSeconds, 0.01),
    },
    { of, name: 'relay', unit: '% of a core', value: (100 * relayCpuSeconds) / seconds },
    { of, name: 'driver', unit: '% of a core', value: (100 * driverCpuSeconds) / seconds },
  ]
}
