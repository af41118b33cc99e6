/** Values in lib0's any encoding, with a map; and the words, ids and numbers that inputs are made of. */
import { byte, list, type Part, raw, row, sized, text } from './parts.ts'
import type { Random } from './random.ts'

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/** As lib0 writes it: small whole numbers as integers, of the rest as float32 what survives that. */
export function anyPart(value: unknown): Part {
  if (value === undefined) return byte(127)
  if (value === null) return byte(126)
  if (typeof value === 'boolean') return byte(value ? 120 : 121)
  if (typeof value === 'string')
    return value.isWellFormed() ? row(byte(119), text(value)) : row(byte(115), units(value))
  if (typeof value === 'number') return numberPart(value)
  if (typeof value === 'bigint') return row(byte(122), raw(eightBytes((view) => view.setBigInt64(0, value))))
  if (value instanceof Uint8Array) return row(byte(116), sized(raw(value)))
  if (Array.isArray(value)) {
    return Object.keys(value).length < value.length ? byte(112) : row(byte(117), list(value.map(anyPart)))
  }
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return row(byte(118), list(fields.map(([key, inner]) => row(text(key), anyPart(inner)))))
}

function numberPart(value: number): Part {
  if (Number.isInteger(value) && Math.abs(value) <= 2 ** 31 - 1 && !Object.is(value, -0)) {
    return row(byte(125), raw(signed(value)))
  }
  if (Math.fround(value) === value)
    return row(byte(124), raw(eightBytes((view) => view.setFloat32(0, value)).slice(0, 4)))
  return row(byte(123), raw(eightBytes((view) => view.setFloat64(0, value))))
}

/** As UTF-16 units, two bytes each: no UTF-8 has half a pair. */
function units(value: string): Part {
  const codes = Array.from({ length: value.length }, (_, index) => value.charCodeAt(index))
  return sized(raw(codes.flatMap((code) => [code >> 8, code & 255])))
}

/** Sign and six bits in the first byte, then seven a byte. */
function signed(value: number): readonly number[] {
  let rest = Math.abs(value)
  const bytes = [(rest > 63 ? 128 : 0) | (value < 0 ? 64 : 0) | (rest & 63)]
  for (rest = Math.floor(rest / 64); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push((rest > 127 ? 128 : 0) | (rest & 127))
  }
  return bytes
}

function eightBytes(fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(8)
  fill(new DataView(bytes.buffer))
  return bytes
}

const samples = [
  '',
  'a',
  'hello',
  'Grüße',
  '\u{1F44D}',
  '\ufeff',
  'x'.repeat(9),
  '\u0000',
  '10',
  '9',
  'a.b',
  'toString',
]
const numbers = [
  0,
  1,
  -1,
  5,
  63,
  64,
  300,
  1.5,
  0.1,
  -2.25,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 53 - 1,
  1e300,
  5e-324,
]

export function json(random: Random, depth = 0): Json {
  switch (random.below(depth > 4 ? 5 : 8)) {
    case 0:
      return null
    case 1:
      return random.once(2)
    case 2:
    case 3:
      return random.pick(numbers)
    case 4:
      return random.pick(samples)
    case 5:
      return Array.from({ length: random.below(4) }, () => json(random, depth + 1))
    default:
      return object(random, depth)
  }
}

export function object(random: Random, depth = 0): { readonly [key: string]: Json } {
  const entries = Array.from(
    { length: random.below(4) },
    () => [random.pick(samples), json(random, depth + 1)] as const,
  )
  return Object.fromEntries(entries)
}

/** Whole, from 0 to 2^53 - 1. */
export function whole(random: Random): number {
  switch (random.below(5)) {
    case 0:
      return random.below(2 ** 31)
    case 1:
      return random.pick([0, 1, 127, 128, 16_383, 16_384, 2 ** 32, 2 ** 49, 2 ** 53 - 1])
    default:
      return random.below(300)
  }
}

export const users = ['Tom', 'Mary', 'Ada', 'Eve', 'a', 'b.c-d_e@f:g'] as const
export const conversations = ['c1', 'r---------------------F', 'u0123456789-_ABCDEFGHIJ', 'lunch'] as const
export const entryIds = [
  '----------------------',
  'AAAAAAAAAAAAAAAAAAAAAA',
  '0123456789-_abcdefghij',
] as const

export function some<T>(random: Random, pool: readonly T[], most: number): readonly T[] {
  const kept = new Set<T>()
  for (let rest = random.below(most + 1); rest > 0; rest -= 1) kept.add(random.pick(pool))
  return [...kept]
}

export function maybe<T>(random: Random, value: () => T): T | undefined {
  return random.once(2) ? value() : undefined
}

const strange: readonly Json[] = [
  '\ud800',
  'a\udc00',
  '__proto__',
  -0,
  1.5,
  -1,
  2 ** 53,
  null,
  true,
  'Tom',
  '*',
  [],
  {},
  [[]],
  'x',
]

/** The same, but for one value somewhere in it: of another kind, doubled, gone, or under another key. */
export function swapped(random: Random, value: Json | undefined): Json {
  const other = random.once(2) ? random.pick(strange) : json(random, 3)
  if (typeof value !== 'object' || value === null || random.once(8)) return other
  if (isList(value)) {
    const at = random.below(value.length + 1)
    const item = value[at]
    if (item === undefined) return [...value, other]
    return random.once(3) ? [...value, item] : value.with(at, swapped(random, item))
  }
  const fields = Object.entries(value)
  const at = random.below(fields.length + 1)
  const field = fields[at]
  if (field === undefined) return { ...value, [random.pick(samples)]: other }
  if (random.once(6)) return Object.fromEntries(fields.toSpliced(at, 1))
  if (random.once(8))
    return Object.fromEntries(
      fields.with(at, [random.pick(['__proto__', '0', 'constructor', 'z']), field[1]]),
    )
  return Object.fromEntries(fields.with(at, [field[0], swapped(random, field[1])]))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

export const someBytes = (random: Random, most: number): Uint8Array =>
  Uint8Array.from({ length: random.below(most + 1) }, () => random.below(256))
