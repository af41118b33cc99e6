import type { IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { Frames, takeFrames } from './server-incoming.ts'

const masks = fc.oneof(fc.constant([0, 0, 0, 0]), fc.uint8Array({ minLength: 4, maxLength: 4 }))

/** A frame as a client sends it. */
function frameOf(first: number, payload: Uint8Array, mask: ArrayLike<number> = [1, 2, 3, 4]): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = first
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeUInt32BE(length, 6)
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([head, Uint8Array.from(mask), masked])
}

/** The events of a socket that these pieces come to, in their order. */
async function heard(pieces: readonly Uint8Array[], taking: boolean): Promise<readonly string[]> {
  const events: string[] = []
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  const sockets = new WebSocketServer({ noServer: true, autoPong: false, maxPayload: 100_000 })
  const headers = {
    upgrade: 'websocket',
    connection: 'upgrade',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  }
  const request = { method: 'GET', headers, socket: stream } as unknown as IncomingMessage
  sockets.handleUpgrade(request, stream, Buffer.alloc(0), (socket) => {
    const take = (data: Buffer, binary: boolean): void => {
      events.push(`${binary ? 'message' : 'text'} ${data.toString('hex')}`)
    }
    socket.on('message', (data: Buffer, binary) => take(data, binary))
    socket.on('ping', (data) => events.push(`ping ${data.toString('hex')}`))
    socket.on('pong', (data) => events.push(`pong ${data.toString('hex')}`))
    socket.on('error', (error) => events.push(error.message))
    socket.on('close', (code) => events.push(`closed ${code}`))
    if (taking) takeFrames(stream, { message: take })
    onTestFinished(() => socket.terminate())
  })
  for (const piece of pieces) {
    // What is read is unmasked in its place.
    stream.push(Buffer.from(piece))
    await new Promise(setImmediate)
  }
  stream.push(null)
  await new Promise(setImmediate)
  stream.destroy()
  await new Promise(setImmediate)
  return events
}

/** The same bytes in pieces of these sizes, over and over. */
function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const size = sizes[pieces.length % sizes.length] ?? 1
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

const firstBytes = fc.oneof(
  { weight: 12, arbitrary: fc.constant(0x82) },
  { weight: 2, arbitrary: fc.constantFrom(0x89, 0x8a) },
  { weight: 1, arbitrary: fc.constantFrom(0x81, 0x02, 0x80, 0x00, 0x88, 0xc2, 0x83, 0x09) },
)
const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.integer({ min: 0, max: 2000 }).map((length) => new Uint8Array(length).fill(length)),
)
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 50, max: 4000 })), {
  minLength: 1,
  maxLength: 8,
})
const sent = fc
  .array(fc.tuple(firstBytes, payloads, masks), { minLength: 1, maxLength: 8 })
  .map((frames) => Buffer.concat(frames.map(([first, payload, mask]) => frameOf(first, payload, mask))))

test('[RE380] whatever comes, and however it is cut, the same is heard as by ws alone', async () => {
  await fc.assert(
    fc.asyncProperty(sent, sizes, async (bytes, by) => {
      const pieces = cut(bytes, by).slice(0, 300)
      expect(await heard(pieces, true)).toEqual(await heard(pieces, false))
    }),
    { numRuns: 150 },
  )
})

test('[RE380] the same with bytes that are no frames, and with frames that nobody has masked or that are too long', async () => {
  const large = frameOf(0x82, new Uint8Array(70_000).fill(7))
  const tooLong = frameOf(0x82, new Uint8Array(100_001).fill(7))
  const plain = Buffer.from([0x82, 2, 5, 6])
  const good = frameOf(0x82, Uint8Array.of(1, 2, 3))
  for (const odd of [large, tooLong, plain, Buffer.from([0xff, 0xff, 0xff]), Buffer.from([0x82])]) {
    const pieces = cut(Buffer.concat([good, good, odd, good]), [9, 65_536])
    const events = await heard(pieces, true)
    expect(events).toEqual(await heard(pieces, false))
    expect(events[0]).toBe('message 010203')
  }
})

test('[RE380] a message in one piece is a part of it; of one in several nothing is kept', () => {
  const taken: Buffer[] = []
  const left: Buffer[] = []
  const frames = new Frames(
    { message: (message) => taken.push(message) },
    (piece) => left.push(piece),
    () => undefined,
  )
  const read = (bytes: Buffer): void => frames.read(bytes)
  const payload = new Uint8Array(5000).fill(9)
  const frame = frameOf(0x82, payload)
  const piece = Buffer.concat([frame, frame, frame.subarray(0, 100)])
  read(piece)
  expect(taken.map((message) => Buffer.compare(message, payload))).toEqual([0, 0])
  expect(taken.every(({ buffer }) => buffer === piece.buffer)).toBe(true)
  read(frame.subarray(100, 4000))
  read(Buffer.concat([frame.subarray(4000), frame]))
  expect(Buffer.concat(left).equals(frame)).toBe(true)
  expect(taken).toHaveLength(3)
})

test('[RE380] where somebody else listens already, everything stays as it is', () => {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  const listeners = [(): void => undefined, (): void => undefined] as const
  for (const listener of listeners) stream.on('data', listener)
  takeFrames(stream, { message: () => undefined })
  expect(stream.listeners('data')).toEqual(listeners)
  stream.destroy()
})
