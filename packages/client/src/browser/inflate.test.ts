import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { inflate as inflateInNode } from '../node/inflate.ts'
import type { Inflate } from '../ports.ts'
import { inflate } from './inflate.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** What came out, or that nothing did. */
async function become(one: Inflate | undefined, bytes: Uint8Array, maxBytes: number): Promise<string> {
  if (one === undefined) throw new Error('it cannot inflate')
  return one(bytes, maxBytes).then(
    (rows) => Buffer.from(rows).toString('hex'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(Error)
      return 'rejected'
    },
  )
}

async function both(bytes: Uint8Array, maxBytes: number): Promise<string> {
  const inBrowser = await become(inflate, bytes, maxBytes)
  expect(await become(inflateInNode, bytes, maxBytes)).toBe(inBrowser)
  return inBrowser
}

const texts = fc
  .tuple(fc.uint8Array({ minLength: 2, maxLength: 2000 }), fc.integer({ min: 1, max: 12 }))
  .map(([piece, times]) => Uint8Array.from(Array.from({ length: times }, () => [...piece]).flat()))

test('[CL434] what was deflated is inflated again, by both, and no more of it than there may be', async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 0, max: 9 }), async (bytes, level) => {
      const deflated = new Uint8Array(deflateRawSync(bytes, { level }))
      const hex = Buffer.from(bytes).toString('hex')
      expect(await both(deflated, bytes.length)).toBe(hex)
      expect(await both(deflated, bytes.length + 1000)).toBe(hex)
      expect(await both(deflated, bytes.length - 1)).toBe('rejected')
    }),
    { numRuns: 40 },
  )
})

test('[CL434] what is cut short, or has something behind it, is none, to both', async () => {
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 9 }),
      async (bytes, cut, more) => {
        const deflated = new Uint8Array(deflateRawSync(bytes))
        expect(await both(deflated.subarray(0, cut % deflated.length), bytes.length)).toBe('rejected')
        expect(await both(Uint8Array.of(...deflated, ...more), bytes.length)).toBe('rejected')
      },
    ),
    { numRuns: 40 },
  )
})

test('[CL434] any bytes become the same to both', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await both(bytes, 5000)
    }),
    { numRuns: 200 },
  )
})

test('[CL434] a bomb is let go by both', async () => {
  const bomb = new Uint8Array(deflateRawSync(new Uint8Array(64 * 1024 * 1024)))
  expect(await both(bomb, 1024 * 1024)).toBe('rejected')
})

test('[CL434] a browser without such a stream, or without this format, does not offer it', async () => {
  const load = async (): Promise<Inflate | undefined> => (await import('./inflate.ts')).inflate
  const otherFormats = vi.fn<() => void>(function refuse() {
    throw new TypeError('Unsupported compression format')
  })
  for (const stream of [undefined, otherFormats]) {
    vi.resetModules()
    vi.stubGlobal('DecompressionStream', stream)
    expect(await load()).toBeUndefined()
  }
  vi.unstubAllGlobals()
  vi.resetModules()
  expect(await load()).toBeTypeOf('function')
})
