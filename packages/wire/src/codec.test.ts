import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeDeviceFrame, decodeRelayFrame, encodeDeviceFrame, encodeRelayFrame } from './codec.ts'
import type { DeviceFrame, RelayFrame } from './frames.ts'
import { deviceFrames, relayFrames } from './frames.test-data.ts'

const hex = (given: Uint8Array): string => Buffer.from(given).toString('hex')

/** One encoding each: what was decoded encodes to the bytes it came from. */
function expectFaultOrSame(given: Uint8Array): void {
  const allowed = [hex(given), 'unknown-frame', 'malformed', 'too-large', 'wrong-version']
  const device = decodeDeviceFrame(given)
  expect(allowed).toContain(device.ok ? hex(encodeDeviceFrame(device.frame)) : device.failure.code)
  const relay = decodeRelayFrame(given)
  expect(allowed).toContain(relay.ok ? hex(encodeRelayFrame(relay.frame)) : relay.failure.code)
}

const cases = [
  ...Object.entries<fc.Arbitrary<DeviceFrame>>(deviceFrames).map(([kind, frames]) => ({
    kind,
    frames: frames.map((frame) => ({ frame, encoded: encodeDeviceFrame(frame) })),
    decode: decodeDeviceFrame,
  })),
  ...Object.entries<fc.Arbitrary<RelayFrame>>(relayFrames).map(([kind, frames]) => ({
    kind,
    frames: frames.map((frame) => ({ frame, encoded: encodeRelayFrame(frame) })),
    decode: decodeRelayFrame,
  })),
]

const changes = fc.array(
  fc.record({
    kind: fc.constantFrom('set', 'flip', 'insert', 'remove', 'lie'),
    at: fc.nat(),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
  }),
  { minLength: 1, maxLength: 4 },
)
type Changes = ReturnType<typeof changes.generate>['value']

function mutate(given: Uint8Array, steps: Changes): Uint8Array {
  const mutated = [...given]
  for (const { kind, at, value } of steps) {
    const place = at % (mutated.length + 1)
    if (kind === 'set') mutated[place] = value
    else if (kind === 'flip') mutated[place] = (mutated[place] ?? 0) ^ (1 << (value & 7))
    else if (kind === 'insert') mutated.splice(place, 0, value)
    else if (kind === 'remove') mutated.splice(place, 1)
    else mutated.splice(place, 1, 0xff, 0xff, 0xff, 0xff, 0x0f)
  }
  return Uint8Array.from(mutated)
}

describe.each(cases)('$kind', ({ frames, decode }) => {
  test('[WI1] comes back as it was sent', () => {
    fc.assert(
      fc.property(frames, ({ frame, encoded }) => {
        expect(decode(encoded)).toEqual({ ok: true, frame })
      }),
    )
  })

  test('[WI3] cut short at any byte, it is malformed', () => {
    fc.assert(
      fc.property(frames, ({ encoded }) => {
        for (let length = 0; length < encoded.length; length += 1) {
          expect(decode(encoded.subarray(0, length))).toMatchObject({ failure: { code: 'malformed' } })
        }
      }),
      { numRuns: 20 },
    )
  })

  test('[WI1] with a byte too many, it is malformed', () => {
    fc.assert(
      fc.property(frames, fc.nat(255), ({ encoded }, byte) => {
        expect(decode(Uint8Array.of(...encoded, byte))).toMatchObject({ failure: { code: 'malformed' } })
      }),
    )
  })

  test('[WI2] [WI3] with bytes changed, it is a fault, or a frame with these very bytes', () => {
    fc.assert(
      fc.property(frames, changes, ({ encoded }, steps) => {
        expectFaultOrSame(mutate(encoded, steps))
      }),
      { numRuns: 1000 },
    )
  })

  test('[WI13] what was decoded shares no memory with the bytes it came from', () => {
    fc.assert(
      fc.property(frames, ({ frame, encoded }) => {
        const given = encoded.slice()
        const decoded = decode(given)
        // A push stays where it arrived: whoever reads it has it for himself.
        if (frame.frame !== 'push') given.fill(0xff)
        expect(decoded).toEqual({ ok: true, frame })
      }),
    )
  })
})

test('[WI13] the frame of a device shares its memory with no other', () => {
  const frame = encodeDeviceFrame({ frame: 'ping', nonce: 7, frames: 3 })
  expect(frame.buffer.byteLength).toBe(frame.length)
})

test('[WI2] [WI3] any bytes are a fault, or a frame with these very bytes', () => {
  const kinds = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 65, max: 79 }))
  fc.assert(
    fc.property(kinds, fc.uint8Array({ maxLength: 60 }), (kind, rest) => {
      expectFaultOrSame(Uint8Array.of(kind, ...rest))
    }),
    { numRuns: 20_000 },
  )
})
