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

/** Most frames fit; a larger one takes a writer of its own, which grows and is not kept. */
const spareBytes = 16 * 1024

export function writeAll(maxBytes: number, write: (writer: Writer) => void): Uint8Array<ArrayBuffer> {
  const writer = spare ?? createWriter()
  spare = undefined
  write(writer)
  const size = encoding.length(writer)
  assert(size <= maxBytes, `a frame of ${size} bytes, where ${maxBytes} are allowed`)
  const bytes = encoding.toUint8Array(writer)
  if (writer.bufs.length === 0) {
    writer.cpos = 0
    spare = writer
  }
  return bytes
}

function createWriter(): Writer {
  const writer = encoding.createEncoder()
  writer.cbuf = new Uint8Array(spareBytes)
  return writer
}

export function writeByte(writer: Writer, byte: number): void {
  encoding.write(writer, byte)
}

export function writeVarUint(writer: Writer, value: number): void {
  assert(Number.isSafeInteger(value) && value >= 0, `${value} is not a whole number from 0 to 2^53 - 1`)
  encoding.writeVarUint(writer, value)
}

export function writeStep(writer: Writer, from: number, value: number): void {
  assert(Number.isSafeInteger(value) && value >= from, `${value} is not a whole number from ${from} on`)
  encoding.writeVarUint(writer, value - from)
}

export function writeFlag(writer: Writer, flag: boolean): void {
  writeChoice(writer, [false, true], flag)
}

export function writeChoice<Choice>(writer: Writer, choices: readonly Choice[], choice: Choice): void {
  const index = choices.indexOf(choice)
  assert(index !== -1, `${String(choice)} is not one of ${choices.join(', ')}`)
  writeByte(writer, index)
}

export function writeBytes(writer: Writer, bytes: Uint8Array, maxBytes: number): void {
  assert(bytes.length <= maxBytes, `${bytes.length} bytes, where ${maxBytes} are allowed`)
  encoding.writeVarUint8Array(writer, bytes)
}

export function writeUtf8(writer: Writer, text: string, maxBytes: number): void {
  assert(isWellFormed(text), 'a text with half a surrogate pair')
  writeBytes(writer, encodeUtf8(text), maxBytes)
}

export function writeText(writer: Writer, text: string, maxLength: number): void {
  assert(
    text.length <= maxLength,
    `a text of ${text.length} characters, where ${maxLength} are allowed: ${text.slice(0, 80)}`,
  )
  assert(isWellFormed(text), 'a text with half a surrogate pair')
  encoding.writeVarString(writer, text)
}

export function writeList<Item>(
  writer: Writer,
  items: readonly Item[],
  maxItems: number,
  writeItem: (writer: Writer, item: Item) => void,
): void {
  assert(items.length <= maxItems, `a list of ${items.length}, where ${maxItems} are allowed`)
  encoding.writeVarUint(writer, items.length)
  for (const item of items) writeItem(writer, item)
}

/** Under `u`, a whole pair is one character that is no surrogate. */
const halfPair = /\p{Surrogate}/u

export function isWellFormed(text: string): boolean {
  return !halfPair.test(text)
}
