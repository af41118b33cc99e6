/**
 * Reads bytes somebody else made.
 *
 * Whatever they are, reading ends with a value or a fault: nothing is allocated for a count or length before it is
 * checked against the bytes left, every number has one encoding, and no value but the updates of a push shares memory with the
 * frame. Faults travel as an exception between the read functions and `readAll`, and never further. (SPEC: WI3, WI10 to WI13)
 */
import { decodeUtf8 } from 'lib0/string'

/** Why bytes are not a frame. The code is one of the failures a session ends with; `detail` is for people. */
export interface WireFault {
  readonly code: 'unknown-frame' | 'malformed' | 'too-large' | 'wrong-version'
  readonly detail: string
}

export interface Reader {
  readonly bytes: Uint8Array
  /** The next byte to read. */
  at: number
}

class Unreadable extends Error {
  readonly fault: WireFault
  constructor(fault: WireFault) {
    super(fault.detail)
    this.name = 'Unreadable'
    this.fault = fault
  }
}

/** The one place faults come out of: `read` must use up all of `bytes`. */
export function readAll<Value>(
  bytes: Uint8Array,
  read: (reader: Reader) => Value,
): { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly fault: WireFault } {
  try {
    const reader: Reader = { bytes, at: 0 }
    const value = read(reader)
    expectEnd(reader)
    return { ok: true, value }
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, fault: error.fault }
    throw error
  }
}

export function refuse(code: WireFault['code'], detail: string): never {
  throw new Unreadable({ code, detail })
}

export function malformed(reader: Reader, what: string): never {
  refuse('malformed', `${what}, at byte ${reader.at}`)
}

export function expectEnd(reader: Reader): void {
  const left = reader.bytes.length - reader.at
  if (left > 0) malformed(reader, `${left} bytes too many`)
}

export function expectSize(reader: Reader, maxBytes: number, size: number = reader.bytes.length): void {
  if (size > maxBytes) refuse('too-large', `${size} bytes, where ${maxBytes} are allowed`)
}

export function readByte(reader: Reader): number {
  const byte = reader.bytes[reader.at]
  if (byte === undefined) malformed(reader, 'the bytes end too early')
  reader.at += 1
  return byte
}

/** 7 bits a byte, the lowest first; no longer than it must be, and at most 2^53 - 1. */
export function readVarUint(reader: Reader): number {
  let value = 0
  let unit = 1
  for (;;) {
    const byte = readByte(reader)
    value += (byte & 0x7f) * unit
    if (value > Number.MAX_SAFE_INTEGER) malformed(reader, 'a number over 2^53 - 1')
    if (byte < 0x80) {
      if (byte === 0 && unit > 1) malformed(reader, 'a number longer than it must be')
      return value
    }
    if (unit >= 2 ** 49) malformed(reader, 'a number that does not end')
    unit *= 0x80
  }
}

/** A step from `from`, as rows count sequences and times. */
export function readStep(reader: Reader, from: number): number {
  const value = from + readVarUint(reader)
  if (value > Number.MAX_SAFE_INTEGER) malformed(reader, 'a number over 2^53 - 1')
  return value
}

export function readFlag(reader: Reader): boolean {
  return readChoice(reader, [false, true])
}

/** One of a few values, by its place in the list. */
export function readChoice<Choice>(reader: Reader, choices: readonly Choice[]): Choice {
  const index = readByte(reader)
  const choice = choices[index]
  if (choice === undefined) malformed(reader, `${index}, where there are ${choices.length} choices`)
  return choice
}

export function readBytes(reader: Reader, maxBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readView(reader, maxBytes))
}

/** UTF-8 of a well-formed string. */
export function readUtf8(reader: Reader, maxBytes: number): string {
  const view = readView(reader, maxBytes)
  try {
    return decodeUtf8(view)
  } catch {
    // The decoder throws for one reason only: this is not UTF-8.
    return malformed(reader, 'a text that is not UTF-8')
  }
}

/** The same, where `maxLength` counts UTF-16 units: none of them takes more than three bytes. */
export function readText(reader: Reader, maxLength: number): string {
  const text = readUtf8(reader, 3 * maxLength)
  if (text.length > maxLength) {
    refuse('too-large', `a text of ${text.length} characters, where ${maxLength} are allowed`)
  }
  return text
}

export function readList<Item>(
  reader: Reader,
  maxItems: number,
  readItem: (reader: Reader) => Item,
): readonly Item[] {
  const count = readVarUint(reader)
  // No item is shorter than a byte.
  if (count > reader.bytes.length - reader.at) malformed(reader, `a list of ${count} in too few bytes`)
  if (count > maxItems) refuse('too-large', `a list of ${count}, where ${maxItems} are allowed`)
  const items: Item[] = []
  for (let index = 0; index < count; index += 1) items.push(readItem(reader))
  return items
}

/** The next bytes, after their length, as a view: for what is decoded or copied at once. */
export function readView(reader: Reader, maxBytes: number): Uint8Array {
  const length = readVarUint(reader)
  if (length > reader.bytes.length - reader.at) malformed(reader, `a length of ${length} in too few bytes`)
  if (length > maxBytes) refuse('too-large', `${length} bytes, where ${maxBytes} are allowed`)
  const start = reader.at
  reader.at += length
  return reader.bytes.subarray(start, reader.at)
}
