/**
 * JSON values as lib0 writes them (its `writeAny`), after their length in bytes.
 *
 * Less is accepted than lib0 has: no undefined, no BigInt, no bytes, no NaN, infinity or -0, no key that reaches a
 * prototype, no key twice, nothing deeper than `maxAnyDepth`, and at most `maxAnyValues`. Each value has one encoding: numbers as lib0 would choose
 * them, keys in the order JavaScript keeps them. (SPEC: WI2, WI16 to WI18)
 */
import * as encoding from 'lib0/encoding'
import { assert } from '../assert.ts'
import type { Any } from '../rows.ts'
import { maxAnyBytes, maxAnyDepth, maxAnyValues } from '../limits.ts'
import {
  expectEnd,
  malformed,
  type Reader,
  readByte,
  readList,
  readUtf8,
  readView,
  refuse,
} from './bounded-reader.ts'
import {
  writeByte,
  writeBytes,
  writeList,
  writeRaw,
  writeUtf8,
  writeVarUint,
  type Writer,
} from './bounded-writer.ts'

/** What lib0 calls its types. */
const tag = {
  list: 117,
  object: 118,
  text: 119,
  yes: 120,
  no: 121,
  float64: 123,
  float32: 124,
  int: 125,
  nil: 126,
}

const maxInt = 2 ** 31 - 1
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** A value being read: how many of the values in it have been. */
interface ValueReader extends Reader {
  values: number
}

export function writeAny(writer: Writer, value: Any, maxBytes: number = maxAnyBytes): void {
  const inner = encoding.createEncoder()
  writeValue(inner, value, 0)
  const values = countValues(value)
  assert(values <= maxAnyValues, `${values} values in one, where ${maxAnyValues} are allowed`)
  writeBytes(writer, encoding.toUint8Array(inner), maxBytes)
}

export function readAny(reader: Reader, maxBytes: number = maxAnyBytes): Any {
  const inner: ValueReader = { bytes: readView(reader, maxBytes), at: 0, values: 0 }
  const value = readValue(inner, 0)
  expectEnd(inner)
  return value
}

/** `unknown`: values come from apps, whose types may have promised too much. */
function writeValue(writer: Writer, value: unknown, depth: number): void {
  switch (typeof value) {
    case 'boolean':
      return writeByte(writer, value ? tag.yes : tag.no)
    case 'string':
      writeByte(writer, tag.text)
      return writeUtf8(writer, value, Number.MAX_SAFE_INTEGER)
    case 'number':
      assert(Number.isFinite(value) && !Object.is(value, -0), `a number that JSON does not have: ${value}`)
      return writeNumber(writer, value)
    case 'object':
      if (value === null) return writeByte(writer, tag.nil)
      assert(depth < maxAnyDepth, `a value deeper than ${maxAnyDepth}`)
      return Array.isArray(value) ? writeItems(writer, value, depth) : writeObject(writer, value, depth)
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      assert(false, `JSON has no ${typeof value}`)
  }
}

/** Not lib0's `writeAny`, which takes along what writes big integers, bytes, and texts where there is no encoder. */
function writeNumber(writer: Writer, value: number): void {
  if (isInt(value)) {
    const size = Math.abs(value)
    writeByte(writer, tag.int)
    writeByte(writer, (size > 63 ? 128 : 0) | (value < 0 ? 64 : 0) | (size & 63))
    if (size > 63) writeVarUint(writer, Math.floor(size / 64))
    return
  }
  const single = Math.fround(value) === value
  const view = new DataView(new ArrayBuffer(single ? 4 : 8))
  if (single) view.setFloat32(0, value)
  else view.setFloat64(0, value)
  writeByte(writer, single ? tag.float32 : tag.float64)
  writeRaw(writer, new Uint8Array(view.buffer))
}

function writeItems(writer: Writer, items: readonly unknown[], depth: number): void {
  writeByte(writer, tag.list)
  writeList(writer, items, maxAnyBytes, (inner, item) => writeValue(inner, item, depth + 1))
}

function writeObject(writer: Writer, value: object, depth: number): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  assert(prototype === Object.prototype || prototype === null, 'an object with a class')
  writeByte(writer, tag.object)
  writeList(writer, Object.entries(value), maxAnyBytes, (inner, [key, item]) => {
    assert(!forbiddenKeys.has(key), `the key ${key}`)
    writeUtf8(inner, key, maxAnyBytes)
    writeValue(inner, item, depth + 1)
  })
}

/** Of a value that has been written, and so is neither deep nor in itself. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, item: unknown) => sum + countValues(item), 1)
}

function readValue(reader: ValueReader, depth: number): Any {
  reader.values += 1
  if (reader.values > maxAnyValues) refuse('too-large', `more than ${maxAnyValues} values in one`)
  const type = readByte(reader)
  switch (type) {
    case tag.nil:
      return null
    case tag.yes:
      return true
    case tag.no:
      return false
    case tag.text:
      return readUtf8(reader, maxAnyBytes)
    case tag.int:
      return readInt(reader)
    case tag.float32:
      return readFloat32(reader)
    case tag.float64:
      return readFloat64(reader)
    case tag.list:
      expectDepth(depth)
      return readList(reader, maxAnyBytes, () => readValue(reader, depth + 1))
    case tag.object:
      expectDepth(depth)
      return readObject(reader, depth)
    default:
      return malformed(reader, `a value of type ${type}`)
  }
}

function expectDepth(depth: number): void {
  if (depth >= maxAnyDepth) refuse('too-large', `a value deeper than ${maxAnyDepth}`)
}

/** lib0's `writeVarInt`: sign and 6 bits in the first byte, then 7 bits a byte. */
function readInt(reader: Reader): number {
  const first = readByte(reader)
  let value = first & 0x3f
  let unit = 0x40
  let byte = first
  while (byte >= 0x80) {
    byte = readByte(reader)
    value += (byte & 0x7f) * unit
    unit *= 0x80
    if (value > maxInt || unit > 2 ** 34) malformed(reader, 'an integer of more than 31 bits')
    if (byte === 0) malformed(reader, 'an integer longer than it must be')
  }
  const negative = (first & 0x40) !== 0
  if (negative && value === 0) malformed(reader, 'a negative zero')
  return negative ? -value : value
}

function readFloat32(reader: Reader): number {
  const value = viewOf(reader, 4).getFloat32(0)
  if (!Number.isFinite(value) || isInt(value)) malformed(reader, 'a number with another encoding, or none')
  return value
}

function readFloat64(reader: Reader): number {
  const value = viewOf(reader, 8).getFloat64(0)
  if (!Number.isFinite(value) || isInt(value) || Math.fround(value) === value) {
    malformed(reader, 'a number with another encoding, or none')
  }
  return value
}

function isInt(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= maxInt
}

function viewOf(reader: Reader, length: number): DataView {
  const { bytes, at } = reader
  if (length > bytes.length - at) malformed(reader, 'the bytes end too early')
  reader.at += length
  return new DataView(bytes.buffer, bytes.byteOffset + at, length)
}

function readObject(reader: ValueReader, depth: number): Any {
  const value: Record<string, Any> = {}
  const keys = readList(reader, maxAnyBytes, (inner) => {
    const key = readUtf8(inner, maxAnyBytes)
    if (forbiddenKeys.has(key)) malformed(inner, `the key ${key}`)
    value[key] = readValue(reader, depth + 1)
    return key
  })
  // A key that came twice is kept once. And JavaScript moves keys that look like indices to the front: bytes in another
  // order would be a second encoding.
  const kept = Object.keys(value)
  if (keys.some((key, index) => kept[index] !== key)) malformed(reader, 'a key twice, or keys out of order')
  return value
}
