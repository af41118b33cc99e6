/** A relay in a process of its own, run from the sources by the `parley` command, with data of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mintToken } from '@parley/relay/node'
import { WebSocket } from 'ws'
import { type Ground, type Network, readMetrics } from './ground.ts'
import { createLine } from './line.ts'

const loopWatch = new URL('loop-watch.ts', import.meta.url).href
const command = fileURLToPath(new URL('../../../apps/relay/src/main.ts', import.meta.url))

/** Whatever ends this process ends them. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export type ProcessGround = Ground & { readonly network: Network }

export async function startGround(): Promise<ProcessGround> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-attack-'))
  const secret = randomBytes(24).toString('base64')
  const adminSecret = randomBytes(24).toString('base64')
  const child = spawn(
    process.execPath,
    [
      '--conditions=parley-source',
      '--import',
      loopWatch,
      command,
      'relay',
      '--port',
      '0',
      '--data',
      directory,
      '--log-level',
      'debug',
    ],
    {
      env: { ...process.env, PARLEY_SECRET: secret, PARLEY_ADMIN_SECRET: adminSecret },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  running.add(child)
  let output = ''
  let alive = true
  const ended = once(child, 'exit').then(([code]: readonly unknown[]): number | null => {
    running.delete(child)
    alive = false
    return typeof code === 'number' ? code : null
  })
  const listening = new Promise<number>((resolve) => {
    const read = (chunk: unknown): void => {
      output += String(chunk)
      const port = /relay-started .*\bport=(\d+)/.exec(output)?.[1]
      if (port !== undefined) resolve(Number(port))
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
  })
  const port = await Promise.race([listening, ended.then(() => undefined)])
  if (port === undefined) throw new Error(`The relay ended before it listened:\n${output}`)
  const http = `http://127.0.0.1:${port}`
  const ws = `ws://127.0.0.1:${port}`
  const key = new TextEncoder().encode(secret)
  return {
    open: async ({ path = '/', headers = {} } = {}) => {
      const socket = new WebSocket(`${ws}${path}`, { headers, perMessageDeflate: false })
      const own = createLine({
        send: (bytes) => {
          if (socket.readyState === socket.OPEN) socket.send(bytes)
        },
        close: () => socket.terminate(),
      })
      socket.on('message', (data: Buffer) => own.hear(new Uint8Array(data)))
      socket.on('close', own.closed)
      await new Promise<void>((resolve, reject) => {
        socket.on('open', resolve)
        socket.on('error', reject)
      })
      return own.line
    },
    token: async (user, { device } = {}) =>
      mintToken({
        secret: key,
        user,
        lifetimeSeconds: 3600,
        now: Date.now(),
        ...(device === undefined ? {} : { device }),
      }),
    network: {
      port,
      secret,
      adminSecret,
      http,
      ws,
      directory,
      pid: child.pid ?? 0,
      alive: () => alive,
      output: () => output,
      held: async () => {
        const told = once(child, 'message').then(([ms]: readonly unknown[]) => Number(ms))
        child.send('held')
        return told
      },
      metrics: async () => readMetrics(await (await fetch(`${http}/metrics`)).text()),
      async end() {
        child.kill('SIGTERM')
        const code = await ended
        rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
        return code
      },
    },
  }
}
