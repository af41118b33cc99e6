/** A server in a process of its own, on a port of this machine's loopback that it names when it has started. Rule BE5. */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { endWithUs } from './children.ts'

export interface ServerProcess {
  readonly pid: number
  readonly port: number
  /** Where everything of it lies. */
  readonly folder: string
  /** Asks it to end, and waits; its data stay. */
  readonly stop: () => Promise<void>
  /** Cuts it off in the middle of whatever it does; its data stay. */
  readonly kill: () => Promise<void>
  /** Ends it, if it runs, and removes its data. */
  readonly dispose: () => Promise<void>
}

export interface ServerProcessOptions {
  /** What it is called in a sentence. */
  readonly name: string
  /** A program and what it is given. */
  readonly command: readonly string[]
  readonly environment?: NodeJS.ProcessEnv
  readonly folder: string
  /** Finds the port in what it says once it listens. */
  readonly started: RegExp
  /** It is to end with 0 when it is asked to; whichever way otherwise. */
  readonly endsWell: boolean
}

/** Many may start at once on a machine that others keep busy. */
const startMs = 60_000
const stopMs = 20_000

export async function startServer(options: ServerProcessOptions): Promise<ServerProcess> {
  const { name, folder, started, endsWell } = options
  const [program = '', ...words] = options.command
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.environment ?? process.env,
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
    // The program is not there: nobody exits.
    child.once('error', () => resolve(null))
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
    if (endsWell && code !== 0) throw new Error(`${name} ended with ${code ?? 'a signal'}`)
  }
  const port = await portOf(child, ended, started, name).catch((error: unknown) => {
    kill()
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  return {
    pid: child.pid ?? 0,
    port,
    folder,
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

async function portOf(
  child: ChildProcess,
  ended: Promise<number | null>,
  pattern: RegExp,
  name: string,
): Promise<number> {
  let said = ''
  const started = new Promise<number>((resolve) => {
    const listen = (chunk: string): void => {
      said = `${said}${chunk}`.slice(-10_000)
      const port = pattern.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    }
    child.stdout?.setEncoding('utf8').on('data', listen)
    child.stderr?.setEncoding('utf8').on('data', listen)
  })
  const late = timeout(startMs)
  const port = await Promise.race([started, ended.then(() => undefined), late.passed])
  late.clear()
  if (port !== undefined) return port
  throw new Error(`${name} did not start. It said:\n${said}`)
}

function timeout(ms: number): { readonly passed: Promise<undefined>; readonly clear: () => void } {
  let timer: NodeJS.Timeout | undefined
  const passed = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
  })
  return { passed, clear: () => clearTimeout(timer) }
}
