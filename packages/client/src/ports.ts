/**
 * What the engine needs from where it runs. Everything with an effect comes in through here: the engine itself sees no
 * clock, random, timer, socket or disk, so that a simulated world can run it and stop it between any two effects.
 */
import type { DeviceStore } from '@parley/storage'

export interface SocketHandlers {
  readonly open: () => void
  readonly message: (bytes: Uint8Array) => void
  /** Called once, also when opening failed. Nothing is called after it. */
  readonly closed: (reason: string) => void
}

export interface Socket {
  readonly send: (bytes: Uint8Array) => void
  /** `closed` of the handlers may or may not follow; the engine does not wait for it. */
  readonly close: () => void
}

/**
 * Why a token is asked for: to connect; to go on, in a session that holds a while yet; because the last one has run out;
 * because the relay does not accept it; because everything made up to now was revoked, and a new one has to be made.
 */
export type TokenReason = 'connect' | 'refresh' | 'expired' | 'rejected' | 'revoked'

export interface Ports {
  readonly store: DeviceStore
  readonly connect: (handlers: SocketHandlers) => Socket
  /** The device's clock, in milliseconds. It may be wrong by hours; nothing but labels and waiting depends on it. */
  readonly now: () => number
  /** Calls back once, at least `ms` later; the answer cancels it. */
  readonly timer: (ms: number, callback: () => void) => () => void
  readonly random: (bytes: number) => Uint8Array
  /** Null says that there is none: nobody is signed in. A rejection is trouble that passes. */
  readonly token: (request: {
    readonly clientId: string
    readonly deviceId: string
    readonly reason: TokenReason
  }) => Promise<string | null>
  readonly log: Logger
  /** Undoes raw deflate. Rejects for what is none, and before there would be more than `maxBytes`. Left out: pages come as they are. */
  readonly inflate?: Inflate | undefined
}

export type Inflate = (bytes: Uint8Array, maxBytes: number) => Promise<Uint8Array>

export interface Logger {
  readonly error: (message: string, detail?: Record<string, unknown>) => void
  readonly info: (message: string, detail?: Record<string, unknown>) => void
  readonly debug: (message: string, detail?: Record<string, unknown>) => void
}

export const silentLogger: Logger = { error: () => undefined, info: () => undefined, debug: () => undefined }
