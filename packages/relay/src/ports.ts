/**
 * What the relay is given and what it gives: the ports of the core.
 *
 * The core sees no socket, timer, clock or chance of its own. Whoever holds the ports holds every effect: when they go
 * dead (a crash), nothing of the instance goes on.
 */
import type { ConversationId, DeviceId, UserId } from '@parley/document'
import type { Answer, CommandAnswer, DeviceFrame, FailureCode } from '@parley/wire'
import type { RelayLimits } from './limits.ts'
import type { RelayStore } from './store.ts'

/** One connected device, seen from the relay. None of its calls may throw, or call back into the relay. */
export interface Peer {
  /** One whole frame. The bytes are shared by many peers and must not be changed. */
  send(bytes: Uint8Array): void
  /** For who counts: told of each answer before it is given to `send`. */
  answered?(answer: Answer | CommandAnswer): void
  /** Bytes given to `send` that have not left yet. */
  buffered(): number
  /** The session has ended; its failure frame has been given to `send` already. Close codes stand in wire's table. */
  close(code: FailureCode, detail: string): void
}

export interface Identity {
  readonly user: UserId
  readonly device: DeviceId
  /** The device that what it writes is kept under, when that is another one: it may have many sessions. */
  readonly writesAs?: DeviceId
  /** From when on the token does not hold any more, in the clock's milliseconds. */
  readonly expires?: number
  /** When the token was made; left out, it was made at the beginning of time: every revocation takes it. */
  readonly issuedAt?: number
  /** The device the token names. A stock tool has an identity of its own, and is revoked by this one. */
  readonly boundTo?: DeviceId
}

export type Authenticated =
  | {
      readonly ok: true
      readonly user: UserId
      readonly expires?: number
      readonly issuedAt?: number
      /** The only device that may show this token. */
      readonly device?: DeviceId
    }
  | {
      readonly ok: false
      readonly code: 'bad-token' | 'token-expired' | 'revoked'
      readonly detail: string
    }

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
  /** For how long a revocation is kept: longer than any token holds. Left out, for 31 days. */
  readonly revocationsKeptMs?: number
  readonly limits?: Partial<RelayLimits>
  /** Raw deflate, RFC 1951. Pages travel so to devices that inflate; left out, to none. The bytes must not change later. */
  readonly deflate?: (bytes: Uint8Array) => Uint8Array
  readonly countSignal?: CountSignal
  /**
   * Resolves when the shell has given in everything that has arrived by now. A turn waits for it, so that what many
   * sockets brought at the same time shares one commit; left out, a turn holds what came in the same task. `before`: inputs of
   * the turn before, 0 for the first after a rest.
   */
  readonly gathered?: (before: number) => Promise<void>
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

export interface Revoked {
  /** Tokens made up to then are taken no more. */
  readonly at: number
  /** How many sessions it has ended, of both doors. */
  readonly sessions: number
}

export interface Relay {
  readonly health: RelayHealth
  /** Whose token this is, unless it has been revoked: for a shell that calls `connect`. */
  readonly authenticate: Authenticate
  /**
   * Takes every token of a user, or of one of his devices, made up to now: their sessions end at once with `revoked`. On
   * the disk when it resolves; when the store cannot write it, it rejects, and holds until the process ends.
   */
  revoke(user: UserId, device?: DeviceId): Promise<Revoked>
  /** A new socket: its first frame must be hello. */
  accept(peer: Peer): Connection
  /** A peer whose identity the shell knows already: it is in session at once. */
  connect(identity: Identity, standing: Standing, peer: Peer): Connection
  /** Tells what has become true by waiting: that somebody has gone. The shell calls it about once a second. */
  sweep(): void
  /** Finishes and answers what is under way, then ends every session with `shutting-down`. The store stays open. */
  drain(): Promise<void>
}
