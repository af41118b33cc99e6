/**
 * Installs the peers into `bench/peers`, when a comparison first needs them: without the scripts of packages, then the one
 * native part that has to be built, against the headers of the Node it is run with. Rules BE19 and BE20.
 */
import { type SpawnOptions, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { peersFolder, peersNode, peersNodeFolder } from './peers-folder.ts'

/** What is missing, and what to do about it, for whoever reads it at a terminal. */
export class PeersMissing extends Error {
  override readonly name = 'PeersMissing'
}

const stamp = join(peersFolder, 'node_modules', '.parley-prepared')

export async function preparePeers(tell: (line: string) => void): Promise<void> {
  const wanted = lockHash(readFileSync(join(peersFolder, 'package-lock.json')))
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(peersNode)) return
  tell('Installing the peers into bench/peers: Hocuspocus, y-websocket and a Node 22 (about 200 MB, once) …')
  const begin = performance.now()
  await run('install', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {})
  if (!existsSync(peersNode)) {
    throw new PeersMissing(
      `The peers run under Node 22.23.3 for Linux on x64 or arm64; there is none for ${process.platform} on ${process.arch}. Compare on such a machine.`,
    )
  }
  tell(`… installed after ${secondsSince(begin)} s. Building better-sqlite3 for it (a minute or two) …`)
  await run('build', ['rebuild', 'better-sqlite3'], {
    // npm and what it starts run under the Node that the module is for, and see its headers, whatever the user has set.
    PATH: `${join(peersNodeFolder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    npm_config_nodedir: peersNodeFolder,
    npm_config_build_from_source: 'better-sqlite3',
  })
  writeFileSync(stamp, wanted)
  tell(`… the peers are ready after ${secondsSince(begin)} s.`)
}

export function lockHash(lock: Uint8Array): string {
  return createHash('sha256').update(lock).digest('hex')
}

export type Step = 'install' | 'build'

async function run(step: Step, words: readonly string[], more: NodeJS.ProcessEnv): Promise<void> {
  const environment: NodeJS.ProcessEnv = {
    ...withoutNodedir(process.env),
    npm_config_fetch_retries: '1',
    npm_config_fetch_retry_mintimeout: '2000',
    ...more,
  }
  const { code, output } = await outputOf('npm', words, { cwd: peersFolder, env: environment })
  if (code !== 0) throw new PeersMissing(explain(step, output))
}

/** Headers of another Node would make a module that this one cannot load. */
export function withoutNodedir(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name.toLowerCase() !== 'npm_config_nodedir'),
  )
}

const noNetwork =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|network timeout|getaddrinfo/
const noCompiler =
  /not found: make|make: not found|make: command not found|g\+\+: (command )?not found|cc: (command )?not found|g\+\+: No such file|find Python|Could not find any Python|spawn make ENOENT/i

/** A sentence for what npm said. */
export function explain(step: Step, output: string): string {
  const end = output.trim().split('\n').slice(-15).join('\n')
  if (/spawn npm ENOENT/.test(output)) {
    return 'The peers are installed with npm, which is not there. Install Node with npm from https://nodejs.org and run the command again.'
  }
  if (/ENOSPC/.test(output)) {
    return 'The disk is full: the peers could not be installed. Free about 500 MB and run the command again.'
  }
  if (noNetwork.test(output)) {
    return 'The peers could not be fetched: there is no way to the npm registry from here. Connect to the network (or set a proxy or mirror for npm) and run the command again; it is needed only once.'
  }
  if (step === 'build' && noCompiler.test(output)) {
    return 'The store of Hocuspocus could not be built: it takes a C++ compiler, make and Python 3. Install them (on Debian: apt-get install g++ make python3) and run the command again.'
  }
  return step === 'build'
    ? `The store of Hocuspocus (better-sqlite3) could not be built:\n${end}`
    : `The peers could not be installed:\n${end}`
}

async function outputOf(
  program: string,
  words: readonly string[],
  options: SpawnOptions,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const listen = (chunk: Buffer): void => {
      output = `${output}${chunk.toString()}`.slice(-100_000)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('error', (error) => resolve({ code: 1, output: `${output}\n${error.message}` }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

function secondsSince(begin: number): string {
  return ((performance.now() - begin) / 1000).toFixed(0)
}
