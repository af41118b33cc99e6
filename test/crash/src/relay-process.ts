/**
 * A relay in a process of its own, run from the sources by the `parley` command, under strace: that is how a call to the
 * system fails, or is the last one, without a change to the relay.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../../../apps/relay/src/main.ts', import.meta.url))

export const secret = 'a secret of 32 characters, or more'

/** What happens at the so-many-th of these calls. */
export interface Injection {
  /** As strace names them: `pwrite64`, `fsync`. */
  readonly calls: string
  /** As strace has it: `signal=SIGKILL`, `error=EIO`. */
  readonly fault: string
  readonly when: number
}

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
}

export interface RelayProcess {
  /** undefined when it ended before it listened. */
  readonly port: number | undefined
  readonly ended: Promise<Ended>
  readonly alive: () => boolean
  /** Everything it printed, and what it said of itself when it could not start. */
  readonly output: () => string
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<Ended>
}

/** Whatever ends this process ends them. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export function hasStrace(): boolean {
  return spawnSync('strace', ['-V']).status === 0
}

/** Resolves when it listens, or has ended. `strace`: what strace is to do, nothing for none. */
export async function startRelay(directory: string, strace: readonly string[] = []): Promise<RelayProcess> {
  const parameters = ['relay', '--port', '0', '--data', directory]
  const relay = [process.execPath, '--conditions=parley-source', command, ...parameters]
  // -D: the relay is our own child, and strace the one that watches. (With --seccomp-bpf no signal is sent.)
  const traced = strace.length === 0 ? relay : ['strace', '-D', '-f', '-qq', ...strace, ...relay]
  const [file = '', ...rest] = traced
  const child = spawn(file, rest, {
    env: { ...process.env, PARLEY_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let output = ''
  let alive = true
  const ended = once(child, 'exit').then(([code, signal]: readonly unknown[]): Ended => {
    running.delete(child)
    alive = false
    return {
      code: typeof code === 'number' ? code : null,
      signal: typeof signal === 'string' ? signal : null,
    }
  })
  const listening = new Promise<number>((resolve) => {
    const read = (chunk: unknown): void => {
      output += String(chunk)
      const port = /relay-started .*\bport=(\d+)/.exec(output)?.[1]
      if (port !== undefined) resolve(Number(port))
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
  })
  const port = await Promise.race([listening, ended.then(() => undefined)])
  return {
    port,
    ended,
    alive: () => alive,
    output: () => output,
    end: async (signal) => {
      child.kill(signal)
      return ended
    },
  }
}

export function injecting({ calls, fault, when }: Injection): readonly string[] {
  return ['-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:${fault}:when=${when}`]
}
