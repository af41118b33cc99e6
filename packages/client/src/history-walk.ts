/**
 * What of a history is asked for: walking from the start edge to the end edge, in either direction, until there is
 * enough. Rules CL82, CL202, CL203 and CL208.
 *
 * Everything shown has a rank: the sequence of what is confirmed, and beyond all of those the number in the outbox of what
 * is not. Times never run backwards along it: the relay's do not, and what waits here counts as no earlier than the latest
 * of the relay. So an edge, whichever way it is given, cuts the order in two, and a walk is over once it has crossed it.
 */
import type { MessageView } from './engine-types.ts'

export interface Ranked {
  readonly view: MessageView
  readonly rank: number
  readonly time: number
}

/** Where the ranks of what waits here begin. */
export const tailRank: number = 2 ** 52

export type Edge =
  | { readonly by: 'rank'; readonly rank: number; readonly closed: boolean }
  | { readonly by: 'time'; readonly time: number; readonly closed: boolean }

export interface WalkOptions {
  readonly forward: boolean
  readonly limit: number
  readonly start: Edge | undefined
  readonly end: Edge | undefined
  readonly type: number | undefined
  /** What waits here is taken beside the rest, and does not count. */
  readonly apart: boolean
}

export interface Walk {
  /** There is nothing more to be had. */
  readonly done: boolean
  /** In the direction of the walk. */
  take(items: readonly Ranked[]): void
  /** In ascending order. */
  readonly taken: readonly MessageView[]
  readonly tail: readonly MessageView[]
}

export function createWalk({ forward, limit, start, end, type, apart }: WalkOptions): Walk {
  const taken: MessageView[] = []
  const tail: MessageView[] = []
  let crossed = false

  function takeOne(item: Ranked): void {
    if (!isWithin(start, item, forward)) return
    if (!isWithin(end, item, !forward)) {
      crossed = true
      return
    }
    // Nothing behind the very message that ends it can be meant.
    if (end?.by === 'rank' && end.rank === item.rank) crossed = true
    if (type !== undefined && item.view.type !== type) return
    if (apart && item.rank >= tailRank) tail.push(item.view)
    else taken.push(item.view)
  }

  function isDone(): boolean {
    return crossed || taken.length >= limit
  }

  return {
    get done() {
      return isDone()
    },
    take(items) {
      for (const item of items) {
        if (isDone()) return
        takeOne(item)
      }
    },
    get taken() {
      return forward ? taken : taken.toReversed()
    },
    get tail() {
      return forward ? tail : tail.toReversed()
    },
  }
}

/** `above`: the edge bounds from below. */
function isWithin(edge: Edge | undefined, item: Ranked, above: boolean): boolean {
  if (edge === undefined) return true
  const distance = edge.by === 'rank' ? item.rank - edge.rank : item.time - edge.time
  if (distance === 0) return edge.closed
  return above ? distance > 0 : distance < 0
}
