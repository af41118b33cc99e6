/**
 * A cursor over bytes of unknown origin.
 *
 * Once a read has failed, `fault` says why and every further read gives zeros and empty texts; nothing is allocated before
 * its length has been held against the bytes that are left. Numbers must be written with as few bytes as they need:
 * otherwise two byte strings would mean the same, and what is rebuilt would differ from what was read.
 */
import { decodeUtf8 } from 'lib0/string'

/** `malformed`: no such bytes exist. `wasteful`: the same thing is written in another, canonical way. */
export type FaultKind = 'malformed' | 'wasteful' | 'too-deep'

export interface Fault {
  readonly kind: FaultKind
  readonly detail: string
}

export interface Cursor {
  readonly bytes: Uint8Array
  at: number
  fault: Fault | null
}

export function cursorOf(bytes: Uint8Array): Cursor {
  return { bytes, at: 0, fault: null }
}

export function left(cursor: Cursor): number {
  return cursor.bytes.length - cursor.at
}

/** The first fault stays. Going to the end makes every later read fail at once. */
export function fail(cursor: Cursor, kind: FaultKind, detail: string): void {
  cursor.fault ??= { kind, detail }
  cursor.at = cursor.bytes.length
}

export function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at]
  if (byte === undefined) {
    fail(cursor, 'malformed', 'the bytes end too early')
    return 0
  }
  cursor.at += 1
  return byte
}

export function readUint(cursor: Cursor): number {
  const byte = readByte(cursor)
  if (byte < 128) return byte
  return readGroups(cursor, byte & 127, 128)
}

/** A sign in bit 6 of the first byte. Minus zero is a number no JSON text can hold. */
export function readInt(cursor: Cursor): number {
  const byte = readByte(cursor)
  const low = byte & 63
  const value = byte < 128 ? low : readGroups(cursor, low, 64)
  if ((byte & 64) === 0) return value
  if (value === 0) fail(cursor, 'malformed', 'a number is minus zero')
  return -value
}

function readGroups(cursor: Cursor, first: number, firstScale: number): number {
  let value = first
  for (let scale = firstScale; scale <= 2 ** 49; scale *= 128) {
    const byte = readByte(cursor)
    value += (byte & 127) * scale
    if (byte < 128) {
      if (byte === 0) fail(cursor, 'wasteful', 'a number is written with more bytes than it needs')
      if (value > Number.MAX_SAFE_INTEGER) break
      return value
    }
  }
  fail(cursor, 'malformed', 'a number has more than 53 bits')
  return 0
}

const scratch = new DataView(new ArrayBuffer(8))

export function readFloat32(cursor: Cursor): number {
  for (let i = 0; i < 4; i += 1) scratch.setUint8(i, readByte(cursor))
  return scratch.getFloat32(0)
}

export function readFloat64(cursor: Cursor): number {
  for (let i = 0; i < 8; i += 1) scratch.setUint8(i, readByte(cursor))
  return scratch.getFloat64(0)
}

/** A length, then so many bytes of well-formed UTF-8. */
export function readText(cursor: Cursor): string {
  const length = readUint(cursor)
  if (length > left(cursor)) {
    fail(cursor, 'malformed', 'a text is longer than the bytes that hold it')
    return ''
  }
  const start = cursor.at
  cursor.at += length
  if (length <= maxKeyLength) {
    const text = asciiText(cursor.bytes, start, cursor.at)
    if (text !== undefined) return text
  }
  try {
    return decodeUtf8(cursor.bytes.subarray(start, start + length))
  } catch {
    // The decoder's own words differ between engines; the fault is always this one.
    fail(cursor, 'malformed', 'a text is not well-formed UTF-8')
    return ''
  }
}

/** The decoder costs a tenth of a microsecond a call; half the texts of an entry are keys, which take half of that here. */
const maxKeyLength = 8

function asciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 128
    if (byte >= 128) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}
