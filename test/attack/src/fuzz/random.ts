/** Chance with a seed (xoshiro128**), fast enough for runs of hours. */
export interface Random {
  /** A whole number from 0 up to `limit`, never `limit`. */
  readonly below: (limit: number) => number
  /** True once in so many times. */
  readonly once: (times: number) => boolean
  readonly pick: <T>(list: readonly T[]) => T
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
  const below = (limit: number): number => Math.floor((uint32() / 2 ** 32) * limit)
  return {
    below,
    once: (times) => below(times) === 0,
    pick: (list) => {
      if (list.length === 0) throw new Error('Nothing to pick from.')
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the index is below the length; T may be undefined itself
      return list[below(list.length)] as (typeof list)[number]
    },
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
