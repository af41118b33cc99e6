/** The shape of the log's contract: cases any backend must pass. */
import type { RelayStore } from '../store.ts'

/** Nothing stored at first; each store it opens is over the same data. */
export interface StoreHarness {
  open(): Promise<RelayStore>
}

export interface StoreCase {
  /** Begins with the ids of the rules it tests. */
  readonly title: string
  run(harness: StoreHarness): Promise<void>
}

export function storeCase(title: string, run: (harness: StoreHarness) => Promise<void>): StoreCase {
  return { title, run }
}
