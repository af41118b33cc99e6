/**
 * WebSocket frames as they come from one socket. Nearly all are whole binary messages in one frame of a piece: those are taken
 * where they lie. All else is left to `ws`, which is given every byte of it: a part of a frame, pings, and from the first frame
 * that is anything else on, the connection itself. Rule RE380.
 */
import type { Duplex } from 'node:stream'

type Listen = (piece: Buffer) => void

const binaryFrame = 0x82
const masked = 0x80
const [ping, pong] = [0x89, 0x8a]
/** The two bytes of a frame's beginning, a length of two, and the mask: what is longer is for `ws`. */
const maxHeader = 8

/** Whoever is given the messages, each a part of the piece it came in. */
export interface Taker {
  message(bytes: Buffer, binary: boolean): void
}

/** Takes the place of `ws` at a stream it listens to, and nobody else yet. Where somebody else does, nothing changes. */
export function takeFrames(stream: Duplex, taker: Taker): void {
  const [listener, ...others] = stream.listeners('data')
  if (listener === undefined || others.length > 0) return
  const leave: Listen = (piece) => {
    listener.call(stream, piece)
  }
  const frames = new Frames(taker, leave, () => {
    stream.off('data', read)
    stream.prependListener('data', leave)
  })
  const read: Listen = (piece) => frames.read(piece)
  stream.removeAllListeners('data')
  stream.on('data', read)
  // First: `ws` reads by itself what is left then.
  stream.prependListener('close', letGo)
}

function letGo(this: Duplex): void {
  this.removeAllListeners('data')
}

/** A class: every device that is connected has one. */
export class Frames {
  readonly #taker: Taker
  /** What `ws` is given. */
  readonly #leave: Listen
  /** From now on it is given everything. */
  readonly #end: () => void
  /** The beginning of a header. */
  #begun: Buffer | undefined = undefined
  /** Of a frame that is left, how much of it is still to come. */
  #owed = 0

  constructor(taker: Taker, leave: Listen, end: () => void) {
    this.#taker = taker
    this.#leave = leave
    this.#end = end
  }

  read(came: Buffer): void {
    let piece = came
    if (this.#begun !== undefined) {
      piece = Buffer.concat([this.#begun, came])
      this.#begun = undefined
    }
    let at = this.#owed > 0 ? this.#leaveFrame(piece, 0, this.#owed) : 0
    while (at < piece.length) {
      if (piece.length - at < headerFrom(piece, at)) {
        this.#begun = Buffer.from(piece.subarray(at))
        return
      }
      at = this.#readFrame(piece, at)
    }
  }

  /** Answers where the next frame begins. */
  #readFrame(piece: Buffer, at: number): number {
    const first = piece[at] ?? 0
    const second = piece[at + 1] ?? 0
    const short = second & 0x7f
    if (second < masked || short === 127) return this.#endAt(piece, at)
    const header = short === 126 ? maxHeader : maxHeader - 2
    const size = header + (short === 126 ? piece.readUInt16BE(at + 2) : short)
    if (first !== binaryFrame) {
      return (first === ping || first === pong) && short < 126
        ? this.#leaveFrame(piece, at, size)
        : this.#endAt(piece, at)
    }
    if (at + size > piece.length) return this.#leaveFrame(piece, at, size)
    const message = piece.subarray(at + header, at + size)
    unmask(message, piece, at + header - 4)
    this.#taker.message(message, true)
    return at + size
  }

  #leaveFrame(piece: Buffer, at: number, size: number): number {
    const to = Math.min(piece.length, at + size)
    this.#owed = at + size - to
    this.#leave(at === 0 && to === piece.length ? piece : piece.subarray(at, to))
    return to
  }

  #endAt(piece: Buffer, at: number): number {
    this.#end()
    this.#leave(piece.subarray(at))
    return piece.length
  }
}

/** How much must be there before the header can be read. */
function headerFrom(piece: Buffer, at: number): number {
  return ((piece[at + 1] ?? 0) & 0x7f) === 126 ? 4 : 2
}

function unmask(message: Buffer, piece: Buffer, at: number): void {
  const a = piece[at] ?? 0
  const b = piece[at + 1] ?? 0
  const c = piece[at + 2] ?? 0
  const d = piece[at + 3] ?? 0
  if ((a | b | c | d) === 0) return
  const { length } = message
  let next = 0
  for (; next + 3 < length; next += 4) {
    message[next] = (message[next] ?? 0) ^ a
    message[next + 1] = (message[next + 1] ?? 0) ^ b
    message[next + 2] = (message[next + 2] ?? 0) ^ c
    message[next + 3] = (message[next + 3] ?? 0) ^ d
  }
  if (next < length) message[next] = (message[next] ?? 0) ^ a
  if (next + 1 < length) message[next + 1] = (message[next + 1] ?? 0) ^ b
  if (next + 2 < length) message[next + 2] = (message[next + 2] ?? 0) ^ c
}
