/**
 * The disk of a device: a `DeviceStore` with latency, trouble and crashes.
 *
 * A commit lands at one instant and is answered at a later one. What is in flight when its process dies lands wholly or
 * not at all, in order. `relaxed` commits lie in the system's cache until it flushes them, or until a `strict` one does; a
 * machine that dies loses a tail of them. Rules WO5 to WO9.
 */
import type { Batch, DeviceStore, Row } from '@parley/storage'
import type { Counters } from './counters.ts'
import { createOwner, type Flight, type Owner, storageError } from './device-owner.ts'
import type { Power } from './power.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import { applyBatch, copyBatch, copyImage, describeBatch, type Image, readImage } from './tables.ts'
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
  /** Whether a machine dies with its process now and then, and loses what its system had not flushed. */
  readonly loses: boolean
}

export interface DeviceDisk {
  /** The disk as one process sees it. */
  readonly attach: (power: Power) => DeviceStore
  /** Another disk with the same on it, as a backup program would copy it. */
  readonly copy: (name: string) => DeviceDisk
  /** While full, a commit that puts something fails with `quota`. */
  readonly setFull: (full: boolean) => void
  /** The commit after the next `commits` fails with `quota`, once. */
  readonly failAfter: (commits: number) => void
  /** The browser closes it under its owner. */
  readonly close: () => void
  /** The owner dies around the next commit: before it lands, or after it landed and before the answer. */
  readonly dieAtNextCommit: (moment: 'before' | 'after') => void
  /** No trouble from here on. */
  readonly calm: () => void
  /** For people who look into a failure. */
  readonly peek: (table: string) => readonly Row[]
  /** Of all tables. */
  readonly rows: () => readonly Row[]
  /** Takes rows away behind everybody's back. Only for the known faults. */
  readonly tamper: (table: string, gone: (value: unknown) => boolean) => void
  /** It has always kept what it was given: no failed write, and nothing lost with a dead machine. */
  readonly faithful: () => boolean
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
  let failAfter = Number.POSITIVE_INFINITY
  let death: 'before' | 'after' | null = null
  let faithful = true

  const flush = (): void => {
    for (const batch of unflushed) applyBatch(flushed, batch)
    unflushed = []
  }
  const write = (batch: Batch): void => {
    applyBatch(live, batch)
    if (unflushed.length === 0 && batch.durability === 'relaxed')
      scheduler.after(random.float() * flushMs, flush)
    unflushed.push(batch)
    if (batch.durability === 'strict') flush()
  }
  const isFenced = (writer: Owner): boolean => options.fencing && writer.epoch !== epoch
  const isFull = (batch: Batch): boolean => {
    if (full && (batch.puts ?? []).length > 0) return true
    failAfter -= 1
    if (failAfter >= 0) return false
    failAfter = Number.POSITIVE_INFINITY
    return true
  }

  const land = (flight: Flight): void => {
    const { owner: writer, batch } = flight
    if (!flights.includes(flight)) return
    if (death === 'before') {
      death = null
      writer.power.off()
      return
    }
    flights = flights.filter((other) => other !== flight)
    if (isFenced(writer)) {
      counters.add('staleWritesFenced')
      trace.note(name, 'a stale write is refused')
      writer.lose('stale-epoch')
      throw storageError('stale-epoch')
    }
    const refused = isFull(batch)
    trace.note(name, `commit ${batch.durability} ${describeBatch(batch)} ${refused ? 'quota' : 'landed'}`)
    if (refused) {
      counters.add('quotaFailures')
      faithful = false
      throw storageError('quota')
    }
    write(batch)
    if (death !== 'after') return
    death = null
    counters.add('deviceCrashesBetweenDiskAndAnswer')
    writer.power.off()
  }

  /** Of what is in flight a run from the first one on lands; then, if the machine died too, a tail of the relaxed is lost. */
  const died = (power: Power): void => {
    powers = powers.filter((other) => other !== power)
    const flying = flights.filter((flight) => flight.owner.power === power)
    flights = flights.filter((flight) => flight.owner.power !== power)
    if (flying.length > 0) counters.add('deviceCrashesWithCommitInFlight')
    for (const { owner: writer, batch } of flying.slice(0, random.between(0, flying.length))) {
      if (writer.gone() === null && !isFenced(writer) && !isFull(batch)) write(batch)
    }
    if (!options.loses || powers.length > 0 || unflushed.length === 0 || random.chance(0.5)) return
    const keeps = random.below(unflushed.length)
    trace.note(name, `loses ${unflushed.length - keeps} unflushed commits`)
    counters.add('relaxedCommitsLost', unflushed.length - keeps)
    faithful = false
    unflushed.length = keeps
    flush()
    live = copyImage(flushed)
  }

  // Calls, and answers, come in their order, also when several are due at the same instant.
  const calls: (() => void)[] = []
  const answers: (() => void)[] = []
  const later = (power: Power, run: () => void): void => {
    answers.push(() => {
      power.enter(run)
    })
    scheduler.after(random.float() * latencyMs, () => {
      answers.shift()?.()
    })
  }
  const serve = <T>(power: Power, work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      if (!power.effect()) return
      calls.push(() => {
        try {
          const value = work()
          later(power, () => {
            resolve(value)
          })
        } catch (error) {
          later(power, () => {
            reject(error instanceof Error ? error : new Error(String(error)))
          })
        }
      })
      busyUntil = Math.max(busyUntil, scheduler.now()) + random.float() * latencyMs
      scheduler.after(busyUntil - scheduler.now(), () => {
        calls.shift()?.()
      })
    })

  const counter = {
    serve,
    later,
    land,
    read: (reads: Parameters<Owner['store']['read']>[0]) => reads.map((read) => readImage(live, read)),
    launch(writer: Owner, batch: Batch) {
      const flight: Flight = { owner: writer, batch: copyBatch(batch) }
      flights.push(flight)
      return flight
    },
    leave(leaver: Owner) {
      if (owner === leaver) owner = null
    },
  }

  return {
    attach(power) {
      powers.push(power)
      power.onOff(() => {
        died(power)
      })
      return {
        open: (look) =>
          serve(power, () => {
            if (look !== undefined) look.see(readImage(live, { kind: 'get', ...look })[0]?.value)
            epoch += 1
            owner = createOwner(counter, power, epoch)
            return owner.store
          }),
        destroy: () =>
          serve(power, () => {
            owner?.lose('closed')
            owner = null
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
    failAfter(commits) {
      failAfter = commits
    },
    close() {
      owner?.lose('closed')
      owner = null
    },
    dieAtNextCommit(moment) {
      death = moment
    },
    calm() {
      full = false
      failAfter = Number.POSITIVE_INFINITY
      death = null
    },
    peek: (table) => live.get(table) ?? [],
    rows: () => [...live.values()].flat(),
    tamper(table, gone) {
      for (const image of [live, flushed]) {
        image.set(
          table,
          (image.get(table) ?? []).filter(({ value }) => !gone(value)),
        )
      }
    },
    faithful: () => faithful,
  }
}
