/**
 * What the relay is given and what it gives: the ports of the core.
 *
 * The core sees no socket, timer, clock or chance of its own. Whoever holds the ports holds every effect: when they go
 * dead (a crash), nothing of the instance goes on.
 */
import type { ConversationId, DeviceId, UserId } from '@parley/document'
import type { DeviceFrame, FailureCode } from '@parley/wire'
import type { RelayLimits } from './limits.ts'
import type { RelayStore } from './store.ts'

/** One connected device, seen from the relay. None of its calls may throw, or call back into the relay. */
export interface Peer {
  /** One whole frame. The bytes are shared by many peers and must not be changed. */
  send(bytes: Uint8Array): void
  /** Bytes given to `send` that have not left yet. */
  buffered(): number
  /** The session has ended; its failure frame has been given to `send` already. Close codes stand in wire's table. */
  close(code: FailureCode, detail: string): void
}

export interface Identity {
  readonly user: UserId
  readonly device: DeviceId
  /** From when on the token does not hold any more, in the clock's milliseconds. */
  readonly expires?: number
}

export type Authenticated =
  | { readonly ok: true; readonly user: UserId; readonly expires?: number }
  | { readonly ok: false; readonly code: 'bad-token' | 'token-expired'; readonly detail: string }

/** Whose token this is. Rejects only when it cannot know (then the session fails with `internal`). */
export type Authenticate = (token: string, now: number) => Promise<Authenticated>

export interface Clock {
  now(): number
}

/** Signals, as they are `passed` on, or `dropped`: too fast, or from somebody who may not speak. */
export type CountSignal = (what: 'passed' | 'dropped') => void

/** Texts and plain values only; never a token, a key or what somebody wrote. */
export interface Logger {
  error(message: string, facts?: Readonly<Record<string, unknown>>): void
  info(message: string, facts?: Readonly<Record<string, unknown>>): void
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void
}

export interface RelayOptions {
  readonly store: RelayStore
  readonly clock: Clock
  /** `count` random bytes: spreads what would otherwise come back all at once. */
  readonly random: (count: number) => Uint8Array
  readonly logger: Logger
  readonly authenticate: Authenticate
  readonly limits?: Partial<RelayLimits>
  readonly countSignal?: CountSignal
  /**
   * Resolves when the shell has given in everything that has arrived by now. A turn waits for it, so that what many
   * sockets brought at the same time shares one commit; left out, a turn holds what came in the same task.
   */
  readonly gathered?: () => Promise<void>
  /** A bug of ours: the relay has ended every session and does nothing more. The process should end. */
  readonly onFault?: (error: unknown) => void
}

/** A socket before and after its hello. Every call is allowed at any time; after the end they do nothing. */
export interface Connection {
  readonly state: 'hello' | 'open' | 'closed'
  /** Who this is, once that is known. */
  readonly identity: Identity | undefined
  /** One frame as it came. What cannot be read ends the connection with the failure that says so. */
  receiveBytes(bytes: Uint8Array): void
  receive(frame: DeviceFrame): void
  /** Everything given to the peer has left. */
  drained(): void
  /** The socket is gone. */
  closed(): void
  /** For the shell's own reasons: `hello-timeout`, `token-expired`, `slow-consumer` … */
  fail(code: FailureCode, detail?: string): void
}

/** Where a device stands. `only` follows one conversation and nothing else, and is not told what happened before. */
export interface Standing {
  readonly epoch: string
  readonly cursor: number
  readonly only?: ConversationId
}

export interface RelayHealth {
  readonly epoch: string
  readonly position: number
  readonly sessions: number
  /** `full` and `broken`: reading goes on, nothing is accepted. `ended`: drained, or a bug of ours. */
  readonly state: 'running' | 'full' | 'broken' | 'ended'
}

export interface Relay {
  readonly health: RelayHealth
  /** A new socket: its first frame must be hello. */
  accept(peer: Peer): Connection
  /** A peer whose identity the shell knows already: it is in session at once. */
  connect(identity: Identity, standing: Standing, peer: Peer): Connection
  /** Tells what has become true by waiting: that somebody has gone. The shell calls it about once a second. */
  sweep(): void
  /** Finishes and answers what is under way, then ends every session with `shutting-down`. The store stays open. */
  drain(): Promise<void>
}
