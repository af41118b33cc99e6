/** The way back from `toFullJSON`: JSON of a store of one's own, which may hold anything. Rule CL164. */
import {
  type EntryId,
  everybody,
  type Mention,
  parseConversationId,
  parseEntryId,
  parseUserId,
  recalledType,
} from '@parley/document'
import type { Accepted, MessageState, MessageView, Reacted, SendContent } from '../engine-types.ts'
import { contentOf } from './content.ts'
import type { ConversationHost } from './host.ts'
import { badArgument, isJsonObject, jsonObjectOf } from './json.ts'
import { type Message, MessageStatus, type MessageStatusName } from './message.ts'

type Fields = { readonly [key: string]: unknown }

/** Of each status, how the engine calls it; null for what was never sent. */
const states: { readonly [K in MessageStatusName]: MessageState | null } = {
  [MessageStatus.NONE]: null,
  [MessageStatus.SENDING]: 'sending',
  [MessageStatus.SENT]: 'sent',
  [MessageStatus.DELIVERED]: 'sent',
  [MessageStatus.READ]: 'sent',
  [MessageStatus.FAILED]: 'failed',
}

export function parseFullJSON(json: unknown, { engine, classes }: ConversationHost): Message {
  const fields: Fields = jsonObjectOf(json, 'What was given as a message')
  const [status, state] = Object.entries(states).find(([name]) => name === fields['status']) ?? []
  if (status === undefined || state === undefined) throw misfit('status')
  const replyTo = optional(fields, 'replyTo', readEntryId)
  const content = readContent(fields)
  if (state === null) return classes.make(content).setReplyTo(replyTo ?? null)
  const view = viewOf(fields, state, content, replyTo)
  const message = classes.from(view, { user: engine.user, sent: engine.confirmed<Accepted>(view.id) })
  return Object.assign(message, { status })
}

function readContent(fields: Fields): SendContent {
  return contentOf({
    type: required(fields, 'type', readInteger),
    text: optional(fields, 'text', readText),
    attrs: optional(fields, 'attributes', readObject),
    body: optional(fields, 'body', readObject),
    mentions: optional(fields, 'mentions', listOf(readMention)),
  })
}

function viewOf(
  fields: Fields,
  state: MessageState,
  content: SendContent,
  replyTo: EntryId | undefined,
): MessageView {
  const editedAt = optional(fields, 'updatedAt', readTime)
  const delivered = optional(fields, 'deliveredAt', readTime)
  const read = optional(fields, 'readAt', readTime)
  const error = optional(fields, 'error', readReason)
  return {
    ...content,
    id: required(fields, 'id', readEntryId),
    conversation: required(fields, 'cid', (value) => parseConversationId(value)),
    from: required(fields, 'from', (value) => parseUserId(value)),
    seq: required(fields, 'seq', readTime),
    time: required(fields, 'timestamp', readTime),
    sentAt: required(fields, 'sentAt', readTime),
    reactions: optional(fields, 'reactions', listOf(readReaction)) ?? [],
    recalled: content.type === recalledType,
    state,
    ...(replyTo === undefined ? undefined : { replyTo }),
    ...(editedAt === undefined ? undefined : { editedAt }),
    ...(delivered === undefined ? undefined : { delivered }),
    ...(read === undefined ? undefined : { read }),
    ...(error === undefined ? undefined : { error }),
  }
}

type Read<T> = (value: unknown) => T | undefined

function required<T>(fields: Fields, key: string, read: Read<T>): T {
  const value = read(fields[key])
  if (value === undefined) throw misfit(key)
  return value
}

function optional<T>(fields: Fields, key: string, read: Read<T>): T | undefined {
  return fields[key] === undefined ? undefined : required(fields, key, read)
}

function misfit(key: string): Error {
  return badArgument(`This is no message that toFullJSON() made: “${key}” is missing, or is none.`)
}

function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined
    const list = value.map((one: unknown) => read(one))
    return list.every((one) => one !== undefined) ? list : undefined
  }
}

const readEntryId: Read<EntryId> = (value) => parseEntryId(value)
const readText: Read<string> = (value) => (typeof value === 'string' ? value : undefined)
const readObject: Read<NonNullable<SendContent['attrs']>> = (value) =>
  isJsonObject(value) ? value : undefined
const readMention: Read<Mention> = (value) => (value === everybody ? everybody : parseUserId(value))
const readInteger: Read<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
const readTime: Read<number> = (value) => {
  const time = readInteger(value)
  return time !== undefined && time >= 0 ? time : undefined
}

const readReaction: Read<Reacted> = (value) => {
  if (!isJsonObject(value)) return undefined
  const sign = readText(value['sign'])
  const users = listOf((one) => parseUserId(one))(value['users'])
  return sign === undefined || users === undefined ? undefined : { sign, users }
}

const readReason: Read<NonNullable<MessageView['error']>> = (value) => {
  if (!isJsonObject(value)) return undefined
  const code = readText(value['code'])
  const detail = readText(value['detail'])
  return code === undefined || detail === undefined ? undefined : { code, detail }
}
