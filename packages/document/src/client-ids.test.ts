import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstRelayClientId, makeClientId, relayClientId } from './client-ids.ts'

test('[DO5] client ids of devices are whole numbers below the range of the relay', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (chance) => {
      const client = makeClientId(chance)
      expect(Number.isSafeInteger(client)).toBe(true)
      expect(client).toBeGreaterThanOrEqual(0)
      expect(client).toBeLessThan(firstRelayClientId)
    }),
  )
  expect(makeClientId(new Uint8Array(8).fill(255))).toBeLessThan(firstRelayClientId)
  expect(makeClientId(Uint8Array.of(0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0))).toBe(firstRelayClientId - 2 ** 32)
})

test('[DO5] a client id takes all 53 bits of its chance, wherever that lies in a buffer', () => {
  const chance = new Uint8Array(16).subarray(3, 11)
  chance.set([0, 0x10, 0, 0, 0, 0, 0, 1])
  expect(makeClientId(chance)).toBe(2 ** 52 + 1)
  expect(() => makeClientId(new Uint8Array(7))).toThrow(RangeError)
})

test('[DO5] the client id of the relay is in its range, and the same for the same epoch', () => {
  fc.assert(
    fc.property(fc.string(), (epoch) => {
      const client = relayClientId(epoch)
      expect(client).toBeGreaterThanOrEqual(firstRelayClientId)
      expect(Number.isSafeInteger(client)).toBe(true)
      expect(relayClientId(epoch)).toBe(client)
    }),
  )
  expect(relayClientId('a')).not.toBe(relayClientId('b'))
  expect(relayClientId('epoch')).toBe(9_007_198_104_503_065)
})
