import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeDeviceFrame, decodeRelayFrame, encodeDeviceFrame } from '../codec.ts'
import { maxDeviceFrameBytes, maxHelloBytes } from '../limits.ts'
import { protocolVersion } from '../version.ts'

const wrongVersion = { ok: false, failure: { code: 'wrong-version' } }

test('[WI5] a hello or welcome of another version is a wrong version, whatever follows', () => {
  const version = fc.nat(127).filter((number) => number !== protocolVersion)
  fc.assert(
    fc.property(version, fc.uint8Array(), (number, rest) => {
      expect(decodeDeviceFrame(Uint8Array.of(1, number, ...rest))).toMatchObject(wrongVersion)
      expect(decodeRelayFrame(Uint8Array.of(65, number, ...rest))).toMatchObject(wrongVersion)
    }),
  )
})

test('[WI5] a hello of another version is that before it is too large', () => {
  for (const size of [maxHelloBytes + 1, maxDeviceFrameBytes + 1]) {
    const hello = new Uint8Array(size)
    hello.set([1, 2])
    expect(decodeDeviceFrame(hello)).toMatchObject(wrongVersion)
  }
})

test('[WI5] the hello of a later version is told which version is spoken here', () => {
  const hello = encodeDeviceFrame({
    frame: 'hello',
    version: 300,
    token: '',
    device: '',
    epoch: '',
    cursor: 0,
    tag: '',
    login: false,
    inflates: false,
  })
  const decoded = decodeDeviceFrame(hello)
  expect(decoded).toMatchObject(wrongVersion)
  expect(!decoded.ok && decoded.failure.detail).toMatch(/300.*1/)
})

test('[WI3] a version that is no number is malformed', () => {
  expect(decodeDeviceFrame(Uint8Array.of(1, 0x81, 0x00))).toMatchObject({ failure: { code: 'malformed' } })
  expect(decodeDeviceFrame(Uint8Array.of(1))).toMatchObject({ failure: { code: 'malformed' } })
})

test('[WI40] a hello says with its last byte whether its device inflates', () => {
  const hello = (inflates: boolean): Uint8Array =>
    encodeDeviceFrame({
      frame: 'hello',
      version: protocolVersion,
      token: 'a.b.c',
      device: 'd',
      epoch: '',
      cursor: 0,
      tag: '',
      login: false,
      inflates,
    })
  for (const inflates of [true, false]) {
    expect(hello(inflates).at(-1)).toBe(inflates ? 1 : 0)
    expect(decodeDeviceFrame(hello(inflates))).toMatchObject({ ok: true, frame: { inflates } })
  }
  expect(decodeDeviceFrame(Uint8Array.of(...hello(true).subarray(0, -1), 2))).toMatchObject({
    failure: { code: 'malformed' },
  })
  expect(decodeDeviceFrame(hello(true).subarray(0, -1))).toMatchObject({ failure: { code: 'malformed' } })
})
