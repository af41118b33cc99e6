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
  return digits(number(a, 0) ^ number(b, 0)) + digits(number(a, 8) ^ number(b, 8))
}

/** The exclusive or of a digest and that of a row, in one step. */
export function digestWith(digest: Digest, { seq, client, clock, length, erased }: RowPlace): Digest {
  const words = [
    high(seq),
    low(seq),
    high(client),
    low(client),
    high(clock),
    low(clock),
    length,
    erased ? 1 : 0,
  ]
  const first = number(digest, 0) ^ mixed(words, 0x9e3779b9)
  return digits(first) + digits(number(digest, 8) ^ mixed(words, 0x85ebca6b))
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
  const [a, b] = mixedText(text, [0x9e3779b9, 0x85ebca6b])
  return digits(a) + digits(b)
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

function number(digest: Digest, at: number): number {
  return Number.parseInt(digest.slice(at, at + 8), 16)
}

function digits(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
