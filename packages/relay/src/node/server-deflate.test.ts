import { inflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { deflatePage } from './server-deflate.ts'

test('[RE354] what is deflated can be inflated, and stands in memory of its own', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 20 }), (piece, times) => {
      const bytes = Uint8Array.from(Array.from({ length: times }, () => [...piece]).flat())
      const deflated = deflatePage(bytes)
      expect(deflated.buffer.byteLength).toBe(deflated.length)
      expect(Buffer.from(inflateRawSync(deflated)).equals(bytes)).toBe(true)
    }),
    { numRuns: 60 },
  )
})
