/**
 * A device that speaks frames and takes whatever comes of it: unlike `device.ts` it outlives a failure, counts what it
 * sends for its pings, and can stop reading.
 */
import type { DeviceId, UserId } from '@parley/document'
import {
  type DeviceFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  encodeRelayFrame,
  type RelayFrame,
} from '@parley/wire'
import { helloOf } from '../hello.ts'
import { WebSocket } from 'ws'
import { countRows } from '../device.ts'
import { someDevice } from '../people.ts'
import { tokenFor } from '../relay-process.ts'

export interface End {
  /** Of the failure frame, or how the socket went. */
  readonly code: string
  readonly waitMs: number
}

export interface RawDevice {
  readonly user: UserId
  readonly device: DeviceId
  /** Rows that came as frames of rows. */
  readonly rows: number
  readonly bytes: number
  readonly end: End | undefined
  readonly send: (frame: DeviceFrame) => void
  /** Bytes that are a frame already. */
  readonly sendBytes: (bytes: Uint8Array) => void
  /** Milliseconds until the pong. */
  readonly ping: () => Promise<number>
  readonly pause: () => void
  readonly resume: () => void
  readonly close: () => Promise<void>
}

export interface RawOptions {
  readonly port: number
  readonly user: UserId
  readonly device?: DeviceId
  /** Every frame but rows. */
  readonly hear?: (frame: RelayFrame) => void
  readonly hearRows?: (bytes: Uint8Array) => void
  readonly ended?: (end: End) => void
}

const rowsByte: number | undefined = encodeRelayFrame({
  frame: 'rows',
  conversation: 'c',
  rows: [],
})[0]

/** Caught up when it resolves. Rejects when the relay, or the network, will not have it. */
export async function openRaw(options: RawOptions): Promise<RawDevice> {
  const { port, user, device = someDevice(), hear, hearRows, ended } = options
  const token = await tokenFor(user)
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
  const pings = new Map<number, (ms: number) => void>()
  let rows = 0
  let bytes = 0
  let sent = 0
  let end: End | undefined
  const sendBytes = (frame: Uint8Array): void => {
    if (socket.readyState !== WebSocket.OPEN) return
    sent += 1
    socket.send(frame)
  }
  const send = (frame: DeviceFrame): void => sendBytes(encodeDeviceFrame(frame))

  await new Promise<void>((resolve, reject) => {
    const finish = (how: End): void => {
      if (end !== undefined) return
      end = how
      reject(new Error(`${user} was not let in: ${how.code}`))
      ended?.(how)
    }
    socket.on('error', (error) => finish({ code: error.message, waitMs: 0 }))
    socket.on('close', (code) => finish({ code: `closed with ${code}`, waitMs: 0 }))
    socket.on('open', () => send(helloOf(token, device)))
    socket.on('message', (message: Buffer) => {
      bytes += message.length
      if (message[0] === rowsByte) {
        rows += countRows(message)
        hearRows?.(message)
        return
      }
      const decoded = decodeRelayFrame(message)
      if (!decoded.ok) throw new Error(`the relay sent no frame: ${decoded.failure.detail}`)
      const { frame } = decoded
      if (frame.frame === 'failure') finish({ code: frame.code, waitMs: frame.waitMs })
      if (frame.frame === 'sync' && !frame.more) resolve()
      if (frame.frame === 'pong') {
        pings.get(frame.nonce)?.(performance.now())
        pings.delete(frame.nonce)
      }
      hear?.(frame)
    })
  })

  return {
    user,
    device,
    get rows() {
      return rows
    },
    get bytes() {
      return bytes
    },
    get end() {
      return end
    },
    send,
    sendBytes,
    async ping() {
      const nonce = sent
      const begin = performance.now()
      const at = await new Promise<number>((resolve) => {
        pings.set(nonce, resolve)
        send({ frame: 'ping', nonce, frames: sent })
      })
      return at - begin
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve())
        socket.close()
      })
    },
  }
}

/** Pings for them at the client's pace; the relay sends away who says nothing. Answers what stops it. */
export function keepAlive(devices: readonly RawDevice[]): () => void {
  const timer = setInterval(() => {
    // Nobody waits for the pongs: whether they come is another scenario's matter.
    for (const device of devices) device.ping().catch(() => undefined)
  }, 20_000)
  return () => clearInterval(timer)
}

/** So many at once, in their order. */
export async function eachOf<One>(
  all: readonly One[],
  atOnce: number,
  run: (one: One, place: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < all.length) {
      const place = next
      next += 1
      const one = all[place]
      if (one !== undefined) await run(one, place)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker))
}
