import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeEntryId, parseUserId, type UserId } from '../ids.ts'
import { maxDepth, maxEntryBytes, maxTextBytes } from '../limits.ts'
import { writeAny } from './any.ts'
import { buildMessage, readEntry, writeEntry } from './content.ts'
import type { Entry, JsonObject, Message } from './entry.ts'

const tom = user('Tom')
const id = makeEntryId(1_700_000_000_000, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
const target = makeEntryId(1_600_000_000_000, Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2, 1, 0))
const message: Message = {
  id,
  from: tom,
  sentAt: 1_700_000_000_000,
  type: -1,
  text: 'hi',
  attrs: { a: [1, 0.5] },
}
const recall: Entry = { id, from: tom, sentAt: 1_700_000_000_000, op: 'recall', target }

function user(text: string): UserId {
  const parsed = parseUserId(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

function codeOf(value: unknown): string {
  const read = readEntry(writeAny(value as JsonObject))
  return read.ok ? 'ok' : read.code
}

function built(fields: {
  readonly text?: string
  readonly attrs?: unknown
}): ReturnType<typeof buildMessage> {
  return buildMessage({ id, from: tom, sentAt: 0, type: 1, ...fields })
}

const ids = fc
  .tuple(fc.nat({ max: 2 ** 48 - 1 }), fc.uint8Array({ minLength: 10, maxLength: 10 }))
  .map(([time, chance]) => makeEntryId(time, chance))
const messages = fc
  .record(
    {
      id: ids,
      from: fc.stringMatching(/^[\w\-.@:]{1,64}$/).map(user),
      sentAt: fc.maxSafeInteger().map(Math.abs),
      type: fc.integer({ min: -0x7fffffff, max: 0x7fffffff }),
      text: fc.string({ unit: 'binary' }),
      attrs: fc.dictionary(fc.string({ unit: 'binary' }), fc.anything({ withBigInt: true, withDate: true })),
    },
    { requiredKeys: ['id', 'from', 'sentAt', 'type'] },
  )
  .map((fields) => ({ fields, result: buildMessage(fields) }))

test('[DO13] an entry that was written reads the same, and is written again with the same bytes', () => {
  let taken = 0
  fc.assert(
    fc.property(messages, ({ result }) => {
      if (!result.ok) return
      taken += 1
      const bytes = writeEntry(result.message)
      const read = readEntry(bytes)
      expect(read).toEqual({ ok: true, entry: result.message })
      expect(read.ok && writeEntry(read.entry)).toEqual(bytes)
    }),
  )
  expect(taken).toBeGreaterThan(20)
  expect(readEntry(writeEntry(recall))).toEqual({ ok: true, entry: recall })
})

test('[DO13] the order in which the fields of an entry were given does not matter', () => {
  const { attrs, text, type, ...rest } = message
  expect(writeEntry({ attrs, text, type, ...rest } as Message)).toEqual(writeEntry(message))
})

test('[DO14] the bytes of a message are fixed', () => {
  expect(Buffer.from(writeEntry(message)).toString('hex')).toBe(
    '760602696477162d4e6a45744c562d2d463732302d4a35306b563831560466726f6d7703546f6d0673656e7441747b4278bcfe5680000004747970657d410474657874770268690561747472737601016175027d017c3f000000',
  )
})

test('[DO14] the bytes of a recall are fixed', () => {
  expect(Buffer.from(writeEntry(recall)).toString('hex')).toBe(
    '760502696477162d4e6a45744c562d2d463732302d4a35306b563831560466726f6d7703546f6d0673656e7441747b4278bcfe56800000026f707706726563616c6c0674617267657477162d4d483651632d2d3146563630564a332d6b37302d2d',
  )
})

test('[DO15] a key that is unknown or out of its order is not canonical', () => {
  const { id: own, ...rest } = message
  expect(codeOf({ ...message, more: 1 })).toBe('not-canonical')
  expect(codeOf({ ...recall, text: 'x' })).toBe('not-canonical')
  expect(codeOf({ ...rest, id: own })).toBe('not-canonical')
  expect(codeOf({ ...message, op: 'recall', target })).toBe('not-canonical')
})

test.each(['id', 'from', 'sentAt', 'type'])('[DO15] a message without %s is bad content', (key) => {
  expect(codeOf(Object.fromEntries(Object.entries(message).filter(([name]) => name !== key)))).toBe(
    'bad-content',
  )
})

test.each(['id', 'from', 'sentAt', 'target'])('[DO15] a recall without %s is bad content', (key) => {
  expect(codeOf(Object.fromEntries(Object.entries(recall).filter(([name]) => name !== key)))).toBe(
    'bad-content',
  )
})

test.each([
  { id: 'short' },
  { id: 7 },
  { from: 'a b' },
  { from: null },
  { sentAt: -1 },
  { sentAt: 0.5 },
  { sentAt: 2 ** 53 },
  { sentAt: '0' },
  { type: 0.5 },
  { type: 2 ** 31 },
  { type: '1' },
  { text: 7 },
  { text: null },
  { attrs: [] },
  { attrs: null },
  { attrs: 'x' },
])('[DO15] a message with %j is bad content', (fields) => {
  expect(codeOf({ ...message, ...fields })).toBe('bad-content')
})

test.each([{ op: 'edit' }, { op: 1 }, { target: 'short' }, { id: '' }, { from: '' }, { sentAt: -1 }])(
  '[DO15] a recall with %j is bad content',
  (fields) => {
    expect(codeOf({ ...recall, ...fields })).toBe('bad-content')
  },
)

test.each([[null], ['text'], [7], [[]], [[message]]])('[DO15] %j is no entry', (value) => {
  expect(codeOf(value)).toBe('bad-content')
})

test('[DO16] a text may have as many bytes as the limit says, and not one more', () => {
  expect(codeOf({ ...message, text: 'x'.repeat(maxTextBytes) })).toBe('ok')
  expect(codeOf({ ...message, text: 'x'.repeat(maxTextBytes + 1) })).toBe('too-large')
  expect(codeOf({ ...message, text: 'ä'.repeat(maxTextBytes / 2) })).toBe('ok')
  expect(codeOf({ ...message, text: `${'ä'.repeat(maxTextBytes / 2)}x` })).toBe('too-large')
})

test('[DO16] an entry may have as many bytes as the limit says, and not one more', () => {
  const entry = (length: number): Message => ({ ...message, attrs: { a: 'x'.repeat(length) } })
  const fits = maxEntryBytes - (writeEntry(entry(60_000)).length - 60_000)
  expect(writeEntry(entry(fits)).length).toBe(maxEntryBytes)
  expect(readEntry(writeEntry(entry(fits))).ok).toBe(true)
  expect(readEntry(writeEntry(entry(fits + 1)))).toMatchObject({ code: 'too-large' })
})

test('[DO17] a message that was built is read by everybody as it was built', () => {
  let taken = 0
  fc.assert(
    fc.property(messages, ({ fields, result }) => {
      if (!result.ok) return
      taken += 1
      expect(result.message.text).toBe(fields.text?.replaceAll(/\p{Surrogate}/gu, '\uFFFD'))
      expect(JSON.parse(JSON.stringify(result.message))).toEqual(result.message)
      expect(readEntry(writeEntry(result.message))).toEqual({ ok: true, entry: result.message })
    }),
  )
  expect(taken).toBeGreaterThan(20)
})

test('[DO17] lone surrogates become replacement characters, in text, keys and values', () => {
  const result = built({ text: 'a\ud800b', attrs: { 'k\udc00': ['\ud83d', '😀', '\\ud800', '\\\ud800'] } })
  expect(result).toMatchObject({
    message: { text: 'a\uFFFDb', attrs: { 'k\uFFFD': ['\uFFFD', '😀', '\\ud800', '\\\uFFFD'] } },
  })
})

test('[DO17] attrs become what JSON makes of them, their keys in the order they had', () => {
  const attrs = { z: -0, b: undefined, a: new Date(0), n: Number.NaN, f: { toJSON: () => 'f' } }
  const result = built({ attrs })
  expect(result).toMatchObject({
    message: { attrs: { z: 0, a: '1970-01-01T00:00:00.000Z', n: null, f: 'f' } },
  })
  expect(result.ok && Object.keys(result.message.attrs ?? {})).toEqual(['z', 'a', 'n', 'f'])
})

test('[DO18] what has no JSON is refused, and nothing is thrown', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const thrower = {
    toJSON() {
      throw new Error('of the app')
    },
  }
  for (const attrs of [cycle, { n: 1n }, thrower, () => 1, [], 'x', null, JSON.parse('{"__proto__":1}')]) {
    expect(built({ attrs })).toMatchObject({ ok: false, code: 'bad-content' })
  }
})

test('[DO18] attrs are taken as deep as an entry may be, and not one deeper', () => {
  const nested = (depth: number): object => (depth === 1 ? {} : { a: nested(depth - 1) })
  expect(built({ attrs: nested(maxDepth - 1) }).ok).toBe(true)
  expect(built({ attrs: nested(maxDepth) })).toMatchObject({ ok: false })
  expect(built({ attrs: nested(5000) })).toMatchObject({ ok: false })
})

test('[DO18] a message that is too large is refused when it is built', () => {
  expect(built({ text: 'x'.repeat(maxTextBytes + 1) })).toMatchObject({ code: 'too-large' })
  expect(built({ attrs: { a: 'x'.repeat(maxEntryBytes) } })).toMatchObject({ code: 'too-large' })
})
