/**
 * The disk of a device: a `DeviceStore` with latency, trouble and crashes.
 *
 * Calls of one owner are served one after the other. A commit lands at one instant and is answered at a later one. What
 * is in flight when its process dies lands wholly or not at all, in order. `relaxed` commits lie in the system's cache
 * until it flushes them, or until a `strict` one does; a machine that dies loses a tail of them. Rules WO5, WO6, WO7.
 */
import {
  type Batch,
  type DeviceStore,
  type OpenStore,
  StorageError,
  type StorageErrorKind,
} from '@parley/storage'
import type { Counters } from './counters.ts'
import type { Power } from './power.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import { applyBatch, copyBatch, copyImage, type Image, readImage } from './tables.ts'
import type { Trace } from './trace.ts'

export interface DeviceDiskOptions {
  readonly name: string
  readonly scheduler: Scheduler
  readonly random: Random
  readonly trace: Trace
  readonly counters: Counters
  /** Of one call, at most. 0: everything at once. */
  readonly latencyMs: number
  /** Off: an earlier owner may go on writing. Only for the known faults. */
  readonly fencing: boolean
}

export interface DeviceDisk {
  /** The disk as one process sees it. */
  readonly attach: (power: Power) => DeviceStore
  /** Another disk with the same on it, as a backup program would copy it. */
  readonly copy: (name: string) => DeviceDisk
  /** While full, a commit that puts something fails with `quota`. */
  readonly setFull: (full: boolean) => void
  /** While away, nobody can open it. */
  readonly setAway: (away: boolean) => void
  /** The commit after the next `commits` fails with `quota`, once. */
  readonly failAfter: (commits: number) => void
  /** The browser closes it under its owner. */
  readonly close: () => void
  /** The owner dies around the next commit: before it lands, or after it landed and before the answer. */
  readonly dieAtNextCommit: (moment: 'before' | 'after') => void
  /** No trouble from here on. */
  readonly calm: () => void
  /** Takes rows away behind everybody's back. Only for the known faults. */
  readonly tamper: (table: string, gone: (value: unknown) => boolean) => void
  /** It has always kept what it was given: no failed write, and nothing lost with a dead machine. */
  readonly faithful: () => boolean
}

interface Owner {
  readonly power: Power
  readonly epoch: number
  readonly lost: (error: StorageError) => void
  gone: StorageErrorKind | null
}

interface Flight {
  readonly owner: Owner
  readonly batch: Batch
  landed: boolean
}

const flushMs = 5000

export function createDeviceDisk(
  options: DeviceDiskOptions,
  seen: Image = new Map(),
  opened = 0,
): DeviceDisk {
  const { name, scheduler, random, trace, counters, latencyMs } = options
  /** What reads see, and what a dead machine would find again. */
  let live = seen
  let flushed = copyImage(seen)
  let unflushed: Batch[] = []
  let epoch = opened
  let owner: Owner | null = null
  let flights: Flight[] = []
  let powers: Power[] = []
  let busyUntil = 0
  let full = false
  let away = false
  let failAfter = Number.POSITIVE_INFINITY
  let death: 'before' | 'after' | null = null
  let faithful = true

  const flush = (): void => {
    for (const batch of unflushed) applyBatch(flushed, batch)
    unflushed = []
  }
  const land = (batch: Batch): void => {
    applyBatch(live, batch)
    if (unflushed.length === 0 && batch.durability === 'relaxed')
      scheduler.after(random.float() * flushMs, flush)
    unflushed.push(batch)
    if (batch.durability === 'strict') flush()
  }
  /** A whole commit, or nothing of it: those in flight land as a run from the first one on. */
  const died = (power: Power): void => {
    powers = powers.filter((other) => other !== power)
    const flying = flights.filter((flight) => flight.owner.power === power && !flight.landed)
    flights = flights.filter((flight) => flight.owner.power !== power)
    if (flying.length > 0) counters.add('deviceCrashesWithCommitInFlight')
    const lands = random.between(0, flying.length)
    for (const { owner: writer, batch } of flying.slice(0, lands))
      if (refusal(writer, batch) === null) land(batch)
    if (powers.length > 0 || unflushed.length === 0 || random.chance(0.5)) return
    const keeps = random.below(unflushed.length)
    trace.note(name, `loses ${unflushed.length - keeps} unflushed commits`)
    counters.add('relaxedCommitsLost', unflushed.length - keeps)
    faithful = false
    unflushed.length = keeps
    flush()
    live = copyImage(flushed)
  }
  const refusal = (writer: Owner, batch: Batch): StorageErrorKind | null => {
    if (writer.gone === 'closed') return 'closed'
    if (options.fencing && writer.epoch !== epoch) return 'stale-epoch'
    if (full && (batch.puts ?? []).length > 0) return 'quota'
    failAfter -= 1
    if (failAfter >= 0) return null
    failAfter = Number.POSITIVE_INFINITY
    return 'quota'
  }
  const lose = (kind: StorageErrorKind): void => {
    const loser = owner
    owner = null
    if (loser === null || loser.gone !== null || (kind === 'stale-epoch' && !options.fencing)) return
    loser.gone = kind
    const error = new StorageError(kind, `${name}: the store is lost (${kind})`)
    scheduler.after(random.float() * latencyMs * 4, () => {
      loser.power.enter(() => {
        loser.lost(error)
      })
    })
  }
  /** When the next call is served; calls do not overtake each other. */
  const turn = (): number => {
    busyUntil = Math.max(busyUntil, scheduler.now()) + random.float() * latencyMs
    return busyUntil - scheduler.now()
  }

  const serve = <T>(power: Power, work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      if (!power.effect()) return
      scheduler.after(turn(), () => {
        let answer: () => void
        try {
          const value = work()
          answer = () => {
            resolve(value)
          }
        } catch (error) {
          answer = () => {
            reject(error instanceof Error ? error : new Error(String(error)))
          }
        }
        if (latencyMs === 0) power.enter(answer)
        else
          scheduler.after(random.float() * latencyMs, () => {
            power.enter(answer)
          })
      })
    })

  const open = (self: Owner): OpenStore => ({
    epoch: self.epoch,
    onLost: (listener) => {
      lostListeners.set(self, listener)
    },
    read: (reads) =>
      serve(self.power, () => {
        if (self.gone !== null) throw fail(self.gone)
        return reads.map((read) => readImage(live, read))
      }),
    commit(batch) {
      const flight: Flight = { owner: self, batch: copyBatch(batch), landed: false }
      if (self.power.state() === 'on') flights.push(flight)
      return serve(self.power, () => {
        if (!flights.includes(flight)) return
        if (death === 'before') {
          death = null
          self.power.off()
          return
        }
        flights = flights.filter((other) => other !== flight)
        const kind = refusal(self, flight.batch)
        trace.note(name, `commit ${flight.batch.durability} ${describe(flight.batch)} ${kind ?? 'landed'}`)
        if (kind !== null) throw fail(kind)
        flight.landed = true
        land(flight.batch)
        if (death === 'after') {
          death = null
          counters.add('deviceCrashesBetweenDiskAndAnswer')
          self.power.off()
        }
      })
    },
    close: () =>
      serve(self.power, () => {
        if (owner === self) owner = null
        self.gone ??= 'closed'
      }),
  })
  const lostListeners = new WeakMap<Owner, (error: StorageError) => void>()

  const fail = (kind: StorageErrorKind): StorageError => {
    if (kind === 'quota') {
      counters.add('quotaFailures')
      faithful = false
    }
    if (kind === 'stale-epoch') counters.add('staleWritesFenced')
    return new StorageError(kind, `${name}: ${kind}`)
  }

  return {
    attach(power) {
      powers.push(power)
      power.onOff(() => {
        died(power)
      })
      return {
        open: () =>
          serve(power, () => {
            if (away) throw fail('unavailable')
            lose('stale-epoch')
            epoch += 1
            const self: Owner = {
              power,
              epoch,
              gone: null,
              lost: (error) => lostListeners.get(self)?.(error),
            }
            owner = self
            return open(self)
          }),
        destroy: () =>
          serve(power, () => {
            lose('closed')
            live = new Map()
            flushed = new Map()
            unflushed = []
          }),
      }
    },
    copy: (copyName) =>
      createDeviceDisk({ ...options, name: copyName, random: random.fork(copyName) }, copyImage(live), epoch),
    setFull(value) {
      full = value
    },
    setAway(value) {
      away = value
    },
    failAfter(commits) {
      failAfter = commits
    },
    close() {
      lose('closed')
    },
    dieAtNextCommit(moment) {
      death = moment
    },
    calm() {
      full = false
      away = false
      failAfter = Number.POSITIVE_INFINITY
      death = null
    },
    tamper(table, gone) {
      for (const image of [live, flushed])
        image.set(
          table,
          (image.get(table) ?? []).filter(({ value }) => !gone(value)),
        )
    },
    faithful: () => faithful,
  }
}

function describe(batch: Batch): string {
  const puts = (batch.puts ?? []).map(({ table, key }) => `+${table}:${key.join('/')}`)
  const removes = (batch.removes ?? []).map(({ table, key }) => `-${table}:${key.join('/')}`)
  const prefixes = (batch.removePrefixes ?? []).map(({ table, prefix }) => `-${table}:${prefix.join('/')}/*`)
  return [...prefixes, ...removes, ...puts].join(' ')
}
