/**
 * What is measured: a scenario runs several times, each run gives the same figures, and the medians are what is told.
 *
 * A run that cannot vouch for what it counted throws instead of giving figures. Rules BE1 and BE2.
 */

export interface Figure {
  /** Of what: a row of the table. */
  readonly of: string
  /** A column of the table. */
  readonly name: string
  readonly unit: string
  readonly value: number
}

export interface Run {
  readonly figures: readonly Figure[]
  /** Messages, sockets or entries of which the run has seen that they are where they should be. */
  readonly checked: number
}

/** `tiny` is for tests: everything happens, nothing of it means anything. */
export type Size = 'full' | 'tiny'

export interface Scenario {
  readonly name: string
  /** What is done, in a sentence or two: stands above its table. */
  readonly about: string
  readonly runs: number
  readonly run: (size: Size) => Promise<Run>
}

/** Enough for a median that one bad run does not move. */
export const usualRuns = 5
