/** Asking for messages, as apps do it: what they give is checked here. Rule CL200. */
import { ParleyError } from '../errors.ts'
import type { ConversationHost } from './host.ts'
import type { Message } from './message.ts'

export const MessageQueryDirection = { NEW_TO_OLD: 'new-to-old', OLD_TO_NEW: 'old-to-new' } as const

export type MessageQueryDirectionName = (typeof MessageQueryDirection)[keyof typeof MessageQueryDirection]

/** `start` is where reading begins in its direction, `end` where it stops; each is a message, a time of the relay's, or both. */
export interface QueryMessagesOptions {
  /** 1 to 100; 20 when nothing is said. */
  readonly limit?: number
  readonly direction?: MessageQueryDirectionName
  readonly type?: number
  readonly startTime?: Date
  readonly startMessageId?: string
  /** Whether the start itself belongs to the answer. */
  readonly startClosed?: boolean
  readonly endTime?: Date
  readonly endMessageId?: string
  readonly endClosed?: boolean
}

/** In ascending order. `missing`: parts of this range are not on this device, and could not be fetched. */
export type MessageList = readonly Message[] & { readonly missing: boolean }

/** What reading needs of the client. */
export type HistoryHost = Pick<ConversationHost, 'engine' | 'outgoing'>

export function checkedCount(name: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 1 && count <= 100) return count
  throw new ParleyError('bad-argument', `${name} is a whole number from 1 to 100.`)
}

export function checkedTime(name: string, time: Date): number {
  const ms = time instanceof Date ? time.getTime() : Number.NaN
  if (Number.isNaN(ms)) throw new ParleyError('bad-argument', `${name}Time is a valid Date.`)
  return ms
}
