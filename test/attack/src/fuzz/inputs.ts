/** The inputs of a round: the same for the same seed, target, number and pool. Rule AT40. */
import { mutateBytes, mutatePart } from './mutate.ts'
import { encode } from './parts.ts'
import { createRandom, type Random } from './random.ts'
import type { Target } from './target.ts'

/** What is longer is at some limit by repetition, and is not taken apart byte by byte. */
const maxMutated = 8 * 1024

/** `pool`: inputs that reached something, to be broken further. */
export function inputsOf(
  target: Target,
  seed: string,
  round: number,
  pool: readonly Uint8Array[],
): readonly Uint8Array[] {
  const random = createRandom(`${seed}/${target.name}/${round}`)
  const small = pool.filter(({ length }) => length <= maxMutated)
  const inputs = Array.from({ length: target.round }, () => oneInput(target, random, small))
  return round === 0 ? [...target.edges.map(encode), ...inputs] : inputs
}

function oneInput(target: Target, random: Random, pool: readonly Uint8Array[]): Uint8Array {
  if (pool.length > 0 && random.once(2)) return mutateBytes(random.pick(pool), random, random.pick(pool))
  if (target.edges.length > 0 && random.once(500)) {
    return encode(mutatePart(random.pick(target.edges), random, target.make(random)))
  }
  const part = target.make(random)
  if (random.once(6)) return encode(part)
  const broken = encode(mutatePart(part, random, target.make(random)))
  return random.once(8) ? mutateBytes(broken, random, encode(part)) : broken
}
