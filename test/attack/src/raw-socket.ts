/** Bytes on a TCP connection: requests no client would write, and WebSocket frames no library would send. */
import { createConnection } from 'node:net'
import { randomBytes } from 'node:crypto'
import type { Network } from './ground.ts'

const lateMs = 8_000

export interface RawAnswer {
  /** `http 400`, `closed 1002`, `cut off`; `open` when nothing came in time. */
  readonly how: string
  readonly text: string
}

/** Sends it and waits until the other side has answered and ended. */
export async function sendRaw(
  { port }: Network,
  parts: readonly (string | Uint8Array)[],
  until: 'answer' | 'end' = 'end',
): Promise<RawAnswer> {
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
  const chunks: Buffer[] = []
  const how = await new Promise<string | undefined>((resolve) => {
    const late = setTimeout(() => resolve('open'), lateMs)
    const done = (what?: string): void => {
      clearTimeout(late)
      resolve(what)
    }
    let upgraded = false
    socket.on('connect', () => {
      socket.write(parts[0] ?? '')
    })
    socket.on('data', (data: Buffer) => {
      chunks.push(data)
      if (!upgraded && data.toString('latin1').startsWith('HTTP/1.1 101')) {
        upgraded = true
        for (const part of parts.slice(1)) socket.write(part)
      } else if (until === 'answer') done()
    })
    socket.on('error', () => done())
    socket.on('close', () => done())
  })
  socket.destroy()
  const all = Buffer.concat(chunks)
  return { how: how ?? ended(all), text: all.toString('latin1') }
}

/** A connection that says so much and then nothing. Answers how to let it go. */
export function holdOpen({ port }: Network, text: string): () => void {
  const socket = createConnection({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined) // it may be cut off
  socket.write(text)
  return () => {
    socket.destroy()
  }
}

function ended(all: Buffer): string {
  const text = all.toString('latin1')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
  if (status === undefined) return 'cut off'
  if (status !== '101') return `http ${status}`
  const frames = all.subarray(text.indexOf('\r\n\r\n') + 4)
  const code = closeCode(frames)
  return code === undefined ? 'cut off' : `closed ${code}`
}

/** Of the close frame among those that came: from a server they are not masked, and small ones are all that is looked for. */
function closeCode(frames: Buffer): number | undefined {
  let at = 0
  while (at + 2 <= frames.length) {
    const kind = (frames[at] ?? 0) & 0x0f
    const short = (frames[at + 1] ?? 0) & 0x7f
    const size = short < 126 ? 2 : short === 126 ? 4 : 10
    if (at + size > frames.length) return undefined
    const length =
      short < 126
        ? short
        : short === 126
          ? frames.readUInt16BE(at + 2)
          : Number(frames.readBigUInt64BE(at + 2))
    if (kind === 8) return length < 2 ? 1005 : frames.readUInt16BE(at + size)
    at += size + length
  }
  return undefined
}

/** What asks for a WebSocket. */
export function upgradeRequest(path: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A frame with a mask of zeros, so that the payload stands as it is. `first`: the byte with the flags and the kind. */
export function frameOf(first: number, payload: Uint8Array): Uint8Array {
  const { length } = payload
  const size =
    length < 126 ? [0x80 | length] : length < 65_536 ? [0xfe, length >> 8, length & 0xff] : sizeOf(length)
  return Uint8Array.of(first, ...size, 0, 0, 0, 0, ...payload)
}

function sizeOf(length: number): readonly number[] {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length))
  return [0xff, ...bytes]
}
