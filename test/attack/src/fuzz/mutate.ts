/** How inputs are broken: by their structure where it is known, by their bytes where it is not. */
import {
  childrenOf,
  encode,
  number,
  type Part,
  putNumber,
  raw,
  row,
  sized,
  text,
  withChildren,
} from './parts.ts'
import type { Random } from './random.ts'

/** Where counting goes wrong: around what takes one byte more, 2^31, 2^32, 2^53, and beyond. */
const edges = [
  0,
  1,
  2,
  63,
  64,
  127,
  128,
  129,
  255,
  256,
  1000,
  1001,
  4096,
  4097,
  16_383,
  16_384,
  65_535,
  65_536,
  262_144,
  1_048_576,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 49,
  2 ** 53 - 2,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 60,
  2 ** 64,
] as const
const words = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'entries',
  'head',
  '0',
  '10',
  '4294967295',
  '',
  '*',
  '\u0000',
  '\ufeff',
  '\u{1F600}',
  'a.b',
  '..',
  'op',
  'members',
  'length',
] as const
/** UTF-8 that is none: half a pair, too long a form, a loose end, beyond the last character. */
const noText = [
  [0xed, 0xa0, 0x80],
  [0xc0, 0x80],
  [0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0xff],
] as const
/** Values in lib0's any encoding that a reader may stumble over. */
const strayValues: readonly (readonly number[])[] = [
  [127],
  [126],
  [121],
  [120],
  [125, 0],
  [125, 64],
  [125, 0x80, 0],
  [125, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [124, 0x7f, 0xc0, 0, 0],
  [124, 0x80, 0, 0, 0],
  [124, 0x7f, 0x80, 0, 0],
  [124, 0x3f, 0xc0, 0, 0],
  [124, 0x40, 0, 0, 0],
  [123, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
  [123, 0x80, 0, 0, 0, 0, 0, 0, 0],
  [123, 0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a],
  [123, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0],
  [123, 0x43, 0x40, 0, 0, 0, 0, 0, 0],
  [122, 0, 0, 0, 0, 0, 0, 0, 1],
  [116, 1, 7],
  [119, 0],
  [119, 3, 0xed, 0xa0, 0x80],
  [117, 0],
  [118, 0],
  [118, 1, 9, 95, 95, 112, 114, 111, 116, 111, 95, 95, 126],
  [118, 2, 1, 97, 126, 1, 97, 126],
  [118, 2, 1, 49, 126, 1, 48, 126],
  [117, 0x80, 0],
  [115, 2, 0xd8, 0],
  [112],
  [114],
  [113],
]

export function mutatePart(part: Part, random: Random, other: Part): Part {
  let mutated = part
  for (let rest = 1 + random.below(3); rest > 0; rest -= 1) mutated = mutateSomewhere(mutated, random, other)
  return mutated
}

/** Walks down at random: every depth is as likely to be where it stops. */
function mutateSomewhere(part: Part, random: Random, other: Part): Part {
  const children = childrenOf(part)
  if (children.length === 0 || random.once(5)) return mutateHere(part, random, other)
  const at = random.below(children.length)
  const child = children[at]
  if (child === undefined) return part
  return withChildren(part, children.with(at, mutateSomewhere(child, random, other)))
}

function mutateHere(part: Part, random: Random, other: Part): Part {
  switch (part.is) {
    case 'byte':
      return { is: 'byte', value: random.once(3) ? random.below(256) : part.value ^ (1 << random.below(8)) }
    case 'number':
      return mutateNumber(part.value, random)
    case 'raw':
      return mutateRaw(part.bytes, random)
    case 'sized':
      if (random.once(4)) return { ...part, lie: edgeNear(encode(part.part).length, random) }
      return random.once(3) ? text(random.pick(words)) : sized(mutateSomewhere(part.part, random, other))
    case 'list':
      if (random.once(4)) return { ...part, lie: edgeNear(part.parts.length, random) }
      return { ...part, parts: mutateChildren(part.parts, random, other) }
    case 'row':
      return random.once(8)
        ? raw(random.pick(strayValues))
        : row(...mutateChildren(part.parts, random, other))
  }
}

function mutateNumber(value: number, random: Random): Part {
  switch (random.below(4)) {
    case 0:
      return { is: 'number', value, extra: 1 + random.below(9) }
    case 1:
      return number(random.pick(edges))
    default:
      return number(edgeNear(value, random))
  }
}

function edgeNear(value: number, random: Random): number {
  if (random.once(2)) return random.pick(edges)
  return Math.max(0, value + random.below(5) - 2)
}

function mutateRaw(bytes: readonly number[] | Uint8Array, random: Random): Part {
  if (random.once(4)) return raw([...bytes, ...random.pick(noText)])
  if (random.once(4)) return raw(Array.from(bytes).slice(0, random.below(bytes.length + 1)))
  return raw(mutateBytes(Uint8Array.from(bytes), random, Uint8Array.of()))
}

function mutateChildren(parts: readonly Part[], random: Random, other: Part): readonly Part[] {
  const at = random.below(parts.length + 1)
  const chosen = parts[at]
  switch (random.below(6)) {
    case 0:
      return parts.toSpliced(at, 1)
    case 1:
      return chosen === undefined ? parts : parts.toSpliced(at, 0, chosen)
    case 2: {
      const behind = random.below(parts.length + 1)
      return chosen === undefined ? parts : parts.toSpliced(at, 1).toSpliced(behind, 0, chosen)
    }
    case 3:
      return parts.toSpliced(at, random.below(2), anyInside(other, random))
    case 4:
      return parts.toSpliced(at, random.below(2), raw(random.pick(strayValues)))
    default:
      return chosen === undefined ? parts : parts.with(at, nested(chosen, 1 + random.below(24)))
  }
}

/** Lists of one, inside one another. */
function nested(part: Part, depth: number): Part {
  return row(raw(Array.from({ length: depth * 2 }, (_, index) => (index % 2 === 0 ? 117 : 1))), part)
}

function anyInside(part: Part, random: Random): Part {
  const children = childrenOf(part)
  const child = children[random.below(children.length)]
  return child === undefined || random.once(4) ? part : anyInside(child, random)
}

/** Knows nothing of structure: for inputs out of the corpus, and for what no structure would ever say. */
export function mutateBytes(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array<ArrayBuffer> {
  let mutated: number[] = Array.from(bytes)
  for (let rest = 1 + random.below(4); rest > 0; rest -= 1) mutated = mutateOnce(mutated, random, other)
  return Uint8Array.from(mutated)
}

function mutateOnce(bytes: number[], random: Random, other: Uint8Array): number[] {
  const at = random.below(bytes.length + 1)
  const length = 1 + random.below(random.once(4) ? 64 : 4)
  switch (random.below(9)) {
    case 0:
      return bytes.slice(0, at)
    case 1:
      return bytes.toSpliced(at, length)
    case 2:
      return bytes.toSpliced(at, 0, ...bytes.slice(at, at + length))
    case 3:
      return bytes.toSpliced(at, 1, random.below(256))
    case 4: {
      const varuint: number[] = []
      putNumber(random.pick(edges), random.once(4) ? 1 : 0, varuint)
      return bytes.toSpliced(at, random.below(3), ...varuint)
    }
    case 5:
      return bytes.toSpliced(at, random.below(3), ...random.pick(strayValues))
    case 6: {
      const from = random.below(other.length + 1)
      return [
        ...bytes.slice(0, at),
        ...other.subarray(from, random.once(2) ? from + 2 * length : other.length),
      ]
    }
    case 7:
      return bytes.toSpliced(at, 0, ...Array.from({ length }, () => random.below(256)))
    default: {
      const index = Math.min(at, bytes.length - 1)
      const value = bytes[index]
      return value === undefined ? [random.below(256)] : bytes.with(index, value ^ (1 << random.below(8)))
    }
  }
}
