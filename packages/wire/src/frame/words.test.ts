import { expect, test } from 'vitest'
import { decodeRelayFrame, encodeRelayFrame } from '../codec.ts'
import { failureFrame } from '../failures.ts'
import { maxDetailLength } from '../limits.ts'

function detailAfter(detail: string): string | undefined {
  const decoded = decodeRelayFrame(encodeRelayFrame(failureFrame('malformed', detail)))
  return decoded.ok && decoded.frame.frame === 'failure' ? decoded.frame.detail : undefined
}

test('[WI15] a detail that is too long is cut, its last character mended', () => {
  expect(detailAfter('x'.repeat(maxDetailLength))).toBe('x'.repeat(maxDetailLength))
  expect(detailAfter('x'.repeat(10_000))).toBe('x'.repeat(maxDetailLength))
  expect(detailAfter(`${'x'.repeat(maxDetailLength - 1)}👍`)).toBe(`${'x'.repeat(maxDetailLength - 1)}\ufffd`)
})

test('[WI15] half a surrogate pair in a detail is mended', () => {
  expect(detailAfter('a\ud800b\udc00👍')).toBe('a\ufffdb\ufffd👍')
})

const digested = (digest: string): Uint8Array =>
  encodeRelayFrame({
    frame: 'digests-answer',
    request: 1,
    conversation: 'c',
    pages: [{ page: 1, version: 1, digest, erased: false }],
  })

test('[WI21] a digest is hexadecimal, and takes half its length', () => {
  expect(digested('00112233445566ff').length - digested('').length).toBe(8)
  for (const digest of ['0', 'FF', 'xy', '0x00', ' 00']) expect(() => digested(digest)).toThrow('hex')
})
