import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginsWith, compareKeys } from './key.ts'
import { decodeKey, encodeAfter, encodeEnd, encodeKey } from './key-bytes.ts'
import { anyKey } from './testing/script.test-data.ts'

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

test('[ST3] the bytes of keys compare as the keys do', () => {
  fc.assert(
    fc.property(anyKey, anyKey, (a, b) => {
      expect(Math.sign(compareBytes(encodeKey(a), encodeKey(b)))).toBe(Math.sign(compareKeys(a, b)))
    }),
    { numRuns: 5000 },
  )
})

test('[ST3] the bytes of a key give the key again', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      expect(decodeKey(encodeKey(key))).toEqual(key)
    }),
    { numRuns: 5000 },
  )
})

test('[ST3] what begins with a prefix lies between its bytes and its end', () => {
  fc.assert(
    fc.property(anyKey, anyKey, anyKey, (prefix, rest, other) => {
      for (const key of [prefix, [...prefix, ...rest], other]) {
        const bytes = encodeKey(key)
        const within =
          compareBytes(bytes, encodeKey(prefix)) >= 0 && compareBytes(bytes, encodeEnd(prefix)) < 0
        expect(within).toBe(beginsWith(key, prefix))
        const upTo = compareBytes(bytes, encodeAfter(prefix)) < 0
        expect(upTo).toBe(compareKeys(key, prefix) <= 0)
      }
    }),
  )
})

test('[ST3] the bytes of a key stay what they are, for the files there are', () => {
  const written: readonly (readonly [readonly (string | number)[], string])[] = [
    [[], ''],
    [[0], '10'],
    [[1, 255, 256], '110111ff120100'],
    [[2 ** 53 - 1], '171fffffffffffff'],
    [['', 'a', 'ab~'], '20002061002061627e00'],
    [['c/1', 7, 'x'], '20632f31001107207800'],
  ]
  for (const [key, hex] of written) {
    expect(Buffer.from(encodeKey(key)).toString('hex')).toBe(hex)
    expect(decodeKey(Buffer.from(hex, 'hex'))).toEqual(key)
  }
})

test('[ST3] bytes no key makes are no key', () => {
  const bad = [
    [0x00],
    [0x0f],
    [0x18, 1, 1, 1, 1, 1, 1, 1, 1],
    [0x1f],
    [0x21, 0x61, 0x00],
    [0xff],
    [0x11],
    [0x11, 0x00],
    [0x12, 0x00, 0x01],
    [0x17, 0x20, 0, 0, 0, 0, 0, 0],
    [0x20],
    [0x20, 0x61],
    [0x20, 0x0a, 0x00],
    [0x20, 0xe9, 0x00],
    [0x10, 0x00],
  ]
  expect(bad.filter((bytes) => decodeKey(Uint8Array.from(bytes)) !== undefined)).toEqual([])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const key = decodeKey(bytes)
      expect(key === undefined ? bytes : encodeKey(key)).toEqual(bytes)
    }),
    { numRuns: 5000 },
  )
})
