/**
 * Runs in several processes, so that every core works: jobs go to whichever process is free. One that takes too long is
 * stopped, and its run counts as one that never ends.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { noCounts } from './counters.ts'
import type { RunOptions, RunResult } from './run.ts'

export interface Pool {
  readonly size: number
  readonly run: (options: RunOptions) => Promise<RunResult>
  readonly close: () => void
}

const patienceMs = 120_000

export function createPool(size: number): Pool {
  const idle: ChildProcess[] = []
  const waiting: ((child: ChildProcess) => void)[] = []
  const all = new Set<ChildProcess>()

  const add = (): void => {
    const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [], {
      execArgv: ['--conditions=parley-source'],
      serialization: 'advanced',
    })
    all.add(child)
    release(child)
  }
  const release = (child: ChildProcess): void => {
    const next = waiting.shift()
    if (next === undefined) idle.push(child)
    else next(child)
  }
  const take = (): Promise<ChildProcess> => {
    const child = idle.pop()
    if (child !== undefined) return Promise.resolve(child)
    return new Promise((resolve) => {
      waiting.push(resolve)
    })
  }
  for (let count = 0; count < size; count += 1) add()

  return {
    size,
    async run(options) {
      const child = await take()
      return new Promise((resolve) => {
        const done = (result: RunResult, lost: boolean): void => {
          clearTimeout(timer)
          child.off('message', onMessage)
          child.off('exit', onExit)
          resolve(result)
          if (!lost) {
            release(child)
            return
          }
          all.delete(child)
          child.kill('SIGKILL')
          add()
        }
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- from our own worker
        const onMessage = (message: unknown): void => done(message as RunResult, false)
        const onExit = (code: number | null): void =>
          done(failed(options.seed, `the process ended with ${code}`), true)
        const timer = setTimeout(
          () => done(failed(options.seed, `no end after ${patienceMs / 1000} s`), true),
          patienceMs,
        )
        child.on('message', onMessage)
        child.on('exit', onExit)
        child.send(options)
      })
    },
    close() {
      for (const child of all) child.kill()
    },
  }
}

function failed(seed: number, why: string): RunResult {
  return { seed, violations: [why], counters: noCounts(), hash: '', trace: [] }
}
