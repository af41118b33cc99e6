import * as fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import { expect, test } from 'vitest'
import type { Any } from '../rows.ts'
import { maxAnyBytes, maxAnyDepth, maxAnyValues } from '../limits.ts'
import { readAny, writeAny } from './any.ts'
import { readAll } from './bounded-reader.ts'
import { writeAll } from './bounded-writer.ts'

type Foreign = Parameters<typeof encoding.writeAny>[1]

const written = (value: unknown): Uint8Array => writeAll(2 ** 20, (writer) => writeAny(writer, value as Any))
const byLib0 = (value: Foreign): Uint8Array => encoding.encode((writer) => encoding.writeAny(writer, value))
const read = (inner: Uint8Array): ReturnType<typeof readAll<Any>> =>
  readAll(
    encoding.encode((writer) => encoding.writeVarUint8Array(writer, inner)),
    readAny,
  )
const malformed = { ok: false, fault: { code: 'malformed' } }
const tooLarge = { ok: false, fault: { code: 'too-large' } }

function nested(depth: number): Any {
  let value: Any = 'core'
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { in: value }
  return value
}

test('[WI16] [WI18] what JSON can say comes back, in the bytes lib0 writes', () => {
  const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))
  const allowed = json.filter((value) => !/__proto__|constructor|prototype/.test(JSON.stringify(value)))
  fc.assert(
    fc.property(allowed, (value) => {
      const bytes = byLib0(value as Foreign)
      expect(written(value)).toEqual(encoding.encode((writer) => encoding.writeVarUint8Array(writer, bytes)))
      expect(read(bytes)).toEqual({ ok: true, value })
    }),
  )
})

test('[WI16] numbers at the edges of their encodings come back', () => {
  const edges = [
    0,
    63,
    64,
    -63,
    -64,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31) + 1,
    -(2 ** 31),
    2 ** 53,
    0.5,
    0.1,
    1e300,
    -1e-300,
  ]
  for (const value of edges) {
    expect(readAll(written(value), readAny)).toEqual({ ok: true, value })
    expect(read(byLib0(value))).toEqual({ ok: true, value })
  }
})

test.each([
  ['undefined', undefined],
  ['a BigInt', 7n],
  ['bytes', Uint8Array.of(1, 2)],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['-0', -0],
])('[WI16] %s is neither read nor written', (_, value) => {
  expect(read(byLib0(value))).toMatchObject(malformed)
  expect(read(byLib0([value]))).toMatchObject(malformed)
  expect(read(byLib0({ key: value }))).toMatchObject(malformed)
  expect(() => written(value)).toThrow('@parley/wire')
  expect(() => written([value])).toThrow('@parley/wire')
  expect(() => written({ key: value })).toThrow('@parley/wire')
})

test('[WI16] functions, symbols and objects with a class are not written', () => {
  for (const value of [() => 1, Symbol('s'), new Date(0), new Map(), Array.from({ length: 2 })]) {
    expect(() => written(value)).toThrow('@parley/wire')
  }
})

test('[WI16] a type that JSON values do not need is malformed', () => {
  for (let type = 0; type < 256; type += 1) {
    const alone = read(Uint8Array.of(type))
    const emptied = read(Uint8Array.of(type, 0))
    const floated = read(Uint8Array.of(type, 0x4f, 0x80, 0, 0))
    const doubled = read(Uint8Array.of(type, 0x7e, 0x37, 0xe4, 0x3c, 0x88, 0x00, 0x75, 0x9c))
    const accepted = [alone, emptied, floated, doubled].map((result) => result.ok)
    expect([type, ...accepted]).toEqual([
      type,
      type === 120 || type === 121 || type === 126,
      type === 117 || type === 118 || type === 119 || type === 125,
      type === 124,
      type === 123,
    ])
  }
})

test.each([
  ['an integer longer than it must be', [125, 0x81, 0x00]],
  ['an integer of 32 bits', [125, 0xbf, 0xff, 0xff, 0xff, 0x1f]],
  ['an integer that does not end', [125, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ['a small integer as float32', [124, 0x3f, 0x80, 0, 0]],
  ['a small integer as float64', [123, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]],
  ['a float32 as float64', [123, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]],
  ['float32 NaN', [124, 0x7f, 0xc0, 0, 0]],
  ['float32 infinity', [124, 0x7f, 0x80, 0, 0]],
  ['float64 NaN', [123, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]],
  ['a float cut short', [123, 0x3f, 0xf0]],
  ['a list that lies', [117, 0x80, 0x80, 0x80, 0x80, 0x10, 126]],
  ['an object that lies', [118, 0x80, 0x80, 0x80, 0x80, 0x10, 0, 126]],
  ['a byte too many', [126, 126]],
  ['nothing', []],
])('[WI2] [WI16] %s is malformed', (_, bytes) => {
  expect(read(Uint8Array.from(bytes))).toMatchObject(malformed)
})

test.each(['__proto__', 'constructor', 'prototype'])(
  '[WI17] the key %s is neither read nor written',
  (key) => {
    const value: unknown = JSON.parse(`{ "a": { "${key}": { "polluted": true } } }`)
    expect(read(byLib0(value as Foreign))).toMatchObject(malformed)
    expect(() => written(value)).toThrow(key)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  },
)

test('[WI17] a key twice is malformed', () => {
  const twice = [118, 2, 1, 0x61, 126, 1, 0x61, 120]
  expect(read(Uint8Array.from(twice))).toMatchObject(malformed)
})

test('[WI2] [WI17] keys come in the order JavaScript keeps them', () => {
  const value = { b: 1, 2: 2, a: 3, 1: 4, toString: 5, '': 6 }
  const result = readAll(written(value), readAny)
  expect(result).toEqual({ ok: true, value })
  expect(JSON.stringify(result)).toBe(JSON.stringify({ ok: true, value }))
  // "a" before "1" would be a second encoding of { 1: null, a: null }.
  expect(read(Uint8Array.of(118, 2, 1, 0x61, 126, 1, 0x31, 126))).toMatchObject(malformed)
  expect(read(Uint8Array.of(118, 2, 1, 0x31, 126, 1, 0x61, 126))).toEqual({
    ok: true,
    value: { 1: null, a: null },
  })
})

test('[WI9] values nest to maxAnyDepth and no deeper', () => {
  const deepest = nested(maxAnyDepth)
  expect(readAll(written(deepest), readAny)).toEqual({ ok: true, value: deepest })
  expect(read(byLib0(nested(maxAnyDepth + 1) as Foreign))).toMatchObject(tooLarge)
  expect(() => written(nested(maxAnyDepth + 1))).toThrow('deeper')
  const endless = Uint8Array.from({ length: 60_000 }, (_, index) => (index % 2 === 0 ? 117 : 1))
  expect(read(endless)).toMatchObject(tooLarge)
  const cycle: unknown[] = []
  cycle.push(cycle)
  expect(() => written(cycle)).toThrow('deeper')
})

test('[WI9] a value holds maxAnyValues and no more', () => {
  const most = Array.from({ length: maxAnyValues - 2 }, (_, index) => index % 2 === 0)
  const more = [...most, true]
  expect(read(byLib0({ most }))).toEqual({ ok: true, value: { most } })
  expect(written({ most }).length).toBeGreaterThan(maxAnyValues)
  expect(read(byLib0({ more }))).toMatchObject(tooLarge)
  expect(() => written({ more })).toThrow('values')
})

test('[WI9] a value takes maxAnyBytes and no more', () => {
  // Type and length take 4 bytes.
  const largest = 'a'.repeat(maxAnyBytes - 4)
  expect(readAll(written(largest), readAny)).toEqual({ ok: true, value: largest })
  expect(read(byLib0(`${largest}a`))).toMatchObject(tooLarge)
  expect(() => written(`${largest}a`)).toThrow('allowed')
})
