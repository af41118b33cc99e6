/** Whose profiles are to be asked for, and the question that is under way. */
import type { UserId } from '@parley/document'

/** Not on the disk. */
export interface Asking {
  readonly wanted: Set<UserId>
  /** The number of the question that is under way, and 0 for none. */
  under: number
  last: number
  scheduled: boolean
}

export function createAsking(): Asking {
  return { wanted: new Set(), under: 0, last: 0, scheduled: false }
}
