/**
 * What is compared: a scenario is run with one contender at a time, each run on a server of its own, and gives the figures of
 * that contender. A run in which something is missing throws instead. Rules BE15 and BE17.
 */
import type { Run } from '../scenario.ts'
import type { Contender, ContenderName } from './contender.ts'

/** `quick` is for `pnpm bench relay --quick`: seconds; `tiny` for tests, where figures mean nothing. */
export type CompareSize = 'full' | 'quick' | 'tiny'

export interface CompareScenario {
  /** Named together by what stands before the first dash: `live` is `live-pairs` and the others. */
  readonly name: string
  /** What is done, in a sentence or two: stands above its table. */
  readonly about: string
  /** In the order of its table, ours first. */
  readonly contenders: readonly ContenderName[]
  /** Those that `--quick` runs for the goals: ours, the best peer, the limit. */
  readonly quick: readonly ContenderName[]
  /**
   * No time on the wall is measured, so that where time is short all runs may go on at once; and beside another scenario's, when
   * they do little but wait.
   */
  readonly timeless?: 'works' | 'waits'
  /** What a run starts from and what takes long to make: made on first use, and kept. */
  readonly prepare?: (contender: Contender, size: CompareSize, setting: Setting) => Promise<void>
  /** `Figure.of` names what is measured, not the contender. The same figures in every run of a contender. */
  readonly run: (contender: Contender, size: CompareSize, setting: Setting) => Promise<Run>
}

export interface Setting {
  /** For `Contender.start`: what to run servers with. */
  readonly node: string
  /** One line of progress. */
  readonly tell: (line: string) => void
}
