/**
 * Writes what `bounded-reader.ts` reads, function by function.
 *
 * It refuses what its reader would: a value out of bounds here is a bug of the caller, and is thrown. (SPEC: WI14)
 */
import * as encoding from 'lib0/encoding'
import { encodeUtf8 } from 'lib0/string'
import { assert } from '../assert.ts'

export type Writer = encoding.Encoder

/** Kept from one frame to the next, since making one takes longer than most frames. Nobody has it while it is in use. */
let spare: Writer | undefined

/** Frames are written one behind the other into the same memory; what does not fit any more is copied out of a larger one. */
const sharedBytes = 8 * 1024

/** What few frames exceed. */
const roomBytes = 1024

/** The bytes share memory with other frames: they are for sending, and not for keeping. */
export function writeAll(maxBytes: number, write: (writer: Writer) => void): Uint8Array<ArrayBuffer> {
  const writer = spare ?? createWriter()
  spare = undefined
  const start = writer.cpos
  write(writer)
  const size = encoding.length(writer) - start
  if (size > maxBytes) refuse(`a frame of ${size} bytes, where ${maxBytes} are allowed`)
  if (writer.bufs.length > 0) return encoding.toUint8Array(writer).subarray(start)
  const bytes = writer.cbuf.subarray(start, writer.cpos)
  if (writer.cbuf.length - writer.cpos >= roomBytes) spare = writer
  return bytes
}

function createWriter(): Writer {
  const writer = encoding.createEncoder()
  writer.cbuf = new Uint8Array(sharedBytes)
  return writer
}

/** As `assert`, where making the sentence would cost more than all the rest. */
function refuse(what: string): never {
  assert(false, what)
}

export function writeByte(writer: Writer, byte: number): void {
  encoding.write(writer, byte)
}

export function writeVarUint(writer: Writer, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) refuse(`${value} is not a whole number from 0 to 2^53 - 1`)
  encoding.writeVarUint(writer, value)
}

export function writeStep(writer: Writer, from: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < from) refuse(`${value} is not a whole number from ${from} on`)
  encoding.writeVarUint(writer, value - from)
}

export function writeFlag(writer: Writer, flag: boolean): void {
  writeChoice(writer, [false, true], flag)
}

export function writeChoice<Choice>(writer: Writer, choices: readonly Choice[], choice: Choice): void {
  const index = choices.indexOf(choice)
  if (index === -1) refuse(`${String(choice)} is not one of ${choices.join(', ')}`)
  writeByte(writer, index)
}

export function writeBytes(writer: Writer, bytes: Uint8Array, maxBytes: number): void {
  const { length } = bytes
  if (length > maxBytes) refuse(`${length} bytes, where ${maxBytes} are allowed`)
  encoding.writeVarUint(writer, length)
  if (length > writer.cbuf.length - writer.cpos) encoding.writeUint8Array(writer, bytes)
  else {
    writer.cbuf.set(bytes, writer.cpos)
    writer.cpos += length
  }
}

/** What has been written before, as it is. */
export function writeRaw(writer: Writer, bytes: Uint8Array): void {
  encoding.writeUint8Array(writer, bytes)
}

export function writeUtf8(writer: Writer, text: string, maxBytes: number): void {
  assert(isWellFormed(text), 'a text with half a surrogate pair')
  writeBytes(writer, encodeUtf8(text), maxBytes)
}

export function writeText(writer: Writer, text: string, maxLength: number): void {
  if (text.length > maxLength)
    refuse(`a text of ${text.length} characters, where ${maxLength} are allowed: ${text.slice(0, 80)}`)
  if (writeAscii(writer, text)) return
  writeUtf8(writer, text, 3 * maxLength)
}

/** Nearly all texts of frames are ids. False where it is none of them, and nothing has been written. */
function writeAscii(writer: Writer, text: string): boolean {
  const { length } = text
  const { cbuf, cpos } = writer
  if (length > 127 || cpos + length >= cbuf.length) return false
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit > 127) return false
    cbuf[cpos + 1 + at] = unit
  }
  cbuf[cpos] = length
  writer.cpos = cpos + 1 + length
  return true
}

export function writeList<Item>(
  writer: Writer,
  items: readonly Item[],
  maxItems: number,
  writeItem: (writer: Writer, item: Item) => void,
): void {
  if (items.length > maxItems) refuse(`a list of ${items.length}, where ${maxItems} are allowed`)
  encoding.writeVarUint(writer, items.length)
  for (const item of items) writeItem(writer, item)
}

/** Under `u`, a whole pair is one character that is no surrogate. */
const halfPair = /\p{Surrogate}/u

export function isWellFormed(text: string): boolean {
  return !halfPair.test(text)
}
