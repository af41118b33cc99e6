/** Is the other side there, and has every frame arrived? */
import { type Reader, readVarUint } from '../bytes/bounded-reader.ts'
import { writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Ping, Pong } from '../frames.ts'

export function writePing(writer: Writer, ping: Ping): void {
  writeVarUint(writer, ping.nonce)
  writeVarUint(writer, ping.frames)
}

export function readPing(reader: Reader): Ping {
  return { frame: 'ping', nonce: readVarUint(reader), frames: readVarUint(reader) }
}

export function writePong(writer: Writer, pong: Pong): void {
  writeVarUint(writer, pong.nonce)
  writeVarUint(writer, pong.frames)
  writeVarUint(writer, pong.time)
}

export function readPong(reader: Reader): Pong {
  return {
    frame: 'pong',
    nonce: readVarUint(reader),
    frames: readVarUint(reader),
    time: readVarUint(reader),
  }
}
