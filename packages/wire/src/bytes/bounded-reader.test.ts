import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { encodeUtf8 } from 'lib0/string'
import {
  readAll,
  readBytes,
  readChoice,
  readFlag,
  readList,
  readStep,
  readText,
  readVarUint,
} from './bounded-reader.ts'
import { writeAll, writeText, writeVarUint } from './bounded-writer.ts'

const max = Number.MAX_SAFE_INTEGER
const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
const malformed = { ok: false, fault: { code: 'malformed' } }

test('[WI11] a number is 7 bits a byte, the lowest first, up to 2^53 - 1', () => {
  expect(readAll(hex('00'), readVarUint)).toEqual({ ok: true, value: 0 })
  expect(readAll(hex('7f'), readVarUint)).toEqual({ ok: true, value: 127 })
  expect(readAll(hex('8001'), readVarUint)).toEqual({ ok: true, value: 128 })
  expect(readAll(hex('ffffffffffffff0f'), readVarUint)).toEqual({ ok: true, value: max })
  expect(readAll(hex('8080808080808010'), readVarUint)).toMatchObject(malformed)
  expect(readAll(hex('ffffffffffffff1f'), readVarUint)).toMatchObject(malformed)
})

test('[WI11] a number longer than it must be is malformed, and so is one that does not end', () => {
  expect(readAll(hex('8000'), readVarUint)).toMatchObject(malformed)
  expect(readAll(hex('ff00'), readVarUint)).toMatchObject(malformed)
  expect(readAll(hex('808080808080808001'), readVarUint)).toMatchObject(malformed)
  expect(readAll(new Uint8Array(10_000).fill(0x80), readVarUint)).toMatchObject(malformed)
  const endless = new Uint8Array(10_000).fill(0x80)
  endless[9999] = 1
  expect(readAll(endless, readVarUint)).toMatchObject(malformed)
})

test('[WI11] every number comes back, steps included', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (value, from) => {
      const written = writeAll(20, (writer) => writeVarUint(writer, value))
      expect(readAll(written, readVarUint)).toEqual({ ok: true, value })
      const stepped = readAll(written, (reader) => readStep(reader, from))
      expect(stepped).toMatchObject(value <= max - from ? { ok: true, value: from + value } : malformed)
    }),
  )
})

test('[WI10] a count the bytes cannot hold is malformed before one item is read', () => {
  const readItem = vi.fn<typeof readFlag>(readFlag)
  // A count of 2^32 in a frame of 12 bytes.
  const lie = hex('8080808010 00 00 00 00 00 00 00')
  expect(lie).toHaveLength(12)
  expect(readAll(lie, (reader) => readList(reader, max, readItem))).toMatchObject(malformed)
  expect(readAll(hex('03 00 00'), (reader) => readList(reader, max, readItem))).toMatchObject(malformed)
  expect(readItem).not.toHaveBeenCalled()
  const truth = hex('03 00 01 00')
  expect(readAll(truth, (reader) => readList(reader, max, readItem))).toEqual({
    ok: true,
    value: [false, true, false],
  })
})

test('[WI10] a length the bytes cannot hold is malformed', () => {
  const lie = hex('8080808010 00 00 00 00 00 00 00')
  expect(readAll(lie, (reader) => readBytes(reader, max))).toMatchObject(malformed)
  expect(readAll(lie, (reader) => readText(reader, max))).toMatchObject(malformed)
  expect(readAll(hex('02 00'), (reader) => readBytes(reader, max))).toMatchObject(malformed)
  expect(readAll(hex('02 0001'), (reader) => readBytes(reader, max))).toEqual({
    ok: true,
    value: hex('0001'),
  })
})

test('[WI10] lies about counts and lengths take no memory', () => {
  const lie = hex('8080808010 00 00 00 00 00 00 00')
  const before = process.memoryUsage()
  for (let round = 0; round < 1000; round += 1) {
    expect(readAll(lie, (reader) => readBytes(reader, max)).ok).toBe(false)
    expect(readAll(lie, (reader) => readList(reader, max, readFlag)).ok).toBe(false)
  }
  const after = process.memoryUsage()
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2 ** 24)
  expect(after.rss - before.rss).toBeLessThan(2 ** 28)
})

test.each([
  ['a byte that begins nothing', 'ff'],
  ['a continuation alone', '80'],
  ['a character cut short', 'e282'],
  ['an overlong slash', 'c0af'],
  ['half a surrogate pair', 'eda080'],
  ['a pair of halves', 'eda080edb080'],
  ['past the last character', 'f4908080'],
])('[WI12] %s is no UTF-8, and malformed', (_, digits) => {
  const bytes = hex(digits)
  expect(readAll(Uint8Array.of(bytes.length, ...bytes), (reader) => readText(reader, 64))).toMatchObject(
    malformed,
  )
})

test('[WI12] a text comes back to the last character, byte order marks and NUL included', () => {
  for (const text of ['', '\ufeffhello', '\u0000', 'é', '漢', '👩‍👩‍👧', '\uffff']) {
    const bytes = encodeUtf8(text)
    const read = readAll(Uint8Array.of(bytes.length, ...bytes), (reader) => readText(reader, 64))
    expect(read).toEqual({ ok: true, value: text })
  }
})

test('[WI12] [WI14] a text with half a surrogate pair is not written', () => {
  for (const text of ['\ud800', 'a\udc00', '\udc00\ud800']) {
    expect(() => writeAll(100, (writer) => writeText(writer, text, 64))).toThrow('half a surrogate pair')
  }
})

test('[WI3] a choice there is none of is malformed', () => {
  expect(readAll(hex('01'), readFlag)).toEqual({ ok: true, value: true })
  expect(readAll(hex('02'), readFlag)).toMatchObject(malformed)
  expect(readAll(hex('02'), (reader) => readChoice(reader, ['a', 'b', 'c']))).toEqual({
    ok: true,
    value: 'c',
  })
  expect(readAll(hex('03'), (reader) => readChoice(reader, ['a', 'b', 'c']))).toMatchObject(malformed)
})

test('[WI3] a bug of ours is not taken for a fault of the bytes', () => {
  const broken = (): never => {
    throw new RangeError('ours')
  }
  expect(() => readAll(hex('00'), broken)).toThrow('ours')
})
