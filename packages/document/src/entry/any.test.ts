import * as fc from 'fast-check'
import { createEncoder, toUint8Array, writeAny as writeLib0, writeVarUint } from 'lib0/encoding'
import { expect, test } from 'vitest'
import { maxDepth } from '../limits.ts'
import { readAny, writeAny } from './any.ts'
import type { JsonValue } from './entry.ts'

const limits = { maxBytes: 64 * 1024, maxDepth }
const numbers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0x7fffffff,
    0x80000000,
    -0x7fffffff,
    -0x80000000,
    2 ** 53,
    1e300,
    0.5,
    0.1,
    63,
    64,
    -63,
    -64,
  ),
)
const texts = fc.string({ unit: 'grapheme' })
const keys = fc
  .oneof(texts, fc.nat().map(String))
  .filter((key) => !/^(__proto__|constructor|prototype)$/.test(key))
const values = fc.letrec<{ value: JsonValue; list: JsonValue; object: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    numbers.map((number) => (Object.is(number, -0) ? 0 : number)),
    texts,
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 5 }),
  object: fc.dictionary(keys, tie('value'), { maxKeys: 5, noNullPrototype: true }),
})).value

/** As lib0 writes it, whatever it is. */
function lib0(value: unknown): Uint8Array {
  const encoder = createEncoder()
  writeLib0(encoder, value as string)
  return toUint8Array(encoder)
}

function text(letters: string): readonly number[] {
  const bytes = Buffer.from(letters)
  return [bytes.length, ...bytes]
}

function nested(depth: number): Uint8Array {
  return Uint8Array.of(...Array.from({ length: depth }, () => [117, 1]).flat(), 126)
}

function readCode(bytes: Uint8Array): string {
  const read = readAny(bytes, limits)
  return read.ok ? 'ok' : read.code
}

test('[DO7] a value that was written is read, and written again with the same bytes', () => {
  fc.assert(
    fc.property(values, (value) => {
      const bytes = writeAny(value)
      const read = readAny(bytes, limits)
      expect(read).toEqual({ ok: true, value })
      expect(read.ok && writeAny(read.value)).toEqual(bytes)
    }),
  )
})

test('[DO7] a value is written with the bytes that lib0 writes, which Yjs does; what is none of JSON is read by nobody', () => {
  fc.assert(
    fc.property(values, (value) => {
      expect(writeAny(value)).toEqual(lib0(value))
    }),
  )
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -0]) expect(writeAny(value)).toEqual(lib0(value))
  for (const value of [undefined, 1n, () => 1]) {
    expect(readCode(writeAny({ a: value as unknown as JsonValue }))).toBe('bad-content')
  }
})

test('[DO7] whatever is read of changed bytes is written again with the same bytes', () => {
  let taken = 0
  fc.assert(
    fc.property(values, fc.nat(), fc.integer({ min: 0, max: 255 }), (value, at, byte) => {
      const bytes = writeAny(value)
      bytes[at % bytes.length] = byte
      const read = readAny(bytes, limits)
      if (!read.ok) return
      taken += 1
      expect(writeAny(read.value)).toEqual(bytes)
    }),
    { numRuns: 2000 },
  )
  expect(taken).toBeGreaterThan(100)
})

test('[DO7] a text keeps its byte order mark, its zeros and its emoji', () => {
  for (const value of ['\uFEFFa', '\u0000', '👩‍👩‍👧‍👦', 'é', 'e\u0301', 'x'.repeat(9), 'ä'.repeat(4)]) {
    expect(readAny(writeAny(value), limits)).toEqual({ ok: true, value })
  }
})

test.each([
  ['undefined', lib0(undefined)],
  ['a BigInt', lib0(1n)],
  ['bytes', lib0(Uint8Array.of(1))],
  ['NaN', lib0(Number.NaN)],
  ['infinity', lib0(Number.POSITIVE_INFINITY)],
  ['minus infinity', Uint8Array.of(123, 0xff, 0xf0, 0, 0, 0, 0, 0, 0)],
  ['minus zero', lib0(-0)],
  ['minus zero as float32', Uint8Array.of(124, 0x80, 0, 0, 0)],
  ['a lone surrogate in UTF-8', Uint8Array.of(119, 3, 0xed, 0xa0, 0x80)],
  ['an overlong character', Uint8Array.of(119, 2, 0xc0, 0x80)],
  ['half a character', Uint8Array.of(119, 1, 0xc3)],
  ['half a character of a long text', Uint8Array.of(119, 10, ...Buffer.from('abcdefghi'), 0xc3)],
  ['an unknown kind', Uint8Array.of(115)],
  ['another unknown kind', Uint8Array.of(128)],
  ['nothing', new Uint8Array(0)],
  ['half a number', Uint8Array.of(123, 0, 0)],
  ['a number that never ends', Uint8Array.of(125, ...Array.from({ length: 20 }, () => 0x80))],
  ['two values', Uint8Array.of(126, 126)],
])('[DO8] %s is refused', (_, bytes) => {
  expect(readCode(bytes)).toBe('bad-content')
})

test.each(['__proto__', 'constructor', 'prototype'])(
  '[DO9] the key %s is refused, wherever it stands',
  (key) => {
    expect(readCode(Uint8Array.of(118, 1, ...text(key), 126))).toBe('bad-content')
    expect(readCode(Uint8Array.of(117, 1, 118, 2, ...text('a'), 126, ...text(key), 118, 0))).toBe(
      'bad-content',
    )
  },
)

test('[DO9] a key that stands twice is refused', () => {
  expect(readCode(Uint8Array.of(118, 2, ...text('a'), 126, ...text('a'), 126))).toBe('bad-content')
  expect(readCode(Uint8Array.of(118, 2, ...text('7'), 126, ...text('7'), 126))).toBe('bad-content')
  expect(readCode(Uint8Array.of(118, 1, ...text('toString'), 126))).toBe('ok')
})

test.each([
  ['a number with a byte too many', Uint8Array.of(125, 0x81, 0)],
  ['a length with a byte too many', Uint8Array.of(119, 0x81, 0, 65)],
  ['a count with a byte too many', Uint8Array.of(117, 0x80, 0)],
  ['a small whole number as float32', Uint8Array.of(124, 0x3f, 0x80, 0, 0)],
  ['a small whole number as float64', Uint8Array.of(123, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0)],
  ['a half as float64', Uint8Array.of(123, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0)],
  ['a large number as an integer', Uint8Array.of(125, 0x80, 0x80, 0x80, 0x80, 0x10)],
  ['a numeric key behind another', Uint8Array.of(118, 2, ...text('a'), 126, ...text('1'), 126)],
  ['numeric keys out of order', Uint8Array.of(118, 2, ...text('10'), 126, ...text('9'), 126)],
])('[DO10] %s is not canonical', (_, bytes) => {
  expect(readCode(bytes)).toBe('not-canonical')
})

test('[DO10] keys that only look like numbers may stand anywhere', () => {
  for (const key of ['01', '-1', '1.5', '1e3', ' 1', '4294967295', 'Infinity']) {
    expect(readCode(Uint8Array.of(118, 2, ...text('a'), 126, ...text(key), 126))).toBe('ok')
  }
})

test('[DO11] as many bytes as the limit says are read, and not one more', () => {
  const bytes = writeAny('x'.repeat(100))
  expect(readAny(bytes, { maxBytes: bytes.length, maxDepth }).ok).toBe(true)
  expect(readAny(bytes, { maxBytes: bytes.length - 1, maxDepth })).toMatchObject({ code: 'too-large' })
})

test('[DO11] lists and objects are read as deep as the limit says, and not one deeper', () => {
  expect(readCode(nested(maxDepth))).toBe('ok')
  expect(readCode(nested(maxDepth + 1))).toBe('too-large')
  expect(readCode(nested(10_000))).toBe('too-large')
  const objects = Array.from({ length: 10_000 }, () => [118, 1, 1, 97]).flat()
  expect(readCode(Uint8Array.of(...objects, 126))).toBe('too-large')
})

test('[DO12] a length or count beyond the bytes that are left is refused before anything is made for it', () => {
  const lie = createEncoder()
  writeVarUint(lie, 2 ** 50)
  const before = process.memoryUsage().heapUsed
  for (let round = 0; round < 1000; round += 1) {
    for (const kind of [117, 118, 119]) {
      expect(readCode(Uint8Array.of(kind, ...toUint8Array(lie), 126))).toBe('bad-content')
    }
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6)
  expect(readCode(Uint8Array.of(118, 2, ...text('a'), 126))).toBe('bad-content')
  expect(readCode(Uint8Array.of(117, 2, 126))).toBe('bad-content')
  expect(readCode(Uint8Array.of(119, 2, 65))).toBe('bad-content')
})
