/**
 * Digests: how a device and the relay find out that they hold different things. Rules DO33 to DO35.
 *
 * A page's digest is the exclusive or of its rows' digests, so that both sides keep it up row by row: an append goes in,
 * an erasure takes the intact row out and puts the erased one in. It finds faults, and resists no attacker: rows are
 * given their sequence by the relay, which both sides trust anyway.
 */
import type { JsonValue } from './entry/entry.ts'
import { type Head, rights } from './head/head.ts'
import { byCodeUnit } from './ids.ts'
import { mixed, mixedText } from './mix.ts'

/** 16 lower-case hexadecimal digits. */
export type Digest = string

export interface RowPlace {
  readonly seq: number
  readonly client: number
  readonly clock: number
  readonly length: 1
  readonly erased: boolean
}

export const emptyDigest: Digest = '0000000000000000'

export function rowDigest(place: RowPlace): Digest {
  return digestWith(emptyDigest, place)
}

export function xorDigest(a: Digest, b: Digest): Digest {
  return digits(number(a, 0) ^ number(b, 0), number(a, 8) ^ number(b, 8))
}

const seeds = [0x9e3779b9, 0x85ebca6b] as const

/** Written anew for each row: a list would be made for each, and this is done for every message. */
const words = new Int32Array(8)

/** The exclusive or of a digest and that of a row, in one step. */
export function digestWith(digest: Digest, { seq, client, clock, length, erased }: RowPlace): Digest {
  words[0] = high(seq)
  words[1] = low(seq)
  words[2] = high(client)
  words[3] = low(client)
  words[4] = high(clock)
  words[5] = low(clock)
  words[6] = length
  words[7] = erased ? 1 : 0
  const [a, b] = mixed(words, seeds)
  return digits(number(digest, 0) ^ a, number(digest, 8) ^ b)
}

/** Of everything a head says, whatever the order its maps give it out in. */
export function headDigest(head: Head): Digest {
  const { kind, name, icon, creator, createdAt, unique, pages, policy } = head.info
  const rules = [...rights.map((right) => policy[right]), policy.join, policy.past]
  const text = JSON.stringify([
    [kind, name, icon, creator, createdAt, unique, pages, rules],
    sorted(head.members).map(([user, { role, joinedAt, invitedBy, since }]) => [
      user,
      role,
      joinedAt,
      invitedBy,
      since ?? null,
    ]),
    sorted(head.attributes).map(([key, value]) => [key, withSortedKeys(value)]),
    sorted(head.muted),
    sorted(head.blocked),
  ])
  return digits(...mixedText(text, seeds))
}

function sorted<K extends string, V>(map: ReadonlyMap<K, V>): readonly (readonly [K, V])[] {
  return [...map].toSorted(([a], [b]) => byCodeUnit(a, b))
}

/** Objects as lists of pairs, marked as such: an object's own key order is not part of what it says. */
function withSortedKeys(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((inner: JsonValue) => withSortedKeys(inner))
  const pairs = Object.entries(value).toSorted(([a], [b]) => byCodeUnit(a, b))
  return { o: pairs.map(([key, inner]: readonly [string, JsonValue]) => [key, withSortedKeys(inner)]) }
}

function high(value: number): number {
  return Math.floor(value / 2 ** 32)
}

function low(value: number): number {
  return value % 2 ** 32
}

/** Eight digits of a digest. */
function number(digest: Digest, at: number): number {
  let value = 0
  for (let next = at; next < at + 8; next += 1) {
    const code = digest.charCodeAt(next)
    value = (value << 4) | (code < letters ? code - ciphers : code - letters + 10)
  }
  return value
}

const ciphers = 0x30
const letters = 0x61

/** Text by text and padded, it would be the slowest part of an append. */
function digits(a: number, b: number): Digest {
  return String.fromCharCode(
    digit(a, 28),
    digit(a, 24),
    digit(a, 20),
    digit(a, 16),
    digit(a, 12),
    digit(a, 8),
    digit(a, 4),
    digit(a, 0),
    digit(b, 28),
    digit(b, 24),
    digit(b, 20),
    digit(b, 16),
    digit(b, 12),
    digit(b, 8),
    digit(b, 4),
    digit(b, 0),
  )
}

function digit(value: number, shift: number): number {
  const it = (value >>> shift) & 15
  return it < 10 ? ciphers + it : letters + it - 10
}
