/** A relay in a process of its own, run from the sources by the `parley` command. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../../../apps/relay/src/main.ts', import.meta.url))
const conditions = '--conditions=parley-source'

export interface RelayProcess {
  readonly port: number
  /** Everything it printed up to now. */
  readonly output: () => string
  /** Sends the signal and resolves with the code it ended with; a process that a signal ended has none. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | null>
}

/** Resolves when it listens, on any port that is free. */
export async function startRelay(options: {
  readonly data: string
  readonly page?: string
}): Promise<RelayProcess> {
  const page = options.page === undefined ? [] : ['--page', options.page]
  const child = parley(['relay', '--dev', '--port', '0', '--data', options.data, ...page])
  let output = ''
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
  })
  const port = await new Promise<number>((resolve, reject) => {
    const read = (chunk: unknown) => {
      output += String(chunk)
      const started = /relay-started .*\bport=(\d+)/.exec(output)?.[1]
      if (started !== undefined) resolve(Number(started))
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`The relay ended before it listened:\n${output}`)))
  })
  return {
    port,
    output: () => output,
    end: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}

/** Runs `parley check` over a data directory. */
export async function checkData(
  data: string,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = parley(['check', '--data', data])
  let output = ''
  child.stdout?.on('data', (chunk: unknown) => (output += String(chunk)))
  child.stderr?.on('data', (chunk: unknown) => (output += String(chunk)))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

function parley(parameters: readonly string[]): ChildProcess {
  return spawn(process.execPath, [conditions, command, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** A folder that is there until it is disposed of. */
export function temporaryFolder(name: string): { readonly path: string; readonly dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), `parley-${name}-`))
  return { path, dispose: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) }
}
