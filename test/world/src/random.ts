/**
 * Chance with a seed (xoshiro128**). Every part of the world draws from a stream of its own, forked by name, so that
 * one more draw in one part does not change the luck of another. Rule WO1.
 */
export interface Random {
  /** From 0 up to 1, never 1. */
  readonly float: () => number
  /** A whole number from 0 up to `limit`, never `limit`. */
  readonly below: (limit: number) => number
  /** A whole number, both ends included. */
  readonly between: (low: number, high: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(list: readonly T[]) => T
  /** Each item's weight is its share. */
  readonly weighted: <T>(list: readonly (readonly [weight: number, item: T])[]) => T
  readonly bytes: (count: number) => Uint8Array
  readonly fork: (name: string) => Random
}

export function createRandom(seed: string): Random {
  let [a, b, c, d] = [hash(seed, 1), hash(seed, 2), hash(seed, 3), hash(seed, 4) | 1]
  const uint32 = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
  const float = (): number => uint32() / 2 ** 32
  const below = (limit: number): number => Math.floor(float() * limit)
  const pick = <T>(list: readonly T[]): T => {
    const index = below(list.length)
    if (list.length === 0) throw new Error('Nothing to pick from.')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the index is below the length; T may be undefined itself
    return list[index] as T
  }
  return {
    float,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => float() < probability,
    pick,
    weighted: (list) => {
      let point = float() * list.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, item] of list) {
        point -= weight
        if (point < 0) return item
      }
      return pick(list)[1]
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => uint32() >>> 24),
    fork: (name) => createRandom(`${seed}/${name}`),
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

/** Spreads a text over 32 bits (the finish of murmur3 after FNV-1a). */
function hash(text: string, salt: number): number {
  let value = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1)
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
