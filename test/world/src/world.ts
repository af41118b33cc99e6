/** A whole world: its time, its machines, and what is known of them. Everything in it comes from the seed. */
import { parseUserId, type UserId } from '@parley/document'
import type { RelayLimits } from '@parley/relay'
import { createClock } from './clock.ts'
import { type Counters, createCounters } from './counters.ts'
import { createDevice, type Device, type DeviceOptions } from './device.ts'
import { portsWithFault } from './device-faults.ts'
import { createDeviceDisk, type DeviceDisk } from './device-disk.ts'
import { createJournal, type Journal } from './journal.ts'
import { createNetwork, type Network } from './network.ts'
import { createRandom, type Random } from './random.ts'
import { createRelayDisk } from './relay-disk.ts'
import { createRelayHost, type RelayHost } from './relay-host.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import type { Settings } from './settings.ts'
import { createTrace, type Trace } from './trace.ts'
import { createWatch, type Watch } from './watch.ts'

export interface World {
  readonly settings: Settings
  readonly random: Random
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly counters: Counters
  readonly network: Network
  readonly relay: RelayHost
  readonly journal: Journal
  readonly watch: Watch
  readonly users: readonly UserId[]
  readonly devices: Device[]
  /** A device nobody has used before. Its tag is drawn in worlds that have them, unless it is named. */
  readonly addDevice: (user: UserId, tag?: string) => Device
  /** A second device with what is on the disk of this one. */
  readonly copyDevice: (device: Device) => Device
  /** Lets so many milliseconds pass. */
  readonly run: (ms: number) => Promise<void>
  /** Something that goes wrong, or right again, in a while; not any more once the faults have ended. */
  readonly later: (ms: number, happen: () => void) => void
  readonly endFaults: () => void
}

export interface WorldOptions {
  readonly seed: string
  readonly settings: Settings
  readonly keepTrace?: boolean
}

/** A world does not wait as long as people do for a connection that says nothing. */
export const worldLimits = { heartbeatMs: 6000, pongDeadlineMs: 3000, connectDeadlineMs: 8000 } as const

const names = ['Tom', 'Jerry', 'Spike', 'Tyke']

export function createWorld({ seed, settings, keepTrace = false }: WorldOptions): World {
  const random = createRandom(seed)
  const scheduler = createScheduler(random.fork('time'), settings.ties)
  const trace = createTrace(scheduler.now, keepTrace)
  const counters = createCounters()
  const journal = createJournal()
  const { fault } = settings
  const disk = createRelayDisk({
    scheduler,
    trace,
    counters,
    random: random.fork('relay disk'),
    epoch: epochOf(random.fork('epoch')),
    latencyMs: settings.relayLatencyMs,
    fsync: fault !== 'no-fsync',
  })
  const devices: Device[] = []
  const watch = createWatch({ disk, journal, counters, devices, now: scheduler.now })
  const network = createNetwork({
    scheduler,
    trace,
    counters,
    random: random.fork('network'),
    wiretap: watch.wiretap,
  })
  const relay = createRelayHost({
    scheduler,
    trace,
    counters,
    network,
    disk,
    random: random.fork('relay'),
    limits: relayLimits(settings),
    fault,
  })

  /** Parts of an answer came twice or disordered, or he left a conversation, in which more has been erased since. */
  const mayDiffer = (user: UserId): boolean =>
    counters.get('doubledFrames') + counters.get('reorderedFrames') > 0 ||
    [...disk.log().conversations.values()].some(({ members }) => members.get(user)?.role === '')
  const newDisk = (name: string): DeviceDisk =>
    createDeviceDisk({
      name,
      scheduler,
      trace,
      counters,
      random: random.fork(`disk ${name}`),
      latencyMs: settings.deviceLatencyMs,
      fencing: fault !== 'stale-leader-writes',
      loses: settings.unflushedLost,
    })
  const add = (user: UserId, name: string, copied: Copied, diskOfIt: DeviceDisk): Device => {
    const clocks = random.fork(`clock ${name}`)
    const skew = settings.features.has('clocks') ? (clocks.float() - 0.5) * 2 * 26 * 3_600_000 : 0
    const device = createDevice({
      name,
      user,
      ...copied,
      disk: diskOfIt,
      clock: createClock(scheduler.now, skew),
      world: {
        scheduler,
        trace,
        counters,
        network,
        journal,
        random: random.fork('devices'),
        mint: relay.mint,
        calm: () => faultsEnded,
        mayDiffer,
        tokenMs: settings.tokenMs,
        moody: settings.features.has('expiringTokens'),
        readReceipts: settings.features.has('readReceipts'),
        lateParts: settings.lateParts,
        limits: { ...worldLimits, maxInFlight: settings.maxInFlight },
        ports: portsWithFault(fault),
      },
    })
    if (Math.abs(skew) > 3_600_000) counters.add('clocksWrongByHours')
    if (devices.some((other) => other.user === user)) counters.add('secondDevices')
    devices.push(device)
    return device
  }
  /** Mostly the same: who has two devices has a reason to sign in again and again. */
  const drawTag = (name: string): string => {
    if (faultsEnded || !settings.features.has('tags')) return ''
    return random.fork(`tag ${name}`).pick(['phone', 'phone', 'phone', 'desk', ''])
  }
  let faultsEnded = false
  const countOf = (user: UserId): number => devices.filter((device) => device.user === user).length

  return {
    settings,
    random,
    scheduler,
    trace,
    counters,
    network,
    relay,
    journal,
    watch,
    devices,
    users: names.slice(0, settings.users).map(userNamed),
    addDevice(user, tag) {
      const name = `${user}-${countOf(user) + 1}`
      return add(user, name, { family: name, tag: tag ?? drawTag(name) }, newDisk(name))
    },
    copyDevice(device) {
      const name = `${device.user}-${countOf(device.user) + 1}`
      trace.note(name, `is a copy of ${device.name}`)
      const { family } = device
      return add(device.user, name, { family, tag: device.tag() }, device.disk.copy(name))
    },
    run: (ms) => scheduler.runTo(scheduler.now() + ms),
    later(ms, happen) {
      scheduler.after(ms, () => {
        if (!faultsEnded) happen()
      })
    },
    endFaults() {
      faultsEnded = true
    },
  }
}

type Copied = Pick<DeviceOptions, 'family' | 'tag'>

/** Small, so that everything that depends on them happens often. */
function relayLimits({ page, inlineRows }: Settings): Partial<RelayLimits> {
  const limits = {
    maxPageEntries: page.entries,
    maxPageWriters: page.writers,
    maxInlineRows: inlineRows,
    minDeflatedBytes: 200,
    maxFeedRows: 3,
    cursorEveryTurns: 4,
    maxCachedConversations: 3,
    maxBufferedBytes: 2000,
  }
  return limits
}

/** The life of a relay's data has a random name. */
export function epochOf(random: Random): string {
  return Buffer.from(random.bytes(16)).toString('hex')
}

function userNamed(name: string): UserId {
  const user = parseUserId(name)
  if (user === undefined) throw new Error(`${name} is no user id`)
  return user
}
