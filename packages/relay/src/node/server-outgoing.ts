/**
 * WebSocket frames on their way to one socket. What a turn sends leaves in one write, headers and all: short frames put
 * together for each socket, long ones once for all of them. `ws` would make two writes of each. Rule RE102.
 */
import type { Duplex } from 'node:stream'

export interface Outgoing {
  /** Bytes that wait for `uncork`. */
  readonly waiting: number
  add(frame: Uint8Array): void
  /** Nothing to do: what is added waits by itself. */
  cork(): void
  /** Gives everything to the stream. */
  uncork(): void
  /** Forgets what waits. */
  drop(): void
}

/** Longer ones are not copied for each socket. */
const maxShortBytes = 2 * 1024

/** Long frames with their headers, as long as somebody has the frame. */
const longFrames = new WeakMap<Uint8Array, Uint8Array>()

export interface OutgoingSetting {
  readonly stream: Duplex
  /** Nothing follows the answer to a peer's close: what waits then is forgotten. */
  readonly isOpen: () => boolean
  /** What to call when what is written now has left, or cannot any more: being called costs about as much as writing. */
  readonly whenLeft: () => (() => void) | undefined
}

export function createOutgoing({ stream, isOpen, whenLeft }: OutgoingSetting): Outgoing {
  let frames: Uint8Array[] = []
  let waiting = 0
  let long = 0

  const writeShort = (short: readonly Uint8Array[]): void => {
    let size = 0
    for (const { length } of short) size += headerSize(length) + length
    // Who takes his time would otherwise keep all the others' bytes, too, that come from the same pool.
    const bytes = stream.writableLength > 0 ? Buffer.allocUnsafeSlow(size) : Buffer.allocUnsafe(size)
    let end = 0
    for (const frame of short) end = writeFrame(bytes, end, frame)
    stream.write(bytes, whenLeft())
  }

  const writeAll = (): void => {
    let short: Uint8Array[] = []
    for (const frame of frames) {
      if (frame.length <= maxShortBytes) short.push(frame)
      else {
        if (short.length > 0) writeShort(short)
        short = []
        stream.write(longFrame(frame), whenLeft())
      }
    }
    if (short.length > 0) writeShort(short)
  }

  const drop = (): void => {
    frames = []
    waiting = 0
    long = 0
  }

  return {
    get waiting() {
      return waiting
    },
    add(frame) {
      frames.push(frame)
      waiting += frame.length
      if (frame.length > maxShortBytes) long += 1
    },
    cork() {
      // It is always corked.
    },
    uncork() {
      if (frames.length === 0) return
      if (isOpen()) {
        const many = long > 0 && frames.length > 1
        if (many) stream.cork()
        writeAll()
        if (many) stream.uncork()
      }
      drop()
    },
    drop,
  }
}

function longFrame(frame: Uint8Array): Uint8Array {
  const known = longFrames.get(frame)
  if (known !== undefined) return known
  const bytes = Buffer.allocUnsafeSlow(headerSize(frame.length) + frame.length)
  writeFrame(bytes, 0, frame)
  longFrames.set(frame, bytes)
  return bytes
}

function headerSize(length: number): number {
  if (length < 126) return 2
  return length < 65_536 ? 4 : 10
}

/** RFC 6455, 5.2: a binary message in one frame, unmasked as a server sends it. Answers where the next one begins. */
function writeFrame(bytes: Buffer, at: number, frame: Uint8Array): number {
  const { length } = frame
  bytes[at] = 0x82
  if (length < 126) bytes[at + 1] = length
  else if (length < 65_536) {
    bytes[at + 1] = 126
    bytes.writeUInt16BE(length, at + 2)
  } else {
    bytes[at + 1] = 127
    bytes.writeUInt32BE(0, at + 2)
    bytes.writeUInt32BE(length, at + 6)
  }
  const from = at + headerSize(length)
  bytes.set(frame, from)
  return from + length
}
