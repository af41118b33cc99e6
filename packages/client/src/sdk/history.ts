/** Asking for messages, as apps do it: what they give is checked here. Rule CL200. */
import type { ConversationId } from '@parley/document'
import type { HistoryBound, HistoryQuery } from '../engine-types.ts'
import { ParleyError } from '../errors.ts'
import { messageId } from './given-ids.ts'
import type { ConversationHost } from './host.ts'
import { optionsOf } from './json.ts'
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

export async function queryMessages(
  { engine, outgoing }: HistoryHost,
  id: ConversationId,
  options: QueryMessagesOptions = {},
): Promise<MessageList> {
  const { messages, missing } = await engine.history(id, historyQuery(options))
  return messageList(
    messages.map((view) => outgoing.of(view)),
    missing.length > 0,
  )
}

export function messageList(messages: readonly Message[], missing: boolean): MessageList {
  return Object.assign([...messages], { missing })
}

function historyQuery(options: QueryMessagesOptions): HistoryQuery {
  const { direction, type } = optionsOf(options, 'What is asked for')
  if (type !== undefined && !Number.isSafeInteger(type))
    throw new ParleyError('bad-argument', 'type is the whole number of a message class.')
  const start = boundOf('start', options.startTime, options.startMessageId, options.startClosed)
  const end = boundOf('end', options.endTime, options.endMessageId, options.endClosed)
  return {
    limit: checkedCount('limit', options.limit ?? 20),
    direction: checkedDirection(direction),
    ...(type === undefined ? undefined : { type }),
    ...(start === undefined ? undefined : { start }),
    ...(end === undefined ? undefined : { end }),
  }
}

export function checkedCount(name: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 1 && count <= 100) return count
  throw new ParleyError('bad-argument', `${name} is a whole number from 1 to 100.`)
}

export function checkedDirection(
  direction: MessageQueryDirectionName = MessageQueryDirection.NEW_TO_OLD,
): MessageQueryDirectionName {
  if (Object.values(MessageQueryDirection).includes(direction)) return direction
  throw new ParleyError('bad-argument', 'direction is “new-to-old” or “old-to-new”.')
}

export function boundOf(
  name: string,
  time: Date | undefined,
  message: string | undefined,
  closed = false,
): HistoryBound | undefined {
  if (typeof closed !== 'boolean') throw new ParleyError('bad-argument', `${name}Closed is true or false.`)
  if (time === undefined && message === undefined) return undefined
  return {
    ...(message === undefined ? undefined : { id: messageId(message) }),
    ...(time === undefined ? undefined : { time: checkedTime(name, time) }),
    closed,
  }
}

export function checkedTime(name: string, time: Date): number {
  const ms = time instanceof Date ? time.getTime() : Number.NaN
  if (Number.isNaN(ms)) throw new ParleyError('bad-argument', `${name}Time is a valid Date.`)
  return ms
}
