/** The one error of the public surface, with a closed set of codes. Codes are stable words; `detail` says what to do. */
import { refusalCodes } from '@parley/document'
import type { RefusalCode } from '@parley/document'

export type ParleyErrorCode =
  | RefusalCode
  /** The call needs the relay and there is no connection. */
  | 'OFFLINE'
  /** The target of a recall was refused itself. */
  | 'target-refused'
  /** The creation this was written for was refused; retrying the creation retries this. */
  | 'conversation-refused'
  /** Taken back before it was sent: by a recall, or discarded from `unsent()`. */
  | 'withdrawn'
  | 'unknown-conversation'
  | 'unknown-message'
  | 'bad-id'
  | 'bad-argument'
  /** What was asked for conversations by is no query. */
  | 'bad-query'
  /** It would cost the relay more than it gives; `detail` says what to add. */
  | 'query-too-broad'
  /** The device's store is full: nothing was queued, the text is still the caller's. */
  | 'storage-full'
  | 'storage-unavailable'
  /** Another tab or process of this device took over. */
  | 'superseded'
  | 'closed'
  | 'wrong-version'
  /** The token callback failed; it is asked again. */
  | 'token-unavailable'
  /** The relay takes the former token no more, or none was there, and the app gives no other: somebody has to sign in. */
  | 'SESSION_EXPIRED'
  /** A chunk of the app could not be loaded; what needed it was not done, and can be tried again. */
  | 'part-missing'
  /** Told as an event, once: the same chunk failed again with a network. Only loading the page anew helps. */
  | 'reload-needed'
  | 'internal'
  /** A refusal of a newer relay that this build has no word for; `detail` carries its code. */
  | 'refused'

export class ParleyError extends Error {
  readonly code: ParleyErrorCode
  readonly detail: string
  constructor(code: ParleyErrorCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options)
    this.name = 'ParleyError'
    this.code = code
    this.detail = detail
  }
}

const refusals: ReadonlySet<string> = new Set(refusalCodes)

function isRefusal(code: string): code is RefusalCode {
  return refusals.has(code)
}

const ownReasons: ReadonlySet<string> = new Set<ParleyErrorCode>([
  'target-refused',
  'conversation-refused',
  'withdrawn',
])

function isOwnReason(code: string): code is 'target-refused' | 'conversation-refused' | 'withdrawn' {
  return ownReasons.has(code)
}

/** A reason as stored or received, as the error an app sees. */
export function refusalError(code: string, detail: string): ParleyError {
  if (isRefusal(code) || isOwnReason(code)) return new ParleyError(code, detail)
  return new ParleyError('refused', `${code}: ${detail}`)
}

export function unknownConversation(): ParleyError {
  return new ParleyError(
    'unknown-conversation',
    'Nothing of this conversation is on this device: join it, or open it with getConversation while there is a connection.',
  )
}
