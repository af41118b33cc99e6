/**
 * A WebSocket client that is as little as can be, so that one core drives what another one serves: it masks with zeros, hands
 * on frames as views of what came, and knows no extensions.
 */
import { randomBytes } from 'node:crypto'
import { createConnection, type Socket } from 'node:net'
import type { Traffic } from './contender.ts'

export interface RawSocket {
  readonly traffic: Traffic
  /** One binary message in one frame. */
  readonly send: (payload: Uint8Array) => void
  readonly close: () => Promise<void>
}

export interface RawSocketOptions {
  readonly port: number
  readonly path?: string
  /** Given a view that holds until it returns. */
  readonly message: (payload: Buffer) => void
  /** The server, or the network, has ended it; not called for our own `close`. */
  readonly lost?: (reason: string) => void
}

const binary = 2
const closing = 8
const ping = 9
const pong = 10

/** Open when it resolves. */
export async function openSocket(options: RawSocketOptions): Promise<RawSocket> {
  const { port, path = '/', message } = options
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
  let framesIn = 0
  let framesOut = 0
  let leaving = false
  const send = (payload: Uint8Array, opcode = binary): void => {
    framesOut += 1
    socket.write(maskedFrame(opcode, payload))
  }
  const lost = (reason: string): void => {
    if (leaving) return
    leaving = true
    socket.destroy()
    if (options.lost === undefined) throw new Error(`a socket was lost: ${reason}`)
    options.lost(reason)
  }
  const first = await upgrade(socket, path)
  const read = createFrameReader((opcode, payload) => {
    framesIn += 1
    if (opcode === binary) message(payload)
    else if (opcode === ping) send(payload, pong)
    else if (opcode === closing) lost(closeReason(payload))
  })
  const feed = (chunk: Buffer): void => {
    try {
      read(chunk)
    } catch (error) {
      lost(error instanceof Error ? error.message : String(error))
    }
  }
  socket.on('error', (error) => lost(error.message))
  socket.on('close', () => lost('the connection has ended'))
  // Nothing is read before whoever waits for this socket has it.
  setImmediate(() => {
    if (first.length > 0) feed(first)
    socket.on('data', feed)
    socket.resume()
  })
  return {
    get traffic() {
      return { framesIn, framesOut, bytesIn: socket.bytesRead, bytesOut: socket.bytesWritten }
    },
    send: (payload) => send(payload),
    async close() {
      if (leaving) return
      leaving = true
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve())
        socket.end(maskedFrame(closing, new Uint8Array()))
        setTimeout(() => socket.destroy(), closeMs).unref()
      })
    },
  }
}

const closeMs = 1000
const upgradeMs = 20_000

/** Answers what came behind the answer. */
async function upgrade(socket: Socket, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const late = setTimeout(() => fail(new Error(`no upgrade within ${upgradeMs} ms`)), upgradeMs)
    const fail = (error: Error): void => {
      clearTimeout(late)
      socket.destroy()
      reject(error)
    }
    const ended = (): void => fail(new Error('the connection ended before its upgrade'))
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.toString('latin1', 0, end).startsWith('HTTP/1.1 101')) {
        fail(new Error(`no upgrade: ${head.toString('latin1', 0, head.indexOf('\r\n'))}`))
        return
      }
      clearTimeout(late)
      socket.pause()
      socket.off('data', read).off('error', fail).off('close', ended)
      resolve(head.subarray(end + 4))
    }
    socket.on('data', read).on('error', fail).on('close', ended)
    socket.on('connect', () => {
      const key = randomBytes(16).toString('base64')
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      )
    })
  })
}

function maskedFrame(opcode: number, payload: Uint8Array): Buffer {
  const length = payload.length
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const frame = Buffer.allocUnsafe(6 + extra + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127)
  if (extra === 2) frame.writeUInt16BE(length, 2)
  if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  // Masked by zeros, the payload is what it was.
  frame.writeUInt32BE(0, 2 + extra)
  frame.set(payload, 6 + extra)
  return frame
}

/** Takes what the network brings, gives what the server sent. */
export function createFrameReader(give: (opcode: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let waiting: Buffer[] = []
  let have = 0
  let need = 2
  return (chunk) => {
    waiting.push(chunk)
    have += chunk.length
    if (have < need) return
    const bytes = waiting.length === 1 ? chunk : Buffer.concat(waiting, have)
    let at = 0
    for (;;) {
      const size = frameSize(bytes, at)
      need = size.whole
      if (bytes.length - at < need) break
      if ((size.first & 0x80) === 0 || (size.first & 0x70) !== 0) throw new Error('a frame in pieces')
      give(size.first & 15, bytes.subarray(at + size.head, at + need))
      at += need
    }
    waiting = at === bytes.length ? [] : [bytes.subarray(at)]
    have = bytes.length - at
  }
}

/** As far as it can be known from what is there: at least what must come before more is known. */
function frameSize(
  bytes: Buffer,
  at: number,
): { readonly first: number; readonly head: number; readonly whole: number } {
  const left = bytes.length - at
  if (left < 2) return { first: 0, head: 2, whole: 2 }
  const first = bytes[at] ?? 0
  const short = bytes[at + 1] ?? 0
  if (short < 126) return { first, head: 2, whole: 2 + short }
  const head = short === 126 ? 4 : 10
  if (left < head) return { first, head, whole: head }
  const length = short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
  return { first, head, whole: head + length }
}

function closeReason(payload: Buffer): string {
  if (payload.length < 2) return 'closed'
  return `closed with ${payload.readUInt16BE(0)} ${payload.toString('utf8', 2)}`.trim()
}
