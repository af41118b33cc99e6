/**
 * One device: a disk, a clock that is wrong, and the engine that runs on it just now. Starting it makes a new engine over
 * the same disk; stopping it stops everything the old one would still have done.
 */
import {
  type ClientLimits,
  createEngine,
  type Engine,
  type PartSources,
  type Ports,
  type SocketHandlers,
} from '@parley/client/engine'
import type { UserId } from '@parley/document'
import { createApp } from './app.ts'
import type { SkewedClock } from './clock.ts'
import type { Counters } from './counters.ts'
import type { DeviceDisk } from './device-disk.ts'
import { createInflate } from './inflated.ts'
import type { Journal } from './journal.ts'
import { lateErrors, lateParts } from './late-parts.ts'
import type { Network } from './network.ts'
import { createPower, type Power } from './power.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

export interface Process {
  readonly run: number
  readonly power: Power
  readonly engine: Engine
  state: 'starting' | 'up' | 'failed'
  /** It ended by itself: superseded. */
  ended: string | null
  /** How often it was told that another device has its tag. */
  conflicts: number
}

export interface DeviceOptions {
  readonly name: string
  readonly user: UserId
  /** Devices with the same one are copies of each other: one device to the relay. */
  readonly family: string
  /** '' for one that shares with no other. */
  readonly tag: string
  readonly disk: DeviceDisk
  readonly clock: SkewedClock
  readonly world: DeviceSurroundings
}

export interface DeviceSurroundings {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly trace: Trace
  readonly counters: Counters
  readonly network: Network
  readonly journal: Journal
  /** A token that holds for so long. */
  readonly mint: (user: UserId, lifeMs: number) => string
  /** Whether a fetched page may honestly be another one than was held, which is noticed and put right. */
  readonly mayDiffer: (user: UserId) => boolean
  /** The faults have ended: what stops now was stopped to see how it goes on. */
  readonly calm: () => boolean
  readonly tokenMs: number
  /** The server that gives tokens has bad moments. */
  readonly moody: boolean
  /** Reading is told to others. */
  readonly readReceipts: boolean
  /** Some devices load the parts of their engine when they need them. */
  readonly lateParts: boolean
  readonly limits: Partial<ClientLimits>
  /** What a known fault puts between the engine and its ports. */
  readonly ports: (ports: Ports, disk: DeviceDisk) => Ports
}

export interface Device {
  readonly name: string
  readonly user: UserId
  readonly family: string
  readonly disk: DeviceDisk
  readonly clock: SkewedClock
  /** The engine the user talks to, while one runs. */
  readonly process: () => Process | null
  /** `signsIn`: the user does, here and now. */
  readonly start: (how?: { readonly signsIn: boolean }) => void
  readonly tag: () => string
  /** From its next start on it shares with no other. */
  readonly leaveTag: () => void
  readonly crash: () => void
  /** Starts a second engine over the same disk, as another tab would, and leaves the first one frozen. */
  readonly takeOver: () => void
  /** The frozen one wakes up. */
  readonly thaw: () => void
  readonly frozen: () => Process | null
  readonly online: () => boolean
  /** `told`: the system tells the engine too. */
  readonly setOnline: (online: boolean, told: boolean) => void
  /** It never comes back. */
  readonly lose: () => void
  readonly lost: () => boolean
}

/** What the world does on purpose: an app without a network has no token to give, a full disk takes nothing. */
const expectedErrors = new Set(['the app gave no token', 'the device cannot store'])

/** Another owner has the store, or the browser has closed it. */
const expectedEnds = new Set(['superseded', 'storage-unavailable'])

export function createDevice(options: DeviceOptions): Device {
  const { name, user, family, disk, clock, world } = options
  const { scheduler, trace, journal, network } = world
  const random = world.random.fork(name)
  const inflates = random.fork('inflates').chance(0.5)
  /** All that have power; the user talks to `main`. */
  let processes: Process[] = []
  let main: Process | null = null
  let sleeper: Process | null = null
  let runs = 0
  let online = true
  let { tag } = options
  let lost = false
  const isLate = world.lateParts && random.fork('parts').chance(0.6)

  const launch = (signsIn = false): Process => {
    runs += 1
    const run = runs
    const power = createPower()
    power.onOff(() => {
      processes = processes.filter((other) => other.power !== power)
      if (main?.power === power) main = null
      if (sleeper?.power === power) sleeper = null
      if (!world.calm()) world.counters.add('deviceCrashes')
      trace.note(name, `dies (${run})`)
    })
    const inflate = inflates ? createInflate(scheduler, random.fork(`inflate ${run}`), power) : undefined
    const own = portsOf(power, random.fork(`run ${run}`), random.fork(`app ${run}`))
    const ports = world.ports({ ...own, inflate }, disk)
    const { limits, readReceipts } = world
    const login = signsIn ? { login: true } : {}
    const late = isLate ? { parts: partsOf(power, random.fork(`parts ${run}`)) } : {}
    const engine = createEngine({ user, ports, limits, readReceipts, tag, ...login, ...late })
    const started: Process = { run, power, engine, state: 'starting', ended: null, conflicts: 0 }
    engine.on((event) => {
      journal.heard.push({ device: name, run, at: scheduler.now(), event })
      if ('replayed' in event) world.counters.add('replays')
      if (event.type === 'state') trace.note(name, `is ${event.state}`)
      if (event.type === 'stopped') stopped(started, event.code)
      if (event.type !== 'ended') return
      started.ended = event.code
      trace.note(name, `ended: ${event.code}`)
      // Nothing but the loss of its store ends an engine here.
      if (!expectedEnds.has(event.code))
        journal.violations.push(`${name}: ended by ${event.code}: ${event.detail}`)
    })
    processes.push(started)
    trace.note(name, `starts (${run})`)
    engine.start().then(
      () => {
        started.state = 'up'
        if (!online) engine.network(false)
      },
      (error: unknown) => {
        started.state = 'failed'
        trace.note(name, `did not start: ${String(error)}`)
      },
    )
    return started
  }

  const partsOf = (power: Power, chance: Random): PartSources => {
    const { counters, calm } = world
    return lateParts({ scheduler, power, random: chance, counters, calm })
  }

  const stopped = (process: Process, code: string): void => {
    trace.note(name, `stopped: ${code}`)
    process.conflicts += 1
    world.counters.add('conflicts')
    if (process.conflicts > 1 || code !== 'conflict' || tag === '')
      journal.violations.push(`${name}: was told to stop by ${code}`)
  }

  const portsOf = (power: Power, chance: Random, mood: Random): Ports => ({
    store: disk.attach(power),
    connect: (handlers: SocketHandlers) => network.connect(name, power, handlers),
    now: clock.now,
    timer: (ms, callback) => {
      // Of timers that ran out while a page slept, one that an earlier one cancels does not fire.
      let cancelled = false
      const cancel = scheduler.after(ms, () => {
        power.enter(() => {
          if (!cancelled) callback()
        })
      })
      return () => {
        cancelled = true
        cancel()
      }
    },
    random: chance.bytes,
    token: createApp({
      scheduler,
      power,
      chance,
      mood,
      counters: world.counters,
      online: () => online,
      moody: () => world.moody && !world.calm(),
      mint: () => world.mint(user, world.tokenMs),
      violate: (what) => journal.violations.push(`${name}: ${what}`),
    }),
    log: {
      error: (message, detail) => {
        trace.note(name, `error: ${message} ${JSON.stringify(detail ?? {})}`)
        if (expectedErrors.has(message) || (isLate && lateErrors.has(message))) return
        if (message === 'a page is not what the relay has' && world.mayDiffer(user)) return
        // What was held of the log before a restore may stand at the same version, and be something else.
        const renewed = world.counters.get('epochChanges') > 0
        if (message === 'a head is not what the relay has' && renewed) return
        journal.violations.push(
          `${name}: the engine logged an error: ${message} ${JSON.stringify(detail ?? {})}`,
        )
      },
      info: () => undefined,
      debug: () => undefined,
    },
  })

  const killAll = (): void => {
    for (const { power } of processes) power.off()
  }

  return {
    name,
    user,
    family,
    disk,
    clock,
    process: () => main,
    frozen: () => sleeper,
    start(how = { signsIn: false }) {
      if (lost || main !== null) return
      main = launch(how.signsIn)
    },
    tag: () => tag,
    leaveTag() {
      tag = ''
    },
    crash: killAll,
    takeOver() {
      if (main === null || lost) return
      sleeper?.power.off()
      main.power.freeze()
      sleeper = main
      main = launch()
    },
    thaw() {
      sleeper?.power.thaw()
      sleeper = null
    },
    online: () => online,
    setOnline(value, told) {
      online = value
      network.setReachable(name, value)
      trace.note(name, value ? 'has a network' : 'has no network')
      const process = main
      if (told && process?.state === 'up' && process.ended === null) {
        process.power.enter(() => {
          process.engine.network(value)
        })
      }
    },
    lose() {
      lost = true
      killAll()
      trace.note(name, 'is lost')
    },
    lost: () => lost,
  }
}

/** Another device has its tag: it stands still, as without a network. */
export function isSignedOut(device: Device): boolean {
  const process = device.process()
  return process !== null && process.state === 'up' && process.ended === null && process.conflicts > 0
}
