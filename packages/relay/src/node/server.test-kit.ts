/** For tests of the shell: a relay on a free port of this machine, and a device that speaks frames over a real socket. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseUserId } from '@parley/document'
import {
  type DeviceFrame,
  type RelayFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  protocolVersion,
} from '@parley/wire'
import { WebSocket } from 'ws'
import { type RelayServer, type RelayServerOptions, startRelayServer } from './server.ts'
import { mintToken } from './token.ts'

export const testSecret: Uint8Array = new TextEncoder().encode('a secret of 32 bytes, for tests .')

export interface TestServer extends RelayServer {
  readonly directory: string
  readonly http: string
  readonly ws: string
  /** Stops it and removes its data. */
  readonly dispose: () => Promise<void>
}

export async function startTestServer(options: Partial<RelayServerOptions> = {}): Promise<TestServer> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'parley-relay-')))
  const server = await startRelayServer({
    port: 0,
    host: '127.0.0.1',
    directory,
    tokens: { secret: testSecret },
    ...options,
  })
  return {
    ...server,
    directory,
    http: `http://127.0.0.1:${server.port}`,
    ws: `ws://127.0.0.1:${server.port}`,
    async dispose() {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export async function testToken(
  name: string,
  lifetimeSeconds = 3600,
  now: number = Date.now(),
): Promise<string> {
  const user = parseUserId(name)
  if (user === undefined) throw new Error(`${name} is no user id`)
  return mintToken({ secret: testSecret, user, lifetimeSeconds, now })
}

export type FrameOf<Kind extends RelayFrame['frame']> = Extract<RelayFrame, { readonly frame: Kind }>

export interface TestSocket {
  readonly socket: WebSocket
  /** Everything heard so far. */
  readonly frames: readonly RelayFrame[]
  readonly send: (frame: DeviceFrame) => void
  /** The next frame of a kind that has not been taken yet; rejects when the socket closes without. */
  readonly next: <Kind extends RelayFrame['frame']>(kind: Kind) => Promise<FrameOf<Kind>>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

export async function openSocket(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestSocket> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false })
  const frames: RelayFrame[] = []
  const untaken: RelayFrame[] = []
  const wake = new Set<() => void>()
  const notify = (): void => {
    for (const listener of wake) listener()
  }
  socket.on('message', (data: Buffer) => {
    const decoded = decodeRelayFrame(data)
    if (!decoded.ok) throw new Error(decoded.failure.detail)
    frames.push(decoded.frame)
    untaken.push(decoded.frame)
    notify()
  })
  const closed = new Promise<{ readonly code: number; readonly reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      notify()
    })
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  return {
    socket,
    frames,
    closed,
    send: (frame) => {
      socket.send(encodeDeviceFrame(frame))
    },
    next: <Kind extends RelayFrame['frame']>(kind: Kind) =>
      new Promise<FrameOf<Kind>>((resolve, reject) => {
        const look = (): void => {
          const index = untaken.findIndex((frame) => frame.frame === kind)
          if (index < 0 && socket.readyState !== socket.CLOSED) return
          wake.delete(look)
          const [found] = untaken.splice(index, index < 0 ? 0 : 1)
          if (found !== undefined && isKind(found, kind)) resolve(found)
          else reject(new Error(`the socket closed before a frame "${kind}" came`))
        }
        wake.add(look)
        look()
      }),
  }
}

function isKind<Kind extends RelayFrame['frame']>(frame: RelayFrame, kind: Kind): frame is FrameOf<Kind> {
  return frame.frame === kind
}

let devices = 0

/** Opens a socket and says hello; in session when it resolves. */
export async function openDevice(url: string, user: string, token?: string): Promise<TestSocket> {
  const device = await openSocket(url)
  devices += 1
  device.send({
    frame: 'hello',
    version: protocolVersion,
    token: token ?? (await testToken(user)),
    device: devices.toString(16).padStart(32, '0'),
    epoch: '',
    cursor: 0,
    tag: '',
    login: false,
    inflates: false,
  })
  await device.next('welcome')
  return device
}
