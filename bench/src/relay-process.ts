/**
 * A relay as people run it: `parley relay` in a process of its own, on a port of this machine's loopback that was free.
 *
 * It runs from source, so that what is measured is what stands here. Nothing of it is left after `dispose`. Rule BE5.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UserId } from '@parley/document'
import { mintToken } from '@parley/relay/node'
import { endWithUs } from './children.ts'
import { makeFolder, rootFolder } from './folders.ts'

export interface RelayProcess {
  readonly pid: number
  readonly port: number
  /** Where everything of it lies, and in there the data. */
  readonly folder: string
  readonly data: string
  readonly token: (user: UserId) => Promise<string>
  /** One of the counters or gauges it shows under /metrics. */
  readonly counter: (name: string, otherwise?: number) => Promise<number>
  /** Drains it and waits for its end; its data stay. */
  readonly stop: () => Promise<void>
  /** Cuts it off in the middle of whatever it does; its data stay. */
  readonly kill: () => Promise<void>
  /** Ends it, if it runs, and removes its data. */
  readonly dispose: () => Promise<void>
}

export interface RelayProcessOptions {
  /** Of a relay that ran before; a new one otherwise. */
  readonly folder?: string
  /** For Node itself. */
  readonly nodeArguments?: readonly string[]
  /** Where its devices will look for it; one that is free otherwise. */
  readonly port?: number
  /** More options of `parley relay`: its limits. Left out, nothing limits how fast a user may write. */
  readonly options?: readonly string[]
}

const secret = 'a secret of 32 bytes, for figures'
/** Figures are of what a relay can, not of what it allows one user. */
const withoutRates = [
  '--max-frames-per-second=1000000',
  '--max-frames-burst=1000000',
  '--max-updates-per-second=1000000',
  '--max-updates-burst=1000000',
  '--max-written-per-second=1GiB',
  '--max-written-burst=16GiB',
  '--max-user-queued-size=32MiB',
  '--max-answers-per-second=1GiB',
  '--max-answers-burst=16GiB',
  '--max-creations-per-hour=1000000',
  '--max-hellos-per-minute=1000000',
]

const startMs = 20_000
const stopMs = 20_000

export async function startRelay(options: RelayProcessOptions = {}): Promise<RelayProcess> {
  const folder = options.folder ?? makeFolder('relay')
  const data = join(folder, 'data')
  const secretFile = join(folder, 'secret')
  writeFileSync(secretFile, secret)
  const child = spawn(
    process.execPath,
    [
      '--conditions=parley-source',
      ...(options.nodeArguments ?? []),
      join(rootFolder, 'apps', 'relay', 'src', 'main.ts'),
      'relay',
      `--port=${options.port ?? 0}`,
      '--host=127.0.0.1',
      `--data=${data}`,
      `--secret-file=${secretFile}`,
      '--log-level=info',
      ...(options.options ?? withoutRates),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
  })
  const kill = (): void => {
    child.kill('SIGKILL')
  }
  endWithUs(child)

  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const cutOff = setTimeout(kill, stopMs)
    const code = await ended
    clearTimeout(cutOff)
    if (code !== 0) throw new Error(`the relay ended with ${code ?? 'a signal'}`)
  }
  const port = await portOf(child, ended).catch((error: unknown) => {
    kill()
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  return {
    pid: child.pid ?? 0,
    port,
    folder,
    data,
    token: tokenFor,
    counter: async (name, otherwise) => readCounter(port, name, otherwise),
    stop,
    async kill() {
      kill()
      await ended
    },
    async dispose() {
      if (child.exitCode === null && child.signalCode === null) await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Every relay of a run takes it, from whichever process it comes. */
export async function tokenFor(user: UserId): Promise<string> {
  return mintToken({
    secret: new TextEncoder().encode(secret),
    user,
    lifetimeSeconds: 86_400,
    now: Date.now(),
  })
}

/** The log says it, in the line that says that the relay has started. */
async function portOf(child: ChildProcess, ended: Promise<number | null>): Promise<number> {
  let said = ''
  const started = new Promise<number>((resolve) => {
    const listen = (chunk: string): void => {
      said = `${said}${chunk}`.slice(-10_000)
      const port = / relay-started .*\bport=(\d+)/.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    }
    child.stdout?.setEncoding('utf8').on('data', listen)
    child.stderr?.setEncoding('utf8').on('data', listen)
  })
  const late = timeout(startMs)
  const port = await Promise.race([started, ended.then(() => undefined), late.passed])
  late.clear()
  if (port !== undefined) return port
  throw new Error(`The relay did not start. It said:\n${said}`)
}

function timeout(ms: number): { readonly passed: Promise<undefined>; readonly clear: () => void } {
  let timer: NodeJS.Timeout | undefined
  const passed = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
  })
  return { passed, clear: () => clearTimeout(timer) }
}

async function readCounter(port: number, name: string, otherwise?: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  const begin = `parley_${name} `
  const line = (await response.text()).split('\n').find((one) => one.startsWith(begin))
  const value = line === undefined ? otherwise : Number(line.slice(begin.length))
  if (value === undefined) throw new Error(`the relay counts no ${name}`)
  return value
}
