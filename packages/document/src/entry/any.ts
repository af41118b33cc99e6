/**
 * Plain JSON values in lib0's `any` encoding, which is what Yjs stores. Rules DO7 to DO12.
 *
 * The reader takes only what lib0's own writer would have written for the same value: writing a value that was read gives
 * back the very bytes. It takes no values JSON lacks, and no keys that reach into an object's prototype.
 */
import {
  type Cursor,
  cursorOf,
  fail,
  type FaultKind,
  left,
  readByte,
  readFloat32,
  readFloat64,
  readInt,
  readText,
  readUint,
} from './bytes.ts'
import { encode, type Encoder, write, writeUint8Array, writeVarUint } from 'lib0/encoding'
import type { JsonObject, JsonValue } from './entry.ts'
import { isForbiddenKey } from './json.ts'
import { maxDepth } from '../limits.ts'
import { utf8 } from '../utf8.ts'

export interface AnyLimits {
  readonly maxBytes: number
  readonly maxDepth: number
}

export type ContentCode = 'bad-content' | 'not-canonical' | 'too-large'

export type ReadAny =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly code: ContentCode; readonly detail: string }

export function readAny(bytes: Uint8Array, limits: AnyLimits): ReadAny {
  if (bytes.length > limits.maxBytes) {
    return { ok: false, code: 'too-large', detail: `the value takes more than ${limits.maxBytes} bytes` }
  }
  const cursor = cursorOf(bytes)
  const value = readValue(cursor, limits.maxDepth)
  if (left(cursor) > 0) fail(cursor, 'malformed', 'something follows the value')
  if (cursor.fault === null) return { ok: true, value }
  return { ok: false, code: codeOf[cursor.fault.kind], detail: cursor.fault.detail }
}

export function writeAny(value: JsonValue): Uint8Array {
  // Not `encodeAny` of lib0/buffer: that asks in what environment it runs, and takes all of that along.
  return encode((encoder) => writeValue(encoder, value))
}

/** As `writeAny` of lib0 does, which takes along what writes big integers, bytes, and texts where there is no encoder. */
function writeValue(encoder: Encoder, value: unknown): void {
  if (typeof value === 'string') {
    write(encoder, 119)
    writeText(encoder, value)
  } else if (typeof value === 'number') writeNumber(encoder, value)
  else if (typeof value === 'boolean') write(encoder, value ? 120 : 121)
  else if (value === null) write(encoder, 126)
  else if (Array.isArray(value)) {
    write(encoder, 117)
    writeVarUint(encoder, value.length)
    for (const item of value) writeValue(encoder, item)
  } else if (typeof value === 'object') {
    const entries = Object.entries(value)
    write(encoder, 118)
    writeVarUint(encoder, entries.length)
    for (const [key, item] of entries) {
      writeText(encoder, key)
      writeValue(encoder, item)
    }
    // What apps give without types may be none of JSON: as lib0 writes undefined, which no reader here takes.
  } else write(encoder, 127)
}

function writeText(encoder: Encoder, text: string): void {
  const bytes = utf8(text)
  writeVarUint(encoder, bytes.length)
  writeUint8Array(encoder, bytes)
}

function writeNumber(encoder: Encoder, value: number): void {
  const size = Math.abs(value)
  if (Number.isInteger(value) && size <= maxInt) {
    const sign = value < 0 || Object.is(value, -0) ? 64 : 0
    write(encoder, 125)
    write(encoder, (size > 63 ? 128 : 0) | sign | (size & 63))
    if (size > 63) writeVarUint(encoder, Math.floor(size / 64))
    return
  }
  const single = Math.fround(value) === value
  const view = new DataView(new ArrayBuffer(single ? 4 : 8))
  if (single) view.setFloat32(0, value)
  else view.setFloat64(0, value)
  write(encoder, single ? 124 : 123)
  writeUint8Array(encoder, new Uint8Array(view.buffer))
}

export const codeOf: Readonly<Record<FaultKind, ContentCode>> = {
  malformed: 'bad-content',
  wasteful: 'not-canonical',
  'too-deep': 'too-large',
}

/** `depth`: how many more lists and objects may open inside one another. */
export function readValue(cursor: Cursor, depth: number): JsonValue {
  const kind = readByte(cursor)
  switch (kind) {
    case 119:
      return readText(cursor)
    case 125:
      return readWhole(cursor)
    case 124:
      return canonicalFloat(cursor, readFloat32(cursor), false)
    case 123:
      return canonicalFloat(cursor, readFloat64(cursor), true)
    case 121:
      return false
    case 120:
      return true
    case 126:
      return null
    case 118:
      return readObject(cursor, depth)
    case 117:
      return readList(cursor, depth)
    default:
      fail(cursor, 'malformed', `a value of kind ${kind} is none of JSON`)
      return null
  }
}

const maxInt = 0x7fffffff

function readWhole(cursor: Cursor): number {
  const value = readInt(cursor)
  if (value > maxInt || value < -maxInt) fail(cursor, 'wasteful', 'a large number is written as an integer')
  return value
}

/** lib0 writes small whole numbers as integers, and of the rest as float32 whatever survives that. */
function canonicalFloat(cursor: Cursor, value: number, double: boolean): number {
  if (!Number.isFinite(value)) fail(cursor, 'malformed', 'a number is not finite')
  else if (Object.is(value, -0)) fail(cursor, 'malformed', 'a number is minus zero')
  else if (Number.isInteger(value) && Math.abs(value) <= maxInt) {
    fail(cursor, 'wasteful', 'a small whole number is written as a fraction')
  } else if (double && Math.fround(value) === value) {
    fail(cursor, 'wasteful', 'a number is written with more precision than it has')
  }
  return value
}

function readList(cursor: Cursor, depth: number): readonly JsonValue[] {
  const list: JsonValue[] = []
  for (let rest = readCount(cursor, depth, 1); rest > 0 && cursor.fault === null; rest -= 1) {
    list.push(readValue(cursor, depth - 1))
  }
  return list
}

function readObject(cursor: Cursor, depth: number): JsonObject {
  const object: Record<string, JsonValue> = {}
  // JavaScript enumerates keys that are list positions first and in ascending order, wherever they were added.
  let position = -1
  for (let rest = readCount(cursor, depth, 2); rest > 0 && cursor.fault === null; rest -= 1) {
    const key = readText(cursor)
    if (isForbiddenKey(key)) fail(cursor, 'malformed', `the key ${key} is not allowed`)
    if (Object.hasOwn(object, key)) fail(cursor, 'malformed', 'a key stands twice')
    const next = positionOf(key)
    if (next < position || (next === position && next !== Number.POSITIVE_INFINITY))
      fail(cursor, 'wasteful', 'keys that are numbers must come first, in ascending order')
    position = next
    object[key] = readValue(cursor, depth - 1)
  }
  return object
}

/** Every element takes at least `bytesEach`, so a count that cannot be true is seen before anything is made for it. */
function readCount(cursor: Cursor, depth: number, bytesEach: number): number {
  if (depth === 0) {
    fail(cursor, 'too-deep', 'lists and objects are nested too deep')
    return 0
  }
  const count = readUint(cursor)
  if (count * bytesEach > left(cursor)) {
    fail(cursor, 'malformed', 'a list or object is longer than the bytes that hold it')
    return 0
  }
  return count
}

/** Where a key stands among an object's keys: list positions by their number, everything else behind all of them. */
function positionOf(key: string): number {
  const first = key.charCodeAt(0)
  if (!(first >= 48 && first <= 57)) return Number.POSITIVE_INFINITY
  const index = Number(key)
  return Number.isInteger(index) && index < 2 ** 32 - 1 && String(index) === key
    ? index
    : Number.POSITIVE_INFINITY
}

/** Moves past one value without making it. Structure, lengths and depth are checked; what it says is not. */
export function skipValue(cursor: Cursor, depth: number = maxDepth): void {
  const kind = readByte(cursor)
  switch (kind) {
    case 119:
      skipBytes(cursor, readUint(cursor))
      break
    case 125:
      readInt(cursor)
      break
    case 124:
      skipBytes(cursor, 4)
      break
    case 123:
      skipBytes(cursor, 8)
      break
    case 126:
    case 121:
    case 120:
      break
    case 118:
      for (let rest = readCount(cursor, depth, 2); rest > 0 && cursor.fault === null; rest -= 1) {
        skipBytes(cursor, readUint(cursor))
        skipValue(cursor, depth - 1)
      }
      break
    case 117:
      for (let rest = readCount(cursor, depth, 1); rest > 0 && cursor.fault === null; rest -= 1) {
        skipValue(cursor, depth - 1)
      }
      break
    default:
      fail(cursor, 'malformed', `a value of kind ${kind} is none of JSON`)
  }
}

function skipBytes(cursor: Cursor, length: number): void {
  if (length > left(cursor)) fail(cursor, 'malformed', 'a text is longer than the bytes that hold it')
  else cursor.at += length
}
