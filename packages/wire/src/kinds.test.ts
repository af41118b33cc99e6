import { expect, test } from 'vitest'
import { decodeDeviceFrame, decodeRelayFrame } from './codec.ts'

test('[WI4] a kind nobody knows, or of the other direction, is an unknown frame', () => {
  const known = {
    device: new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    relay: new Set([65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82]),
  }
  for (let kind = 0; kind < 256; kind += 1) {
    const device = decodeDeviceFrame(Uint8Array.of(kind, 1, 2, 3))
    const relay = decodeRelayFrame(Uint8Array.of(kind, 1, 2, 3))
    expect([kind, !device.ok && device.failure.code === 'unknown-frame']).toEqual([
      kind,
      !known.device.has(kind),
    ])
    expect([kind, !relay.ok && relay.failure.code === 'unknown-frame']).toEqual([
      kind,
      !known.relay.has(kind),
    ])
  }
})

test('[WI3] no bytes at all are malformed', () => {
  expect(decodeDeviceFrame(new Uint8Array())).toMatchObject({ failure: { code: 'malformed' } })
  expect(decodeRelayFrame(new Uint8Array())).toMatchObject({ failure: { code: 'malformed' } })
})
