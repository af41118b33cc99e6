/** Limits of the network shell: name, value, unit in the name, reason. Those of the protocol itself are in wire. */
import { maxHelloBytes } from '@parley/wire'

/** HS256 is as strong as its secret; RFC 7518 asks for at least the size of the hash. */
export const minSecretBytes = 32

/** How far the clock of whoever makes tokens may be off. */
export const tokenToleranceSeconds = 30

/** 30 days. What was revoked must be remembered for as long; an app that wants more brings a fresh token in time. */
export const maxTokenLifeSeconds: number = 30 * 86_400

/** As RFC 7518 asks for. */
export const minRsaBits = 2048

/** A key set of some hundred keys. */
export const maxKeySetBytes: number = 256 * 1024

/** How old what we know of a key file may be. */
export const keyFileLookMs = 1_000

/** How a key set at a URL is asked for, in milliseconds. Tests shorten them. */
export interface KeyTimings {
  /** Between two questions because of a key that is unknown, or after a failure. */
  readonly cooldownMs: number
  /** When a set is asked for again though nothing unknown has come: so long a key that was taken away may hold. */
  readonly cacheMs: number
  /** Shorter than a hello may take. */
  readonly timeoutMs: number
}

export const defaultKeyTimings: KeyTimings = { cooldownMs: 30_000, cacheMs: 600_000, timeoutMs: 3_000 }

/** A day: a developer logs in again tomorrow; nothing lasting hangs on it. */
export const devTokenLifetimeSeconds = 86_400

/** `{"user": …}` and some air. */
export const maxRequestBytes = 1024

/**
 * What `ws` takes before it cuts the connection by itself. Twice the limit of a frame, so that an honest overrun is
 * answered with a failure frame that says so, instead of a bare close.
 */
export const payloadHeadroom = 2

/**
 * What a socket may bring before its hello is answered, in whole frames or in parts of one: the longest hello, and room.
 * `ws` would gather a frame of half a megabyte for anybody who connects.
 */
export const maxEarlyBytes: number = 2 * maxHelloBytes

/** WebSocket's own, of one socket: each is answered, and none counts as a frame. A proxy sends one in seconds. */
export const maxPingsPerSecond = 20

/** Of one socket, before the others are read: a chunk as the system gives them. */
export const maxReadAtOnceBytes: number = 64 * 1024

/** Sockets of both kinds together; beyond it an upgrade is answered 503. Each costs some 5 to 10 kB. */
export const defaultMaxSockets = 20_000

/** Sockets of one address that have no session yet: behind a proxy all come from one. */
export const defaultMaxGreeting = 5_000

/** What a request line and its headers may weigh: a token of 8 KiB in Sec-WebSocket-Protocol, and the usual. */
export const maxHeaderBytes: number = 16 * 1024

/** Requests to us are a line, some headers and at most a short body; whoever takes longer holds a socket for nothing. */
export const headersTimeoutMs = 10_000
export const requestTimeoutMs = 20_000

/** How often that is looked at: Node's own 30 seconds would let everybody have as much more. */
export const requestsLookedAtMs = 2_000

/** What may take how long, in milliseconds. Tests shorten them. */
export interface ServerTimings {
  /** From the upgrade to the first frame: nobody holds a socket for nothing. */
  readonly helloMs: number
  /** From the first frame to the welcome, in line behind others: as long as devices wait for it. */
  readonly greetMs: number
  /** Devices ping every 25 s or less; two lost ones are a dead socket. */
  readonly idleMs: number
  /** From our close to the end of the connection, whatever the peer does. */
  readonly closeMs: number
  /** A plain request that moves nothing for so long is cut off: a file that nobody reads holds two descriptors. */
  readonly takenMs: number
  /** How often deadlines are looked at; none is met more exactly than this. */
  readonly sweepMs: number
}

export const defaultTimings: ServerTimings = {
  helloMs: 5_000,
  greetMs: 15_000,
  idleMs: 60_000,
  closeMs: 3_000,
  takenMs: 30_000,
  sweepMs: 1_000,
}
