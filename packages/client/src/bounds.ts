/**
 * What of a history is asked for: walking from the start bound to the end bound, in either direction, until there is
 * enough. Rule CL82.
 *
 * A bound given by a message counts from where that message is met. Times of the relay never run backwards, so that the
 * end has come once one lies past it; of what waits they are this device's claims, and end nothing.
 */
import type { HistoryQuery, MessageView } from './engine-types.ts'

export interface Walk {
  /** There is nothing more to be had. */
  readonly done: boolean
  take(view: MessageView): void
  /** What was taken, in ascending order. */
  readonly taken: readonly MessageView[]
}

export function createWalk({ start, end, type, direction }: HistoryQuery, limit: number): Walk {
  const forward = direction === 'old-to-new'
  const taken: MessageView[] = []
  let started = start?.id === undefined
  let done = false

  /** Whether it lies within the bounds. */
  function isMeant(view: MessageView): boolean {
    if (!started) {
      started = start?.id === view.id
      if (!started || start?.closed !== true) return false
    }
    if (start?.time !== undefined && isBefore(view.time, start.time, start.closed === true, forward))
      return false
    if (end?.id === view.id) {
      done = true
      return end.closed === true
    }
    if (end?.time === undefined || !isBefore(end.time, view.time, end.closed === true, forward)) return true
    done ||= view.seq > 0
    return false
  }

  return {
    get done() {
      return done || taken.length >= limit
    },
    take(view) {
      if (isMeant(view) && (type === undefined || view.type === type)) taken.push(view)
    },
    get taken() {
      return forward ? taken : taken.toReversed()
    },
  }
}

/** Whether `a` lies before `b` in the direction of walking; equal counts as before unless closed. */
function isBefore(a: number, b: number, closed: boolean, forward: boolean): boolean {
  if (a === b) return !closed
  return forward ? a < b : a > b
}
