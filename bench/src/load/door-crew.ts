/** Sockets of those who never say who they are. */
import { createConnection, type Socket } from 'node:net'
import { randomBytes } from 'node:crypto'
import { pause } from '../waiting.ts'
import { eachOf } from './raw-device.ts'

/** What a socket does: on TCP alone, or as a WebSocket that has been let in. */
export type DoorKind =
  | 'tcp-silent'
  | 'tcp-trickle'
  | 'tcp-garbage'
  | 'socket-silent'
  | 'socket-trickle'
  | 'socket-garbage'

export interface DoorState {
  readonly kind: DoorKind
  readonly opened: number
  readonly open: number
  /** Longest life of those that have been closed, in milliseconds. */
  readonly longestMs: number
}

interface Visitor {
  readonly kind: DoorKind
  readonly socket: Socket
  readonly since: number
  closedAt: number | undefined
}

const visitors: Visitor[] = []
let trickling: NodeJS.Timeout | undefined

const upgrade = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '',
  '',
].join('\r\n')

/** A masked binary frame of 8 KiB, of which a byte comes now and then. */
const longFrame = Buffer.from([0x82, 0xfe, 0x20, 0x00, 0, 0, 0, 0])
const trickleMs = 1000

export async function doorOpen(given: {
  readonly port: number
  readonly kinds: readonly DoorKind[]
  readonly each: number
  /** From as many addresses of this machine, since the relay limits who waits by where he comes from. */
  readonly addresses: number
}): Promise<number> {
  const all = Array.from({ length: given.each }, () => given.kinds).flat()
  await eachOf(all, 64, async (kind, place) => {
    const localAddress = `127.0.0.${2 + (place % given.addresses)}`
    const socket = createConnection({ port: given.port, host: '127.0.0.1', localAddress })
    const visitor: Visitor = { kind, socket, since: Date.now(), closedAt: undefined }
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve)
      socket.on('error', () => {
        // `close` follows, and is what is counted.
      })
      socket.on('close', () => {
        visitor.closedAt ??= Date.now()
        resolve()
      })
    })
    visitors.push(visitor)
    begin(visitor)
  })
  trickling ??= setInterval(trickle, trickleMs)
  return visitors.length
}

function begin({ kind, socket }: Visitor): void {
  socket.resume()
  if (kind === 'tcp-garbage') socket.write(randomBytes(1024))
  if (kind === 'tcp-trickle') socket.write('GET / HTTP/1.1\r\n')
  if (!kind.startsWith('socket')) return
  socket.write(upgrade)
  if (kind === 'socket-garbage') {
    const garbage = randomBytes(1000)
    socket.write(Buffer.concat([Buffer.from([0x82, 0xfe, 0x03, 0xe8, 0, 0, 0, 0]), garbage]))
  }
  if (kind === 'socket-trickle') socket.write(longFrame)
}

function trickle(): void {
  for (const { kind, socket, closedAt } of visitors) {
    if (closedAt !== undefined || socket.destroyed) continue
    if (kind === 'tcp-trickle') socket.write('x')
    if (kind === 'socket-trickle') socket.write(Buffer.of(1))
  }
}

export async function doorLook(): Promise<readonly DoorState[]> {
  await pause(0)
  const kinds = [...new Set(visitors.map(({ kind }) => kind))]
  return kinds.map((kind) => {
    const own = visitors.filter((visitor) => visitor.kind === kind)
    const lives = own.flatMap(({ closedAt, since }) => (closedAt === undefined ? [] : [closedAt - since]))
    return {
      kind,
      opened: own.length,
      open: own.length - lives.length,
      longestMs: Math.max(0, ...lives),
    }
  })
}

export async function doorClose(): Promise<void> {
  clearInterval(trickling)
  await pause(0)
  for (const { socket } of visitors) socket.destroy()
}
