/**
 * What a connection costs the relay in memory while nothing happens.
 *
 * Many devices of as many users say hello and then nothing. The first ones warm the relay up and are not counted; the
 * slope between two counts leaves out what it needs once.
 */
import { open, openGroup } from './group.ts'
import type { Device } from './device.ts'
import { userOf } from './people.ts'
import { residentBytes } from './process-usage.ts'
import { type RelayProcess, startRelay } from './relay-process.ts'
import { type Run, type Scenario, type Size, usualRuns } from './scenario.ts'
import { pause } from './waiting.ts'

interface Crowd {
  readonly before: number
  readonly connections: number
  readonly settleMs: number
}

const full: Crowd = { before: 500, connections: 2000, settleMs: 3000 }
const tiny: Crowd = { before: 5, connections: 40, settleMs: 100 }

export const memory: Scenario = {
  name: 'memory',
  about:
    'Resident memory of the relay’s process: 2,000 connections more, after 500 that warmed it up. Alone: users in no conversation. In pairs: two by two in a conversation, caught up with it.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const crowd = size === 'full' ? full : tiny
    const alone = await measure(crowd, async (relay, count, from) => {
      const devices: Device[] = []
      for (let number = from; number < from + count; number += 1) {
        devices.push(await open(relay, userOf(`idle-${number}`)))
      }
      return devices
    })
    const inPairs = await measure(crowd, async (relay, count, from) => {
      const devices: Device[] = []
      for (let number = from; devices.length < count; number += 2) {
        devices.push(...(await openGroup({ relay, name: `pair-${number}`, members: 2 })).devices)
      }
      return devices
    })
    return {
      checked: alone.connections + inPairs.connections,
      figures: [
        { of: 'alone', name: 'a connection', unit: 'KiB', value: alone.bytes / 1024 },
        { of: 'in a pair', name: 'a connection', unit: 'KiB', value: inPairs.bytes / 1024 },
      ],
    }
  },
}

type Connect = (relay: RelayProcess, count: number, from: number) => Promise<readonly Device[]>

async function measure(
  crowd: Crowd,
  connect: Connect,
): Promise<{ readonly bytes: number; readonly connections: number }> {
  const relay = await startRelay()
  try {
    const first = await connect(relay, crowd.before, 0)
    await pause(crowd.settleMs)
    const before = residentBytes(relay.pid)
    const others = await connect(relay, crowd.connections, crowd.before)
    await pause(crowd.settleMs)
    const after = residentBytes(relay.pid)
    const connections = await relay.counter('sessions')
    if (connections !== first.length + others.length) {
      throw new Error(`${first.length + others.length} connections were made, the relay has ${connections}`)
    }
    await Promise.all([...first, ...others].map(async (device) => device.close()))
    return { bytes: (after - before) / others.length, connections: others.length }
  } finally {
    await relay.dispose()
  }
}
