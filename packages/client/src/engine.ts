/** The engine with all its parts, where nobody waits for chunks: in Node, in worlds and in tests. */
import type { Engine } from './engine-types.ts'
import { createLazyEngine } from './lazy-engine.ts'
import type { EngineOptions } from './lazy-engine.ts'
import { wholeParts } from './whole-parts.ts'

export type { EngineOptions } from './lazy-engine.ts'

export function createEngine({ parts = wholeParts, ...options }: EngineOptions): Engine {
  return createLazyEngine({ ...options, parts })
}
