import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  isRandomId,
  isUniqueId,
  makeConversationId,
  makeEntryId,
  parseConversationId,
  parseDeviceId,
  parseEntryId,
  parseUserId,
  type UserId,
} from './ids.ts'
import { uniqueConversationId } from './unique-id.ts'

const chance = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const times = fc.nat({ max: 2 ** 48 - 1 })
const users = fc
  .uniqueArray(fc.stringMatching(/^[\w\-.@:]{1,64}$/), { minLength: 1, maxLength: 6 })
  .map((texts) => texts.flatMap((text) => parseUserId(text) ?? []))

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

test('[DO1] user and conversation ids are 1 to 64 characters of the allowed ones', () => {
  for (const text of ['T', 'tom@example.org', 'a:b-c_d.E9', '__proto__', 'x'.repeat(64)]) {
    expect(parseUserId(text)).toBe(text)
    expect(parseConversationId(text)).toBe(text)
  }
  for (const text of [
    '',
    'x'.repeat(65),
    'a b',
    'a/b',
    'ä',
    'a\n',
    '\n',
    'a\u0000',
    7,
    null,
    undefined,
    ['a'],
  ]) {
    expect(parseUserId(text)).toBeUndefined()
    expect(parseConversationId(text)).toBeUndefined()
  }
})

test('[DO1] device ids are 32 lower-case hexadecimal digits', () => {
  expect(parseDeviceId('0123456789abcdef0123456789abcdef')).toBe('0123456789abcdef0123456789abcdef')
  for (const text of ['', 'a'.repeat(31), 'a'.repeat(33), 'A'.repeat(32), 'g'.repeat(32), 1]) {
    expect(parseDeviceId(text)).toBeUndefined()
  }
})

test('[DO1] entry ids are 22 characters of the ordered alphabet', () => {
  expect(parseEntryId('-0Az_aBC19zzzzzzzzzzz9')).toBe('-0Az_aBC19zzzzzzzzzzz9')
  for (const text of ['', 'a'.repeat(21), 'a'.repeat(23), `${'a'.repeat(21)}.`, `${'a'.repeat(21)}ä`, {}]) {
    expect(parseEntryId(text)).toBeUndefined()
  }
})

test('[DO1] every id that is made is taken for one', () => {
  fc.assert(
    fc.property(times, chance(10), chance(16), users, (time, ten, sixteen, members) => {
      expect(parseEntryId(makeEntryId(time, ten))).toBeDefined()
      expect(parseConversationId(makeConversationId(sixteen))).toBeDefined()
      expect(parseConversationId(uniqueConversationId('group', members))).toBeDefined()
    }),
  )
})

test('[DO2] entry ids sort by time, then by chance', () => {
  fc.assert(
    fc.property(times, times, chance(10), chance(10), (a, b, first, second) => {
      const byBytes = a - b || Buffer.compare(first, second)
      const ids = [makeEntryId(a, first), makeEntryId(b, second)] as const
      expect(Math.sign(byBytes)).toBe(ids[0] === ids[1] ? 0 : ids[0] < ids[1] ? -1 : 1)
    }),
  )
})

test('[DO2] the form of an entry id is fixed', () => {
  expect(makeEntryId(0, new Uint8Array(10))).toBe('----------------------')
  expect(makeEntryId(2 ** 48 - 1, new Uint8Array(10).fill(255))).toBe('zzzzzzzzzzzzzzzzzzzzzk')
  expect(makeEntryId(1_700_000_000_000, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))).toBe(
    '-NjEtLV--F720-J50kV81V',
  )
})

test('[DO2] an entry id is made of a time of 48 bits and ten random bytes, of nothing else', () => {
  for (const time of [-1, 0.5, 2 ** 48, Number.NaN]) {
    expect(() => makeEntryId(time, new Uint8Array(10))).toThrow(RangeError)
  }
  expect(() => makeEntryId(0, new Uint8Array(9))).toThrow(RangeError)
  expect(() => makeConversationId(new Uint8Array(15))).toThrow(RangeError)
})

test('[DO3] a random id and a unique id are never taken for one another', () => {
  fc.assert(
    fc.property(chance(16), users, (sixteen, members) => {
      const random = makeConversationId(sixteen)
      const unique = uniqueConversationId('group', members)
      expect([isRandomId(random), isUniqueId(random)]).toEqual([true, false])
      expect([isRandomId(unique), isUniqueId(unique)]).toEqual([false, true])
    }),
  )
  expect([isRandomId('room'), isUniqueId('user')]).toEqual([false, false])
})

test('[DO4] a unique id depends on the kind and the set of members alone', () => {
  fc.assert(
    fc.property(users, users, fc.func(fc.integer()), (members, others, shuffle) => {
      const id = uniqueConversationId('group', members)
      const again = [...members, ...members].toSorted((a, b) => shuffle(a) - shuffle(b))
      expect(uniqueConversationId('group', again)).toBe(id)
      expect(uniqueConversationId('direct', members)).not.toBe(id)
      const same = others.length === members.length && others.every((other) => members.includes(other))
      expect(uniqueConversationId('group', others) === id).toBe(same)
    }),
  )
})

test('[DO4] the form of a unique id is fixed', () => {
  expect(uniqueConversationId('direct', [user('Tom'), user('Ann')])).toBe('uJ0P2g5KDKoQfJ1qzUnJp1F')
})
