/**
 * WebSocket frames on their way to one socket. What a turn sends leaves in one write, headers and all: short frames put
 * together, long ones as they are. `ws` would make two writes of each. Rule RE102.
 */
import type { Duplex } from 'node:stream'

export interface Outgoing {
  /** Bytes that wait for `uncork`. */
  readonly waiting: number
  add(frame: Uint8Array): void
  /** Nothing to do: what is added waits by itself. */
  cork(): void
  /** Gives everything to the stream; `left` is called when that has left, or cannot any more. */
  uncork(): void
  /** Forgets what waits. */
  drop(): void
}

/** Longer ones are shared by many sockets: copying them would take longer than another write. */
const maxCopiedBytes = 2 * 1024

export function createOutgoing(stream: Duplex, left: () => void): Outgoing {
  let frames: Uint8Array[] = []
  let waiting = 0

  /** The frames from here on as far as they are short, and the header of the long one behind them. */
  const joined = (from: number, to: number): Uint8Array => {
    let size = 0
    for (let at = from; at <= to; at += 1) size += sizeIn(frames[at])
    // Who takes his time would otherwise keep all the others' bytes, too, that come from the same pool.
    const bytes = stream.writableLength > 0 ? Buffer.allocUnsafeSlow(size) : Buffer.allocUnsafe(size)
    let end = 0
    for (let at = from; at <= to; at += 1) {
      const frame = frames[at]
      if (frame === undefined) continue
      end = writeHeader(bytes, end, frame.length)
      if (frame.length > maxCopiedBytes) continue
      bytes.set(frame, end)
      end += frame.length
    }
    return bytes
  }

  const write = (): void => {
    let from = 0
    for (const [at, frame] of frames.entries()) {
      if (frame.length <= maxCopiedBytes) continue
      stream.write(joined(from, at))
      stream.write(frame, left)
      from = at + 1
    }
    if (from < frames.length) stream.write(joined(from, frames.length - 1), left)
  }

  const drop = (): void => {
    frames = []
    waiting = 0
  }

  return {
    get waiting() {
      return waiting
    },
    add(frame) {
      frames.push(frame)
      waiting += frame.length
    },
    cork() {
      // See there.
    },
    uncork() {
      if (frames.length === 0) return
      stream.cork()
      write()
      stream.uncork()
      drop()
    },
    drop,
  }
}

/** Its header, and the frame itself where it is copied. */
function sizeIn(frame: Uint8Array | undefined): number {
  const length = frame?.length ?? 0
  return headerSize(length) + (length > maxCopiedBytes ? 0 : length)
}

function headerSize(length: number): number {
  if (length < 126) return 2
  return length < 65_536 ? 4 : 10
}

/** RFC 6455, 5.2: a binary message in one frame, unmasked as a server sends it. Answers where the payload begins. */
function writeHeader(bytes: Buffer, at: number, length: number): number {
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
  return at + headerSize(length)
}
