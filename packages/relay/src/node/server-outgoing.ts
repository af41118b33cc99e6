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

/** Whose frames they are. */
export interface Way {
  readonly stream: Duplex
  /** Nothing follows the answer to a peer's close: what waits then is forgotten. */
  readonly isOpen: boolean
  /** What to call when what is written now has left, or cannot any more: being called costs about as much as writing. */
  readonly whenLeft: (() => void) | undefined
}

export function createOutgoing(way: Way): Outgoing {
  return new WayOut(way)
}

/** There is one for each socket, empty nearly always. Rule RE360. */
class WayOut implements Outgoing {
  waiting = 0
  #frames: Uint8Array[] | undefined
  #long = 0
  readonly #way: Way

  constructor(way: Way) {
    this.#way = way
  }

  add(frame: Uint8Array): void {
    if (this.#frames === undefined) this.#frames = [frame]
    else this.#frames.push(frame)
    this.waiting += frame.length
    if (frame.length > maxShortBytes) this.#long += 1
  }

  cork(): void {
    // It is always corked.
  }

  uncork(): void {
    const frames = this.#frames
    if (frames === undefined) return
    if (this.#way.isOpen) {
      const { stream } = this.#way
      const many = this.#long > 0 && frames.length > 1
      if (many) stream.cork()
      this.#writeAll(frames)
      if (many) stream.uncork()
    }
    this.drop()
  }

  drop(): void {
    this.#frames = undefined
    this.waiting = 0
    this.#long = 0
  }

  #writeAll(frames: readonly Uint8Array[]): void {
    if (this.#long === 0) {
      this.#writeShort(frames)
      return
    }
    let short: Uint8Array[] = []
    for (const frame of frames) {
      if (frame.length <= maxShortBytes) short.push(frame)
      else {
        if (short.length > 0) this.#writeShort(short)
        short = []
        this.#way.stream.write(longFrame(frame), this.#way.whenLeft)
      }
    }
    if (short.length > 0) this.#writeShort(short)
  }

  #writeShort(short: readonly Uint8Array[]): void {
    const { stream, whenLeft } = this.#way
    let size = 0
    for (const { length } of short) size += headerSize(length) + length
    // Who takes his time would otherwise keep all the others' bytes, too, that come from the same pool.
    const bytes = stream.writableLength > 0 ? Buffer.allocUnsafeSlow(size) : Buffer.allocUnsafe(size)
    let end = 0
    for (const frame of short) end = writeFrame(bytes, end, frame)
    stream.write(bytes, whenLeft)
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
