/** The edges of a reading, as they are asked for and as they were found. Rules CL201 and CL203. */
import type { EntryId, TimelineMessage } from '@parley/document'
import type { Edge } from './history-walk.ts'

/** An edge, and where to begin when the walk starts there. */
export interface Bound {
  readonly edge: Edge
  /** Of a message that was found: its page. */
  readonly page: number | undefined
  /** One that waits: when it is confirmed meanwhile, the edge stands elsewhere. */
  readonly waits: EntryId | undefined
  /** Of a message that was not found: where it may be, while something else stands for it. */
  readonly unread: number | undefined
}

/** Where a message stands to an edge: before it, at it, or after it. */
export function cuts(edge: Edge, message: TimelineMessage): number {
  return edge.by === 'rank' ? message.seq - edge.rank : message.time - edge.time
}

export function bySeqOrTime({
  seq,
  time,
  closed,
}: {
  readonly seq: number | undefined
  readonly time: number | undefined
  readonly closed: boolean
}): Bound | undefined {
  const plain = { page: undefined, waits: undefined, unread: undefined }
  if (seq !== undefined) return { edge: { by: 'rank', rank: seq, closed }, ...plain }
  return time === undefined ? undefined : { edge: { by: 'time', time, closed }, ...plain }
}

/** What a bound could not be found for may change the answer, wherever it was read. */
export function withUnread(
  missing: readonly number[],
  bounds: readonly (Bound | undefined)[],
): readonly number[] {
  return [...new Set([...missing, ...bounds.flatMap((bound) => bound?.unread ?? [])])]
}
