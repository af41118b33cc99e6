import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isValue } from '../value.ts'
import { anyValue } from '../testing/script.test-data.ts'
import { decodeValue, encodeValue } from './value-bytes.ts'

test('[ST72] the bytes of a value give the value again', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(isValue(value)).toBe(true)
      expect(decodeValue(encodeValue(value))).toEqual({ value })
    }),
    { numRuns: 2000 },
  )
})

test('[ST72] the bytes of a value stay what they are, for the files there are', () => {
  const value = { a: [1, -2.5, 1e300, 'é', null, true, false], b: Uint8Array.of(9, 8) }
  const hex = '76020161750 77d017cc02000007b7e37e43c8800759c7702c3a97e78790162740209 08'.replaceAll(' ', '')
  expect(Buffer.from(encodeValue(value)).toString('hex')).toBe(hex)
  expect(decodeValue(Buffer.from(hex, 'hex'))).toEqual({ value })
})

test('[ST72] other bytes are no value, and reading them ends', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const decoded = decodeValue(bytes)
      expect(decoded === undefined || isValue(decoded.value)).toBe(true)
    }),
    { numRuns: 5000 },
  )
  expect(decodeValue(Uint8Array.from([...encodeValue('whole'), 0]))).toBeUndefined()
  expect(decodeValue(encodeValue('cut off').subarray(0, 5))).toBeUndefined()
})
