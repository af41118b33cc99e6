/** For a thread: a target that hangs, and one that does not. */
import { plantedTarget } from './planted.test-kit.ts'
import type { Target } from './target.ts'

export const targets: readonly Target[] = [plantedTarget('a loop does not end'), plantedTarget(undefined)]
