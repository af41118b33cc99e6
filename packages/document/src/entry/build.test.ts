import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeEntryId, parseUserId, type UserId } from '../ids.ts'
import { maxDepth, maxEntryBytes, maxMentions, maxReactionBytes, maxTextBytes } from '../limits.ts'
import { buildMessage } from './build.ts'
import { buildEdit, buildReaction } from './build-operation.ts'
import { readEntry, writeEntry } from './content.ts'

const tom = user('Tom')
const id = makeEntryId(1_700_000_000_000, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
const target = makeEntryId(1_600_000_000_000, Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2, 1, 0))

function user(text: string): UserId {
  const parsed = parseUserId(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

function built(fields: {
  readonly text?: string
  readonly attrs?: unknown
  readonly body?: unknown
  readonly mentions?: readonly string[]
  readonly receipt?: boolean
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
      body: fc.dictionary(fc.string(), fc.jsonValue()),
      mentions: fc.array(fc.constantFrom('Ann', 'Bob', '*')),
      replyTo: ids,
      receipt: fc.boolean(),
    },
    { requiredKeys: ['id', 'from', 'sentAt', 'type'] },
  )
  .map((fields) => ({ fields, result: buildMessage(fields) }))

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

test('[DO105] a message that is built has a receipt where one is asked for, and otherwise no such key', () => {
  expect(built({ receipt: true })).toMatchObject({ message: { receipt: true } })
  for (const result of [built({ receipt: false }), built({})])
    expect(result.ok && Object.hasOwn(result.message, 'receipt')).toBe(false)
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
  expect(built({ attrs: nested(maxDepth) })).toMatchObject({ ok: false, code: 'bad-content' })
  expect(built({ body: nested(maxDepth - 1) }).ok).toBe(true)
  expect(built({ body: nested(maxDepth) })).toMatchObject({ ok: false, code: 'bad-content' })
  expect(built({ attrs: nested(5000) })).toMatchObject({ ok: false })
})

test('[DO18] a message that is too large is refused when it is built', () => {
  expect(built({ text: 'x'.repeat(maxTextBytes + 1) })).toMatchObject({ code: 'too-large' })
  expect(built({ attrs: { a: 'x'.repeat(maxEntryBytes) } })).toMatchObject({ code: 'too-large' })
})

test('[DO17] who is mentioned twice is mentioned once, and nobody at all is not said', () => {
  expect(built({ mentions: ['Ann', '*', 'Ann', '*'] })).toMatchObject({ message: { mentions: ['Ann', '*'] } })
  const nobody = built({ mentions: [] })
  expect(nobody.ok && nobody.message).not.toHaveProperty('mentions')
})

test('[DO18] what is mentioned, answered or written in another form is refused', () => {
  expect(built({ mentions: ['a b'] })).toMatchObject({ code: 'bad-content' })
  expect(built({ mentions: 'Ann' as unknown as readonly string[] })).toMatchObject({ code: 'bad-content' })
  expect(built({ mentions: Array.from({ length: maxMentions + 1 }, (_, at) => `u${at}`) })).toMatchObject({
    code: 'too-large',
  })
  expect(built({ text: 7 as unknown as string })).toMatchObject({ code: 'bad-content' })
  expect(built({ body: [] })).toMatchObject({ code: 'bad-content' })
})

test('[DO74] an edit is built as a message is, and read as it was built', () => {
  const fields = { id, from: tom, sentAt: 1, target, type: -1 }
  const result = buildEdit({ ...fields, text: 'a\ud800', body: { at: new Date(0) }, mentions: ['*', '*'] })
  if (!result.ok) throw new Error(result.detail)
  expect(result.edit).toEqual({
    ...fields,
    op: 'edit',
    text: 'a\uFFFD',
    body: { at: '1970-01-01T00:00:00.000Z' },
    mentions: ['*'],
  })
  expect(readEntry(writeEntry(result.edit))).toEqual({ ok: true, entry: result.edit })
  for (const part of [{ attrs: [] }, { body: { n: 1n } }, { mentions: ['a b'] }, { type: 0.5 }]) {
    expect(buildEdit({ ...fields, ...part })).toMatchObject({ ok: false, code: 'bad-content' })
  }
  expect(buildEdit({ ...fields, text: 'x'.repeat(maxTextBytes + 1) })).toMatchObject({ code: 'too-large' })
})

test('[DO74] a reaction is built with a well-formed sign, or refused', () => {
  const fields = { id, from: tom, sentAt: 1, target, on: false }
  const result = buildReaction({ ...fields, sign: '👍\ud800' })
  if (!result.ok) throw new Error(result.detail)
  expect(result.reaction).toEqual({ ...fields, op: 'react', sign: '👍\uFFFD' })
  expect(readEntry(writeEntry(result.reaction))).toEqual({ ok: true, entry: result.reaction })
  expect(buildReaction({ ...fields, sign: '' })).toMatchObject({ code: 'bad-content' })
  expect(buildReaction({ ...fields, sign: 7 as unknown as string })).toMatchObject({ code: 'bad-content' })
  expect(buildReaction({ ...fields, sign: 'x'.repeat(maxReactionBytes + 1) })).toMatchObject({
    code: 'too-large',
  })
})
