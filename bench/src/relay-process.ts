/**
 * A relay as people run it: `parley relay` in a process of its own, on a port of this machine's loopback that was free.
 *
 * It runs from source, so that what is measured is what stands here. Nothing of it is left after `dispose`. Rule BE5.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UserId } from '@parley/document'
import { mintToken } from '@parley/relay/node'
import { makeFolder, rootFolder } from './folders.ts'
import { type ServerProcess, startServer } from './server-process.ts'

/** Everything of it lies in its folder, and in there the data. */
export interface RelayProcess extends ServerProcess {
  readonly data: string
  readonly token: (user: UserId) => Promise<string>
  /** One of the counters or gauges it shows under /metrics. */
  readonly counter: (name: string, otherwise?: number) => Promise<number>
}

export interface RelayProcessOptions {
  /** The checkout it is run from; ours otherwise. */
  readonly root?: string
  /** Of a relay that ran before; a new one otherwise. */
  readonly folder?: string
  /** The Node that runs it, and what that is run by; ours otherwise. */
  readonly node?: readonly string[]
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
  '--max-queries-per-minute=1000000',
]

export async function startRelay(options: RelayProcessOptions = {}): Promise<RelayProcess> {
  const folder = options.folder ?? makeFolder('relay')
  const data = join(folder, 'data')
  const secretFile = join(folder, 'secret')
  writeFileSync(secretFile, secret)
  const server = await startServer({
    name: 'the relay',
    folder,
    command: [
      ...(options.node ?? [process.execPath]),
      '--conditions=parley-source',
      ...(options.nodeArguments ?? []),
      join(options.root ?? rootFolder, 'apps', 'relay', 'src', 'main.ts'),
      'relay',
      `--port=${options.port ?? 0}`,
      '--host=127.0.0.1',
      `--data=${data}`,
      `--secret-file=${secretFile}`,
      '--log-level=info',
      ...(options.options ?? withoutRates),
    ],
    // The log says it, in the line that says that the relay has started.
    started: / relay-started .*\bport=(\d+)/,
    endsWell: true,
  })
  return {
    ...server,
    data,
    token: tokenFor,
    counter: async (name, otherwise) => readCounter(server.port, name, otherwise),
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

async function readCounter(port: number, name: string, otherwise?: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  const begin = `parley_${name} `
  const line = (await response.text()).split('\n').find((one) => one.startsWith(begin))
  const value = line === undefined ? otherwise : Number(line.slice(begin.length))
  if (value === undefined) throw new Error(`the relay counts no ${name}`)
  return value
}
