import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeEntryId, parseUserId, type UserId } from '../ids.ts'
import { maxEntryBytes, maxMentions, maxReactionBytes, maxTextBytes } from '../limits.ts'
import { writeAny } from './any.ts'
import { buildMessage } from './build.ts'
import { readEntry, writeEntry } from './content.ts'
import type { Edit, Entry, JsonObject, Message, Reaction, Recall } from './entry.ts'

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
const recall: Recall = { id, from: tom, sentAt: 1_700_000_000_000, op: 'recall', target }
const whole = { attrs: { a: [1, 0.5] }, body: { seat: 'B' }, mentions: [user('Ann'), '*' as const] }
const full: Message = { ...message, ...whole, replyTo: target, receipt: true }
const edit: Edit = { ...recall, op: 'edit', type: -1, text: 'hi', ...whole }
const reaction: Reaction = { id, from: tom, sentAt: 0, op: 'react', target, sign: '👍', on: true }
const kinds: readonly (readonly [string, Entry])[] = [
  ['message', full],
  ['recall', recall],
  ['edit', edit],
  ['reaction', reaction],
]

function user(text: string): UserId {
  const parsed = parseUserId(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

function codeOf(value: unknown): string {
  const read = readEntry(writeAny(value as JsonObject))
  return read.ok ? 'ok' : read.code
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
})

test.each(kinds)(
  '[DO13] a %s reads as it was written, and is written again with the same bytes',
  (_, entry) => {
    const read = readEntry(writeEntry(entry))
    expect(read).toEqual({ ok: true, entry })
    expect(read.ok && writeEntry(read.entry)).toEqual(writeEntry(entry))
  },
)

test('[DO13] what an edit and a reaction say goes in its order, however it was given', () => {
  const turned = (entry: Entry): Entry =>
    Object.fromEntries(Object.entries(entry).toReversed()) as unknown as Entry
  for (const [, entry] of kinds) expect(writeEntry(turned(entry))).toEqual(writeEntry(entry))
})

test('[DO13] the order in which the fields of an entry were given does not matter', () => {
  const { attrs, text, type, ...rest } = message
  expect(writeEntry({ attrs, text, type, ...rest } as Message)).toEqual(writeEntry(message))
})

test('[DO13] bytes that were changed anywhere are refused, or written again as they are', () => {
  let taken = 0
  let refused = 0
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 }),
      ([, entry], changes) => {
        let bytes = writeEntry(entry)
        for (const [at, byte] of changes) bytes = bytes.with(at % bytes.length, byte)
        const read = readEntry(bytes)
        expect(read.ok ? writeEntry(read.entry) : bytes).toEqual(bytes)
        taken += read.ok ? 1 : 0
        refused += read.ok ? 0 : 1
      },
    ),
    { numRuns: 2000 },
  )
  expect(Math.min(taken, refused)).toBeGreaterThan(50)
})

test('[DO14] the bytes of a message are fixed', () => {
  expect(Buffer.from(writeEntry(message)).toString('hex')).toBe(
    '760602696477162d4e6a45744c562d2d463732302d4a35306b563831560466726f6d7703546f6d0673656e7441747b4278bcfe5680000004747970657d410474657874770268690561747472737601016175027d017c3f000000',
  )
})

test('[DO14] the bytes of a message with everything, of an edit and of a reaction are fixed', () => {
  const hex = (entry: Entry): string => Buffer.from(writeEntry(entry)).toString('hex')
  expect(hex(full)).toBe(
    '760a02696477162d4e6a45744c562d2d463732302d4a35306b563831560466726f6d7703546f6d0673656e7441747b4278bcfe5680000004747970657d410474657874770268690561747472737601016175027d017c3f00000004626f647976010473656174770142086d656e74696f6e7375027703416e6e77012a077265706c79546f77162d4d483651632d2d3146563630564a332d6b37302d2d077265636569707478',
  )
  expect(hex(edit)).toBe(
    '760a02696477162d4e6a45744c562d2d463732302d4a35306b563831560466726f6d7703546f6d0673656e7441747b4278bcfe56800000026f707704656469740674617267657477162d4d483651632d2d3146563630564a332d6b37302d2d04747970657d410474657874770268690561747472737601016175027d017c3f00000004626f647976010473656174770142086d656e74696f6e7375027703416e6e77012a',
  )
  expect(hex(reaction)).toBe(
    '760702696477162d4e6a45744c562d2d463732302d4a35306b563831560466726f6d7703546f6d0673656e7441747d00026f70770572656163740674617267657477162d4d483651632d2d3146563630564a332d6b37302d2d047369676e7704f09f918d026f6e78',
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

test.each(kinds)(
  '[DO15] of a %s every other order of keys, and every key more, is not canonical',
  (_, entry) => {
    const pairs = Object.entries(entry)
    for (let at = 0; at + 1 < pairs.length; at += 1) {
      const [first, second] = [pairs[at], pairs[at + 1]]
      if (first === undefined || second === undefined) throw new Error('too short')
      const swapped = pairs.with(at, second).with(at + 1, first)
      expect(codeOf(Object.fromEntries(swapped))).toBe('not-canonical')
    }
    expect(codeOf({ ...entry, more: 1 })).toBe('not-canonical')
  },
)

test('[DO15] a key of another kind of entry is not canonical', () => {
  expect(codeOf({ ...edit, replyTo: target })).toBe('not-canonical')
  expect(codeOf({ ...recall, sign: '👍', on: true })).toBe('not-canonical')
  expect(codeOf({ ...reaction, type: 1 })).toBe('not-canonical')
})

test.each(['id', 'from', 'sentAt', 'target', 'type'])('[DO15] an edit without %s is bad content', (key) => {
  expect(codeOf(Object.fromEntries(Object.entries(edit).filter(([name]) => name !== key)))).toBe(
    'bad-content',
  )
})

test.each(['id', 'from', 'sentAt', 'target', 'sign', 'on'])(
  '[DO15] a reaction without %s is bad content',
  (key) => {
    expect(codeOf(Object.fromEntries(Object.entries(reaction).filter(([name]) => name !== key)))).toBe(
      'bad-content',
    )
  },
)

test.each([{ on: 1 }, { on: null }, { target: 'short' }, { target: null }, { id: '' }, { sentAt: -1 }])(
  '[DO15] a reaction with %j is bad content',
  (fields) => {
    expect(codeOf({ ...reaction, ...fields })).toBe('bad-content')
  },
)

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
  { body: [] },
  { body: null },
  { body: 'x' },
])('[DO15] a message or an edit with %j is bad content', (fields) => {
  expect(codeOf({ ...full, ...fields })).toBe('bad-content')
  expect(codeOf({ ...edit, ...fields })).toBe('bad-content')
})

test.each([{ replyTo: 'short' }, { replyTo: null }, { replyTo: 7 }])(
  '[DO15] a message with %j is bad content',
  (fields) => {
    expect(codeOf({ ...full, ...fields })).toBe('bad-content')
  },
)

test.each([false, null, 1, 'true'])('[DO105] a message whose receipt is %j is bad content', (receipt) => {
  expect(codeOf({ ...full, receipt })).toBe('bad-content')
})

test('[DO105] a receipt stands last in a message, and in nothing else', () => {
  expect(codeOf({ ...message, receipt: true })).toBe('ok')
  expect(codeOf({ ...message, receipt: true, replyTo: target })).toBe('not-canonical')
  for (const entry of [edit, recall, reaction])
    expect(codeOf({ ...entry, receipt: true })).toBe('not-canonical')
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

test.each([[[]], [null], ['Ann'], [{}], [['Ann', 'Ann']], [['*', '*']], [['a b']], [[7]], [['']]])(
  '[DO72] the mentions %j are bad content',
  (mentions) => {
    expect(codeOf({ ...message, mentions })).toBe('bad-content')
    expect(codeOf({ ...edit, mentions })).toBe('bad-content')
  },
)

test('[DO72] as many may be mentioned as the limit says, and not one more', () => {
  const crowd = Array.from({ length: maxMentions + 1 }, (_, number) => `u${number}`)
  expect(codeOf({ ...message, mentions: crowd.slice(1) })).toBe('ok')
  expect(codeOf({ ...message, mentions: crowd })).toBe('too-large')
  expect(codeOf({ ...message, mentions: ['*'] })).toBe('ok')
})

test('[DO73] a sign has one byte at least, and as many as the limit says', () => {
  const fits = '👍🏽'.repeat(maxReactionBytes / 8)
  expect(Buffer.from(fits)).toHaveLength(maxReactionBytes)
  expect(codeOf({ ...reaction, sign: fits })).toBe('ok')
  expect(codeOf({ ...reaction, sign: '+' })).toBe('ok')
  expect(codeOf({ ...reaction, sign: `${fits}x` })).toBe('too-large')
  for (const sign of ['', null, 7, ['+']]) expect(codeOf({ ...reaction, sign })).toBe('bad-content')
})

test('[DO73] a sign that is not well-formed is bad content', () => {
  const bytes = writeEntry({ ...reaction, sign: '+' })
  const at = bytes.lastIndexOf(43)
  expect(readEntry(bytes.with(at, 0xff))).toMatchObject({ ok: false, code: 'bad-content' })
})
