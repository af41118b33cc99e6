import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeFetchedRows,
  decodeRelayFrame,
  encodeFetchedRows,
  encodeRelayFrame,
  encodeRowsAnswer,
} from '../codec.ts'
import type { RelayFrame } from '../frames.ts'
import { fetchedRows } from '../frames.test-data.ts'
import { maxRelayFrameBytes } from '../limits.ts'

const deflated = (size: number, length: number): RelayFrame => ({
  frame: 'fetch-answer',
  request: 9,
  conversation: 'c',
  fetched: { result: 'deflated', size, bytes: new Uint8Array(length) },
})

test('[WI41] the rows of an answer are written once, and are the same in every answer that has them', () => {
  fc.assert(
    fc.property(
      fetchedRows,
      fc.nat(),
      fc.string({ unit: 'grapheme-ascii', maxLength: 64 }),
      (fetched, request, conversation) => {
        const rows = encodeFetchedRows(fetched).slice()
        const whole = encodeRelayFrame({ frame: 'fetch-answer', request, conversation, fetched })
        expect([...encodeRowsAnswer({ request, conversation }, rows)]).toEqual([...whole])
        expect(decodeFetchedRows(rows)).toEqual(fetched)
      },
    ),
  )
})

test('[WI41] what is not exactly the rows of an answer is none', () => {
  fc.assert(
    fc.property(fetchedRows, fc.nat(255), (fetched, byte) => {
      const rows = encodeFetchedRows(fetched).slice()
      for (let length = 0; length < rows.length; length += 1)
        expect(decodeFetchedRows(rows.subarray(0, length))).toBeUndefined()
      expect(decodeFetchedRows(Uint8Array.of(...rows, byte))).toBeUndefined()
    }),
    { numRuns: 30 },
  )
})

test('[WI42] what is deflated says its size, which is larger, and which a frame could hold', () => {
  expect(decodeRelayFrame(encodeRelayFrame(deflated(4, 3)))).toMatchObject({ ok: true })
  expect(decodeRelayFrame(encodeRelayFrame(deflated(maxRelayFrameBytes, 3)))).toMatchObject({ ok: true })
  expect(() => encodeRelayFrame(deflated(3, 3))).toThrow('smaller')
  expect(() => encodeRelayFrame(deflated(maxRelayFrameBytes + 1, 3))).toThrow('fitted')
  const given = (...size: readonly number[]): Uint8Array =>
    Uint8Array.of(71, 9, 1, 99, 4, ...size, 3, 1, 2, 3)
  expect(decodeRelayFrame(given(4))).toMatchObject({ ok: true })
  expect(decodeRelayFrame(given(3))).toMatchObject({ failure: { code: 'malformed' } })
  expect(decodeRelayFrame(given(0))).toMatchObject({ failure: { code: 'malformed' } })
  expect(decodeRelayFrame(given(0x80, 0x80, 0x40))).toMatchObject({ ok: true })
  expect(decodeRelayFrame(given(0x81, 0x80, 0x40))).toMatchObject({ failure: { code: 'too-large' } })
})
