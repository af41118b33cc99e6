/**
 * Why a session ends: one table, for both sides.
 *
 * Close codes 4400 to 4499 are permanent: coming back unchanged meets the same answer. 4500 to 4599, and those of the
 * WebSocket itself, are passing. (SPEC: WI22 to WI25) Codes and close codes are stable: a row is added, never changed.
 */
import type { FailureFrame } from './frames.ts'

export type FailureCode =
  | 'bad-token'
  | 'token-expired'
  | 'wrong-version'
  | 'malformed'
  | 'unknown-frame'
  | 'too-large'
  | 'replaced'
  | 'conflict'
  | 'revoked'
  | 'out-of-step'
  | 'slow-consumer'
  | 'hello-timeout'
  | 'overloaded'
  | 'shutting-down'
  | 'internal'

export interface Failure {
  readonly closeCode: number
  readonly again: FailureFrame['again']
  /** How long to wait at least before coming back; backoff and jitter come on top. */
  readonly waitMs: number
  /** What happened, then what to do about it. */
  readonly sentence: string
}

export const failures: Readonly<Record<FailureCode, Failure>> = {
  'bad-token': {
    closeCode: 4401,
    again: 'token',
    waitMs: 0,
    sentence:
      'The relay does not accept this token. Sign in again, and check the secret or key set of the relay.',
  },
  'token-expired': {
    closeCode: 4402,
    again: 'token',
    waitMs: 0,
    sentence: 'The token has expired. Fetch a fresh one and connect with it.',
  },
  'wrong-version': {
    closeCode: 4403,
    again: 'stop',
    waitMs: 0,
    sentence: 'The app and the relay speak different versions of the protocol. Update whichever is older.',
  },
  malformed: {
    closeCode: 4404,
    again: 'stop',
    waitMs: 0,
    sentence: 'A frame could not be read. Report this with both versions: one side has a bug.',
  },
  'unknown-frame': {
    closeCode: 4405,
    again: 'stop',
    waitMs: 0,
    sentence: 'A frame of an unknown kind arrived. Update whichever of app and relay is older.',
  },
  'too-large': {
    closeCode: 4406,
    again: 'stop',
    waitMs: 0,
    sentence:
      'A frame, or a part of one, is over a limit. Send less at once; the limits are in the documentation.',
  },
  replaced: {
    closeCode: 4410,
    again: 'stop',
    waitMs: 0,
    sentence: 'A newer session of this device has taken over. Continue there, or connect here again by hand.',
  },
  conflict: {
    closeCode: 4411,
    again: 'stop',
    waitMs: 0,
    sentence: 'Somebody has signed in on another device with the same tag. Sign in here again to go on here.',
  },
  revoked: {
    closeCode: 4412,
    again: 'token',
    waitMs: 0,
    sentence:
      'Whoever runs the relay has signed out this user or device. Sign in again to get a token that was made since.',
  },
  'out-of-step': {
    closeCode: 4500,
    again: 'retry',
    waitMs: 0,
    sentence: 'Frames were lost on the way. Connect again: what is missing is sent then.',
  },
  'slow-consumer': {
    closeCode: 4501,
    again: 'retry',
    waitMs: 1000,
    sentence:
      'The device takes frames more slowly than they come. Connect again: it catches up from where it was.',
  },
  'hello-timeout': {
    closeCode: 4502,
    again: 'retry',
    waitMs: 1000,
    sentence: 'No hello arrived in time. Connect again, and send it as the first frame.',
  },
  overloaded: {
    closeCode: 4503,
    again: 'retry',
    waitMs: 5000,
    sentence: 'The relay has too much to do. Wait as long as the frame says, then connect again.',
  },
  'shutting-down': {
    closeCode: 1001,
    again: 'retry',
    waitMs: 1000,
    sentence: 'The relay is being stopped or restarted. Connect again in a moment.',
  },
  internal: {
    closeCode: 1011,
    again: 'retry',
    waitMs: 5000,
    sentence:
      'The relay met a fault of its own. Connect again, and look into the log of the relay if it stays.',
  },
}

/** The frame a session ends with. Without a detail it carries the sentence, for a device that does not know the code. */
export function failureFrame(code: FailureCode, detail?: string): FailureFrame {
  const { again, waitMs, sentence } = failures[code]
  return { frame: 'failure', code, again, waitMs, detail: detail ?? sentence }
}

/** Whether coming back makes sense, when all that is left of a session is the close code of its socket. */
export function againAfterClose(closeCode: number): FailureFrame['again'] {
  const known = Object.values(failures).find((failure) => failure.closeCode === closeCode)
  if (known !== undefined) return known.again
  return closeCode >= 4400 && closeCode < 4500 ? 'stop' : 'retry'
}
