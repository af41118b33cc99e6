/**
 * How a session outlives its token: the app is asked for a fresh one in time, and the relay given it. Rules CL380 to CL384.
 *
 * What counts is the relay's clock, as its welcome and its pongs tell it, and what timers measure: the device's own may be
 * wrong by hours, or be put right meanwhile. One request and one token are under way at most. The session goes on
 * meanwhile; when its token does run out, the relay says so.
 */
import { backoff } from './connection.ts'
import type { ClientLimits } from './limits.ts'
import type { Ports } from './ports.ts'

export interface RenewalOptions {
  readonly timer: Ports['timer']
  readonly jitter: () => number
  readonly limits: ClientLimits
  /** The app is asked; `fresh` or `stale` follows, perhaps at once. */
  readonly ask: () => void
  /** The relay is asked the time, and given what is fresh. */
  readonly send: () => void
  /** It takes that, for so long; undefined for ever. */
  readonly taken: (ms: number | undefined) => void
  /** It has not said so in time. */
  readonly late: () => void
}

export interface Renewal {
  /** Both by the relay's clock; 0 for a token that holds for ever. */
  begin(expires: number, time: number): void
  /** What time it is for the relay. */
  time(now: number): void
  fresh(): void
  stale(): void
  taken(expires: number): void
  /** The session is over. */
  stop(): void
}

type State =
  | { readonly at: 'off' }
  /** Until it is so late by the relay's clock. */
  | { readonly at: 'resting'; readonly due: number }
  | { readonly at: 'asking'; readonly tries: number }
  | { readonly at: 'waiting' }
  | { readonly at: 'sent' }

/** The longest that the timers of all platforms can wait. */
const maxTimerMs = 2 ** 31 - 1

export function createRenewal({ timer, jitter, limits, ask, send, taken, late }: RenewalOptions): Renewal {
  let state: State = { at: 'off' }
  let relayTime = 0
  let cancel = (): void => undefined

  function arm(ms: number, then: () => void): void {
    cancel()
    const leg = Math.min(ms, maxTimerMs)
    cancel = timer(leg, ms > leg ? () => arm(ms - leg, then) : then)
  }

  function restUntil(due: number): void {
    state = { at: 'resting', due }
    arm(Math.max(0, due - relayTime), () => request(0))
  }

  function request(tries: number): void {
    state = { at: 'asking', tries }
    ask()
  }

  function stop(): void {
    cancel()
    state = { at: 'off' }
  }

  function start(expires: number): void {
    if (expires === 0) stop()
    else restUntil(relayTime + refreshIn(expires - relayTime, jitter(), limits))
  }

  return {
    begin(expires, time) {
      relayTime = time
      start(expires)
    },
    time(now) {
      relayTime = now
      // Timers sleep when the machine does.
      if (state.at === 'resting') restUntil(state.due)
    },
    fresh() {
      if (state.at !== 'asking') return
      state = { at: 'sent' }
      arm(limits.connectDeadlineMs, late)
      send()
    },
    stale() {
      if (state.at !== 'asking') return
      const { tries } = state
      state = { at: 'waiting' }
      arm(backoff(tries, jitter(), limits), () => request(tries + 1))
    },
    taken(expires) {
      // What came twice on the way says nothing new.
      if (state.at !== 'sent') return
      start(expires)
      taken(expires === 0 ? undefined : expires - relayTime)
    },
    stop,
  }
}

/**
 * A fifth of what is left before the end, within bounds; of a short life, half; and never in no time. `spread`: devices
 * whose tokens were made together do not ask together.
 */
export function refreshIn(
  leftMs: number,
  spread: number,
  limits: Pick<ClientLimits, 'minRefreshMs' | 'maxRefreshMs' | 'minRestMs'>,
): number {
  const { minRefreshMs, maxRefreshMs, minRestMs } = limits
  const before = Math.min(maxRefreshMs, Math.max(minRefreshMs, leftMs / 5))
  const spreadBefore = before - ((before - minRefreshMs) / 2) * spread
  return Math.max(minRestMs, Math.round(leftMs - Math.min(leftMs / 2, spreadBefore)))
}
