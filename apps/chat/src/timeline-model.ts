/**
 * The messages of an open conversation, as a value. In the relay's order; behind them one's own unanswered ones, in the
 * order they were written. A message stands there once, whatever arrives how often and in which order.
 *
 * Rules: AC5, AC6.
 */
import type { ChatMessage, History } from './chat.ts'

export interface Timeline {
  readonly messages: readonly ChatMessage[]
  /** The beginning of the conversation is among them. */
  readonly complete: boolean
  /** Something older cannot be had without a network. */
  readonly missing: boolean
}

export const emptyTimeline: Timeline = { messages: [], complete: false, missing: false }

/** Puts messages in, or in the place of what they were before. */
export function withMessages(timeline: Timeline, messages: readonly ChatMessage[]): Timeline {
  const byId = new Map(timeline.messages.map((message) => [message.id, message]))
  for (const message of messages) {
    const known = byId.get(message.id)
    // What the relay has answered is not made unanswered by something older that comes late.
    if (known === undefined || known.seq === 0 || message.seq > 0) byId.set(message.id, message)
  }
  return { ...timeline, messages: [...byId.values()].toSorted(inOrder) }
}

/**
 * Puts in a message of which something was heard just now. One that stands further back than what is shown is left out: what
 * lies between is not here, and older ones are loaded from the oldest that is.
 */
export function withHeard(timeline: Timeline, message: ChatMessage): Timeline {
  const first = oldest(timeline)
  const isFar = first !== undefined && message.seq > 0 && message.seq < first.seq
  return isFar ? timeline : withMessages(timeline, [message])
}

export function withoutMessage(timeline: Timeline, id: string): Timeline {
  return { ...timeline, messages: timeline.messages.filter((message) => message.id !== id) }
}

/** Puts in what lies before the oldest message shown. */
export function withOlder(timeline: Timeline, older: History): Timeline {
  return { ...withMessages(timeline, older.messages), complete: older.complete, missing: older.missing }
}

/**
 * The newest messages read again, after something moved unseen. When they do not reach back to what is shown, what lies
 * between is unknown: the older ones are let go, and are loaded again by scrolling.
 */
export function withNewest(timeline: Timeline, newest: History): Timeline {
  const read = new Set(newest.messages.map((message) => message.id))
  const meets = timeline.messages.some((message) => message.seq > 0 && read.has(message.id))
  if (!meets)
    return {
      ...withMessages(emptyTimeline, newest.messages),
      complete: newest.complete,
      missing: newest.missing,
    }
  // One's own that waited and is not among the newest any more was taken back.
  const kept = timeline.messages.filter((message) => message.seq > 0 || read.has(message.id))
  return withMessages(
    { ...timeline, messages: kept, complete: timeline.complete || newest.complete },
    newest.messages,
  )
}

/** The oldest message the relay has answered: where loading older ones goes on from. */
export function oldest(timeline: Timeline): ChatMessage | undefined {
  return timeline.messages.find((message) => message.seq > 0)
}

function inOrder(a: ChatMessage, b: ChatMessage): number {
  if (a.seq > 0 && b.seq > 0) return a.seq - b.seq
  if (a.seq > 0) return -1
  if (b.seq > 0) return 1
  // Ids begin with the time they were made at, and are the same length.
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
