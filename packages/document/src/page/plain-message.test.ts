import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEntry, writeEntry } from '../entry/content.ts'
import type { Entry } from '../entry/entry.ts'
import { type EntryId, makeEntryId, parseUserId, type UserId } from '../ids.ts'
import { maxTextBytes } from '../limits.ts'
import { readAppend, writeAppend } from './append.ts'
import { isUtf8, readPlainMessage } from './plain-message.ts'

const tom = user('Tom')
const now = 1_800_000_000_123

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

function someId(chance: number): EntryId {
  return makeEntryId(now + chance, new Uint8Array(10).fill(chance))
}

function updateOf(entry: Entry, place: Partial<Place> = {}): Uint8Array {
  const { client = 2 ** 52 + 3, clock = 7, origin = null } = place
  return writeAppend({ client, clock, origin, content: writeEntry(entry) })
}

interface Place {
  readonly client: number
  readonly clock: number
  readonly origin: { readonly client: number; readonly clock: number } | null
}

/** The same by the functions that read everything. */
function readLong(update: Uint8Array, from: UserId): object | undefined {
  const read = readAppend(update)
  if (!read.ok) return undefined
  const content = readEntry(read.append.content)
  if (!content.ok || 'op' in content.entry || content.entry.from !== from) return undefined
  const { client, clock, origin } = read.append
  const { id, sentAt, type } = content.entry
  return { client, clock, origin, id, sentAt, type }
}

const message = { id: someId(1), from: tom, sentAt: now, type: -1, text: 'hello' } as const

test('[DO155] a message with a text, or with none, is a plain one, wherever it stands', () => {
  const { text, ...bare } = message
  for (const entry of [message, bare, { ...message, text: '' }, { ...message, text: '晩ご飯 👍 grüße' }]) {
    for (const origin of [null, { client: 9, clock: 3 }]) {
      const update = updateOf(entry, { origin })
      expect(readPlainMessage(update, tom)).toEqual(readLong(update, tom))
      expect(readPlainMessage(update, tom)).toMatchObject({ id: message.id, sentAt: now, type: -1, origin })
    }
  }
  const longest = updateOf({ ...message, text: 'x'.repeat(maxTextBytes) })
  expect(readPlainMessage(longest, tom)).toMatchObject({ id: message.id })
  expect(text).toBe('hello')
})

test('[DO155] everything else is left to those who read everything', () => {
  const others: readonly Entry[] = [
    { ...message, mentions: [tom] },
    { ...message, attrs: {} },
    { ...message, receipt: true },
    { ...message, sentAt: 7 },
    { ...message, sentAt: 2 ** 40 },
    { ...message, text: 'x'.repeat(maxTextBytes + 1) },
    { id: message.id, from: tom, sentAt: now, op: 'recall', target: someId(2) },
  ]
  for (const entry of others) expect(readPlainMessage(updateOf(entry), tom)).toBeUndefined()
  expect(readPlainMessage(updateOf(message), user('Tim'))).toBeUndefined()
  expect(readPlainMessage(updateOf(message), user('Tommy'))).toBeUndefined()
  expect(readPlainMessage(new Uint8Array(), tom)).toBeUndefined()
})

const messages = fc.record({
  id: fc.nat(255).map(someId),
  from: fc.constantFrom(tom, user('Mary')),
  sentAt: fc.oneof(fc.nat(), fc.maxSafeInteger().map(Math.abs)),
  type: fc.integer({ min: -0x7fffffff, max: 0x7fffffff }),
  text: fc.string({ unit: 'grapheme' }),
})
const changes = fc.array(fc.record({ at: fc.nat(), value: fc.nat(255), length: fc.nat(1) }), { maxLength: 3 })

test('[DO155] whatever the bytes are, what is taken is what the others read', () => {
  let taken = 0
  fc.assert(
    fc.property(messages, changes, (entry, steps) => {
      const bytes = [...updateOf(entry)]
      for (const { at, value, length } of steps) bytes.splice(at % bytes.length, length, value)
      const update = Uint8Array.from(bytes)
      const plain = readPlainMessage(update, tom)
      if (plain === undefined) return
      taken += 1
      expect(plain).toEqual(readLong(update, tom))
    }),
    { numRuns: 3000 },
  )
  expect(taken).toBeGreaterThan(100)
})

test('[DO155] a text is UTF-8 where the decoder of the platform says so', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decodes = (bytes: Uint8Array): boolean => {
    try {
      decoder.decode(bytes)
      return true
    } catch {
      return false
    }
  }
  const edges = [
    0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
  ]
  const byte = fc.oneof(
    fc.constantFrom(...edges, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff),
    fc.nat(255),
  )
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 6 }), fc.nat(2), (given, before) => {
      const bytes = Uint8Array.from(given)
      const around = Uint8Array.from([...new Uint8Array(before), ...given, 0x80, 0x80])
      expect(isUtf8(around, before, before + given.length)).toBe(decodes(bytes))
    }),
    { numRuns: 20_000 },
  )
})
