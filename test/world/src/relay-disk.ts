/**
 * The disk of the relay: the transactions that reached it, in order. A process opens it and gets a `RelayStore` over
 * them. A commit lands at one instant and is answered at a later one; a process that dies in between has saved what it
 * never said. Rules WO10, WO11, WO12.
 */
import {
  createMemoryDisk,
  createMemoryRelayStore,
  type RelayCommit,
  type RelayStore,
  StoreError,
} from '@parley/relay'
import type { Counters } from './counters.ts'
import { applyCommit, emptyLog, type Log } from './log.ts'
import type { Power } from './power.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

export interface RelayDiskOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly trace: Trace
  readonly counters: Counters
  readonly epoch: string
  readonly latencyMs: number
  /** Off: a commit is answered while it still lies in a cache. Only for the known faults. */
  readonly fsync: boolean
}

export interface RelayDisk {
  readonly open: (power: Power) => Promise<RelayStore>
  readonly epoch: () => string
  /** What would be found after a crash now. */
  readonly log: () => Log
  /** Of the transactions that lie there, those the living process has not been told of yet. */
  readonly unheard: () => readonly RelayCommit[]
  readonly transactions: () => readonly RelayCommit[]
  /** How many transactions lie there: a place to come back to. */
  readonly size: () => number
  /** Puts an older copy in its place, as the life of another log. Nobody may have it open. */
  readonly restore: (size: number, epoch: string) => void
  readonly setFull: (full: boolean) => void
  /** Called for each transaction when it lands, and before the log has it. */
  readonly onCommit: (listener: (commit: RelayCommit) => void) => void
  /** The owner dies around the next commit: before it lands, or after it landed and before it hears of it. */
  readonly dieAtNextCommit: (moment: 'before' | 'after') => void
  /** No trouble from here on. */
  readonly calm: () => void
}

const flushMs = 3000

export function createRelayDisk(options: RelayDiskOptions): RelayDisk {
  const { scheduler, random, trace, counters, latencyMs, fsync } = options
  let { epoch } = options
  let commits: RelayCommit[] = []
  /** Of `commits`, how many are safe: all, with fsync. */
  let safe = 0
  let log = emptyLog()
  /** They stand for themselves: an older copy of the log does not bring anybody back. */
  const { revocations } = createMemoryDisk(epoch)
  let unheard: RelayCommit[] = []
  const listeners: ((commit: RelayCommit) => void)[] = []
  let full = false
  let death: 'before' | 'after' | null = null
  let busyUntil = 0

  const rebuild = (): void => {
    log = emptyLog()
    for (const commit of commits) applyCommit(log, commit)
  }
  const secure = (): void => {
    for (const commit of commits.slice(safe)) applyCommit(log, commit)
    safe = commits.length
  }
  const land = (commit: RelayCommit): void => {
    for (const listener of listeners) listener(commit)
    commits.push(commit)
    if (fsync) secure()
    else scheduler.after(random.float() * flushMs, secure)
  }

  const openStore = (power: Power, inner: RelayStore): RelayStore => {
    let answering = 0
    const flights = new Set<RelayCommit>()
    unheard = []
    power.onOff(() => {
      if (answering > 0) counters.add('relayCrashesBetweenDiskAndAnswer')
      if (flights.size > 0) counters.add('relayCrashesBeforeDisk')
      if (commits.length > safe) trace.note('disk', `loses ${commits.length - safe} transactions`)
      commits.length = safe
    })
    const read = <T>(work: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        if (!power.effect()) return
        scheduler.after(random.float() * latencyMs * 0.1, () => {
          work().then(
            (value) => {
              power.enter(() => {
                resolve(value)
              })
            },
            (error: unknown) => {
              power.enter(() => {
                reject(error instanceof Error ? error : new Error(String(error)))
              })
            },
          )
        })
      })
    const commit = (next: RelayCommit): Promise<void> =>
      new Promise((resolve, reject) => {
        if (!power.effect()) return
        flights.add(next)
        busyUntil = Math.max(busyUntil, scheduler.now()) + random.float() * latencyMs
        scheduler.after(busyUntil - scheduler.now(), () => {
          if (death === 'before' && power.state() === 'on') {
            death = null
            power.off()
          }
          if (power.state() === 'off') return
          flights.delete(next)
          if (full) {
            counters.add('relayDiskFull')
            trace.note('disk', 'full')
            power.enter(() => {
              reject(new StoreError('full', 'the disk is full'))
            })
            return
          }
          land(next)
          unheard.push(next)
          answering += 1
          trace.note('disk', `position ${next.position}, ${next.rows.length} rows`)
          if (death === 'after') {
            death = null
            power.off()
          }
          scheduler.after(random.float() * latencyMs, () => {
            answering -= 1
            power.enter(() => {
              unheard = unheard.filter((other) => other !== next)
              inner.commit(next).then(resolve, reject)
            })
          })
        })
      })
    // Whatever a store can be asked takes its time; a question that is new some day does too.
    return new Proxy(inner, {
      get(target, name) {
        if (name === 'commit') return commit
        const own: unknown = Reflect.get(target, name)
        if (name === 'close' || typeof own !== 'function') return own
        return (...given: readonly unknown[]): Promise<unknown> =>
          read(async (): Promise<unknown> => Reflect.apply(own, target, given))
      },
    })
  }

  return {
    epoch: () => epoch,
    log: () => log,
    unheard: () => unheard,
    transactions: () => commits,
    size: () => commits.length,
    async open(power) {
      const inner = createMemoryRelayStore({ ...createMemoryDisk(epoch), revocations })
      for (const commit of commits) await inner.commit(commit)
      return openStore(power, inner)
    },
    restore(size, next) {
      commits = commits.slice(0, size)
      safe = commits.length
      epoch = next
      rebuild()
    },
    setFull(value) {
      full = value
    },
    onCommit(listener) {
      listeners.push(listener)
    },
    dieAtNextCommit(moment) {
      death = moment
    },
    calm() {
      full = false
      death = null
    },
  }
}
