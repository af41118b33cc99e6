/** A session outlives its token: the device brings a fresh one in time, and is told how long that holds. */
import { type Reader, readUtf8, readVarUint } from '../bytes/bounded-reader.ts'
import { writeUtf8, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { TokenRenewal, TokenTaken } from '../frames.ts'
import { maxTokenBytes } from '../limits.ts'

export function writeTokenRenewal(writer: Writer, { token }: TokenRenewal): void {
  writeUtf8(writer, token, maxTokenBytes)
}

export function readTokenRenewal(reader: Reader): TokenRenewal {
  return { frame: 'token', token: readUtf8(reader, maxTokenBytes) }
}

export function writeTokenTaken(writer: Writer, { expires }: TokenTaken): void {
  writeVarUint(writer, expires)
}

export function readTokenTaken(reader: Reader): TokenTaken {
  return { frame: 'token-taken', expires: readVarUint(reader) }
}
