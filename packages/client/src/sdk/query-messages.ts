/** One question for messages of a history. Rule CL200. */
import type { ConversationId } from '@parley/document'
import type { HistoryBound, HistoryQuery } from '../engine-types.ts'
import { ParleyError } from '../errors.ts'
import { messageId } from './given-ids.ts'
import {
  checkedCount,
  checkedTime,
  type HistoryHost,
  type MessageList,
  MessageQueryDirection,
  type MessageQueryDirectionName,
  type QueryMessagesOptions,
} from './history.ts'
import { optionsOf } from './json.ts'
import type { Message } from './message.ts'

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
