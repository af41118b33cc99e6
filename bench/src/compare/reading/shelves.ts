/** What there is to read, for every contender alike, and how large it is. */
import type { CompareSize } from '../scenario.ts'
import type { Shelf } from './library.ts'

export interface Shelves {
  /** Held by a device before the news came. */
  readonly away: Shelf
  readonly long: LongShelf
}

/** Conversations 0 and 1 are the long ones; the others were written in later, so that these are not read ahead. */
export interface LongShelf extends Shelf {
  readonly lengths: readonly [long: number, short: number]
}

const full: Shelves = {
  away: { conversations: 1000, messages: 200, moved: 200, news: 10 },
  long: { conversations: 62, messages: 3, moved: 0, news: 0, lengths: [100_000, 1000] },
}

const tiny: Shelves = {
  away: { conversations: 6, messages: 12, moved: 3, news: 2 },
  long: { conversations: 54, messages: 1, moved: 0, news: 0, lengths: [600, 100] },
}

/** A quick run reads the same as a full one, and less often. */
export const shelves: Readonly<Record<CompareSize, Shelves>> = { full, quick: full, tiny }

export type ShelfName = keyof Shelves

export function lengthOf(name: ShelfName, { away, long }: Shelves, conversation: number): number {
  return name === 'away' ? away.messages : (long.lengths[conversation] ?? long.messages)
}
