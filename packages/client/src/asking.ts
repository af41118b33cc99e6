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

/** What was not answered is wanted again when somebody looks. */
export function forgetAsked(asking: Asking): void {
  asking.under = 0
  asking.wanted.clear()
}
