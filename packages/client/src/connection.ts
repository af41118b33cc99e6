/**
 * The connection as a machine: one union of states and one pure step. What it decides comes out as effects; sockets,
 * timers and tokens are somebody else's. Rules CL1 to CL9.
 *
 * One timer is armed at most: setting it again replaces it. Every socket has a generation; what an old one says is
 * dropped by the shell before it gets here.
 */
import type { ClientLimits } from './limits.ts'
import type { TokenReason } from './ports.ts'

export type Connection =
  | { readonly at: 'idle' }
  /** The app asked for silence. What the device says of its network meanwhile is remembered. */
  | { readonly at: 'paused'; readonly network: boolean }
  /** The device says there is no network. */
  | { readonly at: 'offline'; readonly attempt: number }
  | { readonly at: 'waiting'; readonly attempt: number; readonly reason: TokenReason }
  /** Token first, then the socket, then hello: until the welcome it is one state with one deadline. */
  | { readonly at: 'connecting'; readonly attempt: number; readonly stage: 'token' | 'socket' | 'hello' }
  | { readonly at: 'online'; readonly pinged: boolean }
  | { readonly at: 'stopped'; readonly code: string; readonly detail: string }

export type ConnectionInput =
  | { readonly on: 'start' }
  | { readonly on: 'pause' }
  | { readonly on: 'resume' }
  /** The app or the page wants it now; `jitter` as everywhere: a number in [0, 1). */
  | { readonly on: 'retry' }
  | { readonly on: 'network'; readonly online: boolean }
  | { readonly on: 'token' }
  | { readonly on: 'token-failed'; readonly jitter: number }
  | { readonly on: 'socket-open' }
  | { readonly on: 'socket-closed'; readonly jitter: number }
  | { readonly on: 'welcome' }
  | {
      readonly on: 'failure'
      readonly again: 'retry' | 'token' | 'stop'
      readonly code: string
      readonly detail: string
      readonly waitMs: number
      readonly jitter: number
    }
  /** Anything came in: the peer lives. */
  | { readonly on: 'heard' }
  | { readonly on: 'timer'; readonly jitter: number }

export type ConnectionEffect =
  | { readonly do: 'ask-token'; readonly reason: TokenReason }
  | { readonly do: 'open-socket' }
  | { readonly do: 'close-socket' }
  | { readonly do: 'hello' }
  | { readonly do: 'ping' }
  | { readonly do: 'timer'; readonly ms: number }
  | { readonly do: 'no-timer' }
  | {
      readonly do: 'emit'
      readonly event: 'DISCONNECT' | 'OFFLINE' | 'ONLINE' | 'RETRY' | 'RECONNECT'
      readonly attempt: number
    }
  | { readonly do: 'emit-schedule'; readonly attempt: number; readonly delayMs: number }
  | { readonly do: 'tell-stop'; readonly code: string; readonly detail: string }

export type Step = readonly [Connection, readonly ConnectionEffect[]]

export const initialConnection: Connection = { at: 'idle' }

export function stepConnection(state: Connection, input: ConnectionInput, limits: ClientLimits): Step {
  switch (input.on) {
    case 'start':
      return state.at === 'idle' ? connect(0, 'connect', limits, []) : stay(state)
    case 'pause':
      return state.at === 'stopped' || state.at === 'paused'
        ? stay(state)
        : [{ at: 'paused', network: state.at !== 'offline' }, [...leave(state), { do: 'no-timer' }]]
    case 'resume':
      return resumed(state, limits)
    case 'retry':
      return retryNow(state, limits)
    case 'network':
      return input.online ? networkBack(state, limits) : networkGone(state)
    case 'token':
      return state.at === 'connecting' && state.stage === 'token'
        ? [{ ...state, stage: 'socket' }, [{ do: 'open-socket' }]]
        : stay(state)
    case 'socket-open':
      return state.at === 'connecting' && state.stage === 'socket'
        ? [{ ...state, stage: 'hello' }, [{ do: 'hello' }]]
        : stay(state)
    case 'welcome':
      return welcomed(state, limits)
    case 'token-failed':
      // A request may also be under way for a session that has a token already.
      return state.at === 'connecting' && state.stage === 'token'
        ? lost(state, 'connect', 0, input.jitter, limits)
        : stay(state)
    case 'socket-closed':
      return lost(state, 'connect', 0, input.jitter, limits)
    case 'failure':
      if (input.again === 'stop') return stop(state, input.code, input.detail)
      return lost(
        state,
        input.again === 'token' ? tokenReason(input.code) : 'connect',
        input.waitMs,
        input.jitter,
        limits,
      )
    case 'heard':
      return state.at === 'online'
        ? [{ at: 'online', pinged: false }, [{ do: 'timer', ms: limits.heartbeatMs }]]
        : stay(state)
    case 'timer':
      return timedOut(state, input.jitter, limits)
  }
}

function stay(state: Connection): Step {
  return [state, []]
}

function connect(
  attempt: number,
  reason: TokenReason,
  limits: ClientLimits,
  before: readonly ConnectionEffect[],
): Step {
  return [
    { at: 'connecting', attempt, stage: 'token' },
    [...before, { do: 'timer', ms: limits.connectDeadlineMs }, { do: 'ask-token', reason }],
  ]
}

function retrying(attempt: number): ConnectionEffect {
  return { do: 'emit', event: 'RETRY', attempt }
}

/** What leaving a state means for its socket and for the app. */
function leave(state: Connection): readonly ConnectionEffect[] {
  if (state.at === 'online') return [{ do: 'close-socket' }, { do: 'emit', event: 'DISCONNECT', attempt: 0 }]
  if (state.at === 'connecting' && state.stage !== 'token') return [{ do: 'close-socket' }]
  return []
}

function resumed(state: Connection, limits: ClientLimits): Step {
  if (state.at !== 'paused') return stay(state)
  if (state.network) return connect(0, 'connect', limits, [retrying(0)])
  return [{ at: 'offline', attempt: 0 }, [{ do: 'emit', event: 'OFFLINE', attempt: 0 }]]
}

function retryNow(state: Connection, limits: ClientLimits): Step {
  if (state.at === 'waiting') return connect(state.attempt, state.reason, limits, [retrying(state.attempt)])
  if (state.at === 'offline') return connect(state.attempt, 'connect', limits, [retrying(state.attempt)])
  // The page became visible after a sleep: find out at once whether the connection still lives.
  if (state.at === 'online' && !state.pinged) {
    return [{ at: 'online', pinged: true }, [{ do: 'ping' }, { do: 'timer', ms: limits.pongDeadlineMs }]]
  }
  return stay(state)
}

function networkBack(state: Connection, limits: ClientLimits): Step {
  if (state.at === 'paused') return state.network ? stay(state) : [{ at: 'paused', network: true }, []]
  if (state.at === 'offline') {
    return connect(0, 'connect', limits, [{ do: 'emit', event: 'ONLINE', attempt: 0 }, retrying(0)])
  }
  return retryNow(state, limits)
}

function networkGone(state: Connection): Step {
  if (state.at === 'idle' || state.at === 'stopped' || state.at === 'offline') return stay(state)
  if (state.at === 'paused') return state.network ? [{ at: 'paused', network: false }, []] : stay(state)
  const attempt = state.at === 'online' ? 0 : state.attempt
  return [
    { at: 'offline', attempt },
    [...leave(state), { do: 'no-timer' }, { do: 'emit', event: 'OFFLINE', attempt }],
  ]
}

function welcomed(state: Connection, limits: ClientLimits): Step {
  if (state.at !== 'connecting' || state.stage !== 'hello') return stay(state)
  return [
    { at: 'online', pinged: false },
    [
      { do: 'timer', ms: limits.heartbeatMs },
      { do: 'emit', event: 'RECONNECT', attempt: state.attempt },
    ],
  ]
}

function lost(
  state: Connection,
  reason: TokenReason,
  waitMs: number,
  jitter: number,
  limits: ClientLimits,
): Step {
  if (state.at !== 'online' && state.at !== 'connecting') return stay(state)
  const attempt = state.at === 'online' ? 0 : state.attempt + 1
  // A token that ran out while connected is no fault: ask for another at once, unless that happens again and again.
  if (state.at === 'online' && reason !== 'connect' && waitMs === 0)
    return connect(0, reason, limits, [...leave(state), retrying(0)])
  const delayMs = Math.max(waitMs + Math.round(waitMs * jitter), backoff(attempt, jitter, limits))
  return [
    { at: 'waiting', attempt, reason },
    [...leave(state), { do: 'timer', ms: delayMs }, { do: 'emit-schedule', attempt, delayMs }],
  ]
}

/** Exponential, from half to the whole of the step: devices that lost one relay together do not come back together. */
export function backoff(attempt: number, jitter: number, limits: ClientLimits): number {
  const step = Math.min(limits.maxBackoffMs, limits.minBackoffMs * 2 ** Math.min(attempt, 20))
  return Math.round(step / 2 + (step / 2) * jitter)
}

function stop(state: Connection, code: string, detail: string): Step {
  if (state.at === 'stopped') return stay(state)
  return [
    { at: 'stopped', code, detail },
    [...leave(state), { do: 'no-timer' }, { do: 'tell-stop', code, detail }],
  ]
}

function tokenReason(code: string): TokenReason {
  if (code === 'revoked') return 'revoked'
  return code === 'token-expired' ? 'expired' : 'rejected'
}

function timedOut(state: Connection, jitter: number, limits: ClientLimits): Step {
  switch (state.at) {
    case 'waiting':
      return connect(state.attempt, state.reason, limits, [retrying(state.attempt)])
    case 'connecting':
      return lost(state, 'connect', 0, jitter, limits)
    case 'online':
      return state.pinged
        ? lost(state, 'connect', 0, jitter, limits)
        : [{ at: 'online', pinged: true }, [{ do: 'ping' }, { do: 'timer', ms: limits.pongDeadlineMs }]]
    case 'idle':
    case 'paused':
    case 'offline':
    case 'stopped':
      return stay(state)
  }
}
