/** The thread of `probe.ts`: slot 0 is the longest round trip, slot 1 when the one under way began. */
import { parentPort, workerData } from 'node:worker_threads'
import { decodeRelayFrame, type DeviceFrame, encodeDeviceFrame } from '@parley/wire'
import { helloOf } from './hello.ts'

const betweenMs = 10

interface Setting {
  readonly url: string
  readonly token: string
  readonly shared: SharedArrayBuffer
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by probe.ts
const { url, token, shared } = workerData as Setting
const slots = new Float64Array(shared)
const socket = new WebSocket(url)
socket.binaryType = 'arraybuffer'
let sent = 0

function send(frame: DeviceFrame): void {
  sent += 1
  socket.send(encodeDeviceFrame(frame))
}

function now(): number {
  return performance.timeOrigin + performance.now()
}

function ping(): void {
  slots[1] = now()
  send({ frame: 'ping', nonce: sent, frames: sent })
}

socket.addEventListener('open', () => {
  send(helloOf(token, 'f'.repeat(32)))
})
socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
  const decoded = decodeRelayFrame(new Uint8Array(data))
  if (!decoded.ok) throw new Error(decoded.failure.detail)
  if (decoded.frame.frame === 'welcome') {
    // A port of a thread has no origin to name.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    parentPort?.postMessage('ready')
    ping()
  } else if (decoded.frame.frame === 'pong') {
    slots[0] = Math.max(slots[0] ?? 0, now() - (slots[1] ?? 0))
    slots[1] = 0
    setTimeout(ping, betweenMs)
  }
})
socket.addEventListener('close', () => {
  throw new Error('the relay has ended the session of the probe')
})
