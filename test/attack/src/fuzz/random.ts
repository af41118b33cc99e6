/** The world's chance, and how often something rare happens. */
import { createRandom as createWorldRandom, type Random as WorldRandom } from '@parley/test-world/random'

export interface Random extends Pick<WorldRandom, 'below' | 'pick'> {
  /** True once in so many times. */
  readonly once: (times: number) => boolean
}

export function createRandom(seed: string): Random {
  const { below, pick } = createWorldRandom(seed)
  return { below, pick, once: (times) => below(times) === 0 }
}
