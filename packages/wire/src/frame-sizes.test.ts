/** How much a frame may hold as a whole, in either direction. */
import { expect, test } from 'vitest'
import { decodeDeviceFrame, decodeRelayFrame, encodeDeviceFrame, encodeRelayFrame } from './codec.ts'
import type { DeviceFrame, RelayFrame } from './frames.ts'
import { maxDeviceFrameBytes, maxHelloBytes, maxRelayFrameBytes } from './limits.ts'

/** Bytes besides the update: kind, conversation, page, count, and three for the length. */
const aroundPush = 1 + 1 + 1 + 1 + 3
const pushOf = (size: number): DeviceFrame => ({
  frame: 'push',
  conversation: '',
  page: 1,
  updates: [new Uint8Array(size - aroundPush)],
})

/** Bytes besides the state: kind, request, conversation, result, version, digest, and three for the length. */
const aroundHead = 1 + 1 + 1 + 1 + 1 + 1 + 3
const headOf = (size: number): RelayFrame => ({
  frame: 'fetch-answer',
  request: 1,
  conversation: '',
  fetched: { result: 'head', version: 1, digest: '', state: new Uint8Array(size - aroundHead) },
})

test('[WI8] [WI14] a device frame of maxDeviceFrameBytes is read, one over it is too large and not written', () => {
  const full = encodeDeviceFrame(pushOf(maxDeviceFrameBytes))
  expect(full).toHaveLength(maxDeviceFrameBytes)
  expect(decodeDeviceFrame(full)).toMatchObject({ ok: true })
  expect(() => encodeDeviceFrame(pushOf(maxDeviceFrameBytes + 1))).toThrow('allowed')
  const over = new Uint8Array(maxDeviceFrameBytes + 1)
  for (const kind of [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) {
    over[0] = kind
    expect(decodeDeviceFrame(over)).toMatchObject({ failure: { code: 'too-large' } })
  }
})

test('[WI8] [WI14] a relay frame of maxRelayFrameBytes is read, one over it is too large and not written', () => {
  const full = encodeRelayFrame(headOf(maxRelayFrameBytes))
  expect(full).toHaveLength(maxRelayFrameBytes)
  expect(decodeRelayFrame(full)).toMatchObject({ ok: true })
  expect(() => encodeRelayFrame(headOf(maxRelayFrameBytes + 1))).toThrow('allowed')
  const over = new Uint8Array(maxRelayFrameBytes + 1)
  for (const kind of [66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82]) {
    over[0] = kind
    expect(decodeRelayFrame(over)).toMatchObject({ failure: { code: 'too-large' } })
  }
  over.set([65, 1])
  expect(decodeRelayFrame(over)).toMatchObject({ failure: { code: 'too-large' } })
})

test('[WI8] a hello over maxHelloBytes is too large, whatever it holds', () => {
  const over = new Uint8Array(maxHelloBytes + 1)
  over.set([1, 1])
  expect(decodeDeviceFrame(over)).toMatchObject({ failure: { code: 'too-large' } })
  expect(decodeDeviceFrame(over.subarray(0, maxHelloBytes))).toMatchObject({ failure: { code: 'malformed' } })
})
