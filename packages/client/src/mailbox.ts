/**
 * One thing at a time: every job that reads or alters what the device holds runs here, in the order it came. Rules CL20
 * to CL27, CL412 and CL440.
 *
 * Calls that came while the last transaction ran share the next one; so do frames. A call is done when its transaction is
 * on the disk; frames may wait in memory when the store fails, since the relay can send them again. A frame that needs a part
 * which is not there waits for it, with all frames behind it; for everything else that is as if the network were slow.
 */
import { StorageError } from '@parley/storage'
import { isLost } from './disk.ts'
import { ParleyError } from './errors.ts'
import { Ledger, type FrameJob } from './ledger.ts'
import type { Model } from './model.ts'
import { PartAwaited, type PartName } from './parts.ts'

export interface MailboxOptions {
  readonly model: Model
  /** What can leave with the call's own transaction. */
  readonly prepare: (ledger: Ledger) => Promise<() => void>
  /** Bytes that were made and could not be stored are nobody's. */
  readonly unprepare: () => void
  readonly onCommitted: (ledger: Ledger) => void
  /** The store refuses, said at each try; undefined when it has taken everything again. */
  readonly onDegraded: (error: StorageError | undefined) => void
  readonly onLost: (error: StorageError) => void
  /** What came could not be looked at: it has to come again. */
  readonly onDropped: () => void
  readonly onFault: (error: unknown) => void
}

export interface Mailbox {
  /** Resolves when what it changed is on the disk. Must check everything before it changes anything. */
  call<T>(job: (ledger: Ledger) => Promise<T> | T): Promise<T>
  /** From the relay: stands in memory even when the store refuses it. Run again where it had to wait for a part. */
  receive(job: (ledger: Ledger) => Promise<void>): void
  /** Sends what can leave. */
  pump(): void
  /** Asks a store that has failed to take something again, and with it what waits in memory. */
  probe(): void
  /** Reads, between two jobs. */
  read<T>(job: (ledger: Ledger) => Promise<T>): Promise<T>
  /** After this nothing runs. Resolves when the running job is done. */
  stop(error: ParleyError): Promise<void>
}

interface Call {
  readonly kind: 'call'
  readonly run: (ledger: Ledger) => Promise<() => void>
  readonly fail: (error: unknown) => void
}

interface Received extends FrameJob {
  readonly kind: 'receive'
  readonly run: (ledger: Ledger) => Promise<void>
}

type Job =
  | Call
  | Received
  | { readonly kind: 'pump' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'read'; readonly run: () => Promise<void>; readonly fail: (error: unknown) => void }

export function createMailbox(options: MailboxOptions): Mailbox {
  const { model } = options
  let jobs: Job[] = []
  /** The frame that waits for a part, and all that came after it. */
  let held: Received[] | undefined
  let running: Promise<void> | undefined
  let stopped: ParleyError | undefined
  let failing = false

  function post(job: Job): void {
    if (stopped !== undefined) {
      if (job.kind === 'call' || job.kind === 'read') job.fail(stopped)
      return
    }
    if (job.kind === 'receive' && held !== undefined) {
      held.push(job)
      return
    }
    jobs.push(job)
    if (running === undefined) start()
  }

  function isStopped(): boolean {
    return stopped !== undefined
  }

  function start(): void {
    running = work().then(() => {
      running = undefined
      if (jobs.length > 0 && stopped === undefined) start()
    })
  }

  async function work(): Promise<void> {
    // One turn of the microtask queue: calls made together travel together.
    await Promise.resolve()
    while (jobs.length > 0 && !isStopped()) {
      const first = jobs[0]
      if (first === undefined) return
      if (first.kind === 'call') await workCalls(take('call'))
      else if (first.kind === 'receive') await workReceived(take('receive'))
      else if (first.kind === 'pump') {
        take('pump')
        await workPump()
      } else if (first.kind === 'probe') {
        take('probe')
        await workProbe()
      } else {
        jobs.shift()
        await first.run()
      }
    }
  }

  function take<K extends Job['kind']>(kind: K): readonly Extract<Job, { readonly kind: K }>[] {
    const count = jobs.findIndex((job) => job.kind !== kind)
    const taken = jobs.slice(0, count < 0 ? jobs.length : count)
    jobs = jobs.slice(taken.length)
    return taken.filter((job): job is Extract<Job, { readonly kind: K }> => job.kind === kind)
  }

  async function workCalls(calls: readonly Call[]): Promise<void> {
    const ledger = new Ledger(model)
    const done: { readonly call: Call; readonly resolve: () => void }[] = []
    for (const call of calls) {
      try {
        done.push({ call, resolve: await call.run(ledger) })
      } catch (error) {
        call.fail(storageFailure(error))
      }
    }
    if (done.length === 0) return
    let transmit = (): void => undefined
    try {
      if (!ledger.isEmpty) {
        transmit = await options.prepare(ledger)
        await store(ledger)
      }
    } catch (error) {
      options.unprepare()
      for (const { call } of done) call.fail(storageFailure(error))
      failed(error)
      return
    }
    finish(ledger, transmit)
    for (const { resolve } of done) resolve()
  }

  /** What has to wait takes nothing with it: until all parts are there each frame has a transaction of its own. */
  async function workReceived(received: readonly Received[]): Promise<void> {
    const size = model.parts.whole ? 64 : 1
    for (let done = 0; done < received.length; done += size) {
      const part = received.slice(done, done + size)
      const ledger = new Ledger(model, part[0])
      try {
        for (const job of part) await job.run(ledger)
        if (!ledger.isEmpty) heard(await model.disk.commitRelaxed(ledger.batch))
      } catch (error) {
        // It comes again in the next life.
        if (isStopped()) return
        if (error instanceof PartAwaited) {
          hold(received.slice(done), error.part)
          return
        }
        failed(error)
        // Without a fault of ours or a loss of the store it is the store that cannot be read.
        if (error instanceof StorageError && !isLost(error)) options.onDropped()
        return
      }
      finish(ledger, undefined)
    }
  }

  function hold(waiting: readonly Received[], name: PartName): void {
    held = [...waiting, ...jobs.filter(isReceived)]
    jobs = jobs.filter((job) => !isReceived(job))
    const goOn = (missing?: Error): void => {
      const [first, ...rest] = held ?? []
      held = undefined
      if (first === undefined) return
      jobs = [{ ...first, missing }, ...rest, ...jobs]
      if (running === undefined) start()
    }
    model.parts.load(name).then(() => goOn(), goOn)
  }

  async function workPump(): Promise<void> {
    await workAlone(options.prepare, options.unprepare)
  }

  /** Anything will do to see whether it takes something: who this device is stands there anyway. */
  async function workProbe(): Promise<void> {
    await workAlone((ledger) => ledger.setDevice(model.device))
  }

  async function workAlone(
    fill: (ledger: Ledger) => Promise<() => void> | void,
    undo?: () => void,
  ): Promise<void> {
    const ledger = new Ledger(model)
    try {
      const transmit = await fill(ledger)
      if (!ledger.isEmpty) await store(ledger)
      finish(ledger, transmit)
    } catch (error) {
      undo?.()
      failed(error)
    }
  }

  async function store(ledger: Ledger): Promise<void> {
    await model.disk.commitStrict(ledger.batch)
    heard(undefined)
  }

  function heard(error: StorageError | undefined): void {
    if (error !== undefined) {
      failing = true
      options.onDegraded(error)
    } else if (failing && !model.disk.degraded) {
      failing = false
      options.onDegraded(undefined)
      // Whatever it was that the store has taken: what could not leave while it refused may leave now.
      pump()
    }
  }

  /** It is on the disk, or stands in memory until it is: memory follows, and everybody hears of it. */
  function finish(ledger: Ledger, transmit: (() => void) | void): void {
    try {
      ledger.adopt()
      for (const after of ledger.after) after()
      options.onCommitted(ledger)
      transmit?.()
    } catch (error) {
      options.onFault(error)
    }
  }

  function failed(error: unknown): void {
    if (!(error instanceof StorageError)) options.onFault(error)
    else if (isLost(error)) options.onLost(error)
    else heard(error)
  }

  function pump(): void {
    if (jobs.at(-1)?.kind !== 'pump') post({ kind: 'pump' })
  }

  return {
    call: async (job) =>
      new Promise((resolve, reject) => {
        post({
          kind: 'call',
          run: async (ledger) => {
            const value = await job(ledger)
            return () => resolve(value)
          },
          fail: reject,
        })
      }),
    receive(job) {
      post({ kind: 'receive', run: job })
    },
    pump,
    probe() {
      post({ kind: 'probe' })
    },
    read: async (job) =>
      new Promise((resolve, reject) => {
        post({
          kind: 'read',
          run: async () => {
            try {
              resolve(await job(new Ledger(model)))
            } catch (error) {
              reject(errorOf(storageFailure(error)))
            }
          },
          fail: reject,
        })
      }),
    async stop(error) {
      stopped = error
      const left = jobs
      jobs = []
      held = undefined
      for (const job of left) if (job.kind === 'call' || job.kind === 'read') job.fail(error)
      await running
    },
  }
}

function isReceived(job: Job): job is Received {
  return job.kind === 'receive'
}

/** What the store says, as an app hears it. */
export function storageFailure(error: unknown): unknown {
  return error instanceof StorageError ? storageError(error) : error
}

export function storageError(error: StorageError): ParleyError {
  if (error.kind === 'quota') {
    return new ParleyError(
      'storage-full',
      'This device has no room left; nothing was queued. Free some space and try again.',
      { cause: error },
    )
  }
  if (error.kind === 'stale-epoch') {
    return new ParleyError('superseded', 'Another tab or process of this device has taken over.', {
      cause: error,
    })
  }
  return new ParleyError('storage-unavailable', error.message, { cause: error })
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
