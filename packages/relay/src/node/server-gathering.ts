/**
 * What shares a turn. A relay that has little to do waits for nobody; one whose turns are large waits a little before the next,
 * since what arrives meanwhile costs one commit less, and one frame less for each of its readers. Rule RE321.
 */

/** Inputs of a turn from which on the next one waits. */
export const busyTurn = 16
export const gatherMs = 3

export interface GatheringTimers {
  /** Once around the loop: what is to be sent has been, and what has come is read. */
  readonly around: (then: () => void) => void
  readonly after: (ms: number, then: () => void) => void
}

const nodeTimers: GatheringTimers = {
  around: (then) => {
    setImmediate(then)
  },
  after: (ms, then) => {
    setTimeout(then, ms)
  },
}

/** `before`: how many inputs the turn before had. */
export function createGathering(timers: GatheringTimers = nodeTimers): (before: number) => Promise<void> {
  return async (before) =>
    new Promise((resolve) => {
      if (before >= busyTurn) timers.after(gatherMs, resolve)
      // What the turn before sends leaves with the first; what has come by then is read between the two.
      else timers.around(() => timers.around(resolve))
    })
}
