/**
 * How messages are made of what an app gives: of unknown form where types do not reach. Rules DO17 and DO18.
 *
 * What is built was written and read once, and so is what everybody else will read.
 */
import { type ContentFault, parseMention, readEntry, writeEntry } from './content.ts'
import type { Content, Entry, JsonObject, Mention, Message } from './entry.ts'
import type { EntryId, UserId } from '../ids.ts'
import { isObject, plainJson, wellFormed } from './json.ts'
import { maxDepth } from '../limits.ts'

export interface WrittenFields {
  readonly id: EntryId
  readonly from: UserId
  readonly sentAt: number
}

export interface ContentFields {
  readonly type: number
  readonly text?: string | undefined
  readonly attrs?: unknown
  readonly body?: unknown
  /** User ids, or `*` for everybody. Who is named twice is mentioned once. */
  readonly mentions?: readonly string[] | undefined
}

export interface MessageFields extends WrittenFields, ContentFields {
  readonly replyTo?: EntryId | undefined
  readonly receipt?: boolean | undefined
}

export type BuiltMessage = { readonly ok: true; readonly message: Message } | ContentFault

export function buildMessage(fields: MessageFields): BuiltMessage {
  const { id, from, sentAt, replyTo, receipt = false } = fields
  const content = plainContent(fields)
  if ('ok' in content) return content
  const read = reread({
    id,
    from,
    sentAt,
    ...content,
    ...(replyTo === undefined ? undefined : { replyTo }),
    ...(receipt ? { receipt } : undefined),
  })
  if ('ok' in read) return read
  return 'op' in read ? bad('a message has no op') : { ok: true, message: read }
}

export function plainContent(fields: ContentFields): Content | ContentFault {
  const { type, text } = fields
  const attrs = plainObject('attrs', fields.attrs)
  if (attrs !== undefined && 'fault' in attrs) return attrs.fault
  const body = plainObject('body', fields.body)
  if (body !== undefined && 'fault' in body) return body.fault
  const mentions = mentioned(fields.mentions ?? [])
  if (mentions === undefined) return bad('mentions are user ids, or * for everybody')
  return {
    type,
    // Whoever calls this without types may give anything: what is no text is refused by the reader.
    ...(text === undefined ? undefined : { text: typeof text === 'string' ? wellFormed(text) : text }),
    ...(attrs === undefined ? undefined : { attrs: attrs.value }),
    ...(body === undefined ? undefined : { body: body.value }),
    ...(mentions.length === 0 ? undefined : { mentions }),
  }
}

type Plain = { readonly value: JsonObject } | { readonly fault: ContentFault }

/** It stands inside the entry, which is one level of its depth. */
function plainObject(name: string, given: unknown): Plain | undefined {
  if (given === undefined) return undefined
  const value = plainJson(given, maxDepth - 1)
  return isObject(value)
    ? { value }
    : { fault: bad(`${name} is not a plain JSON object, or is nested too deep`) }
}

function mentioned(given: readonly string[]): readonly Mention[] | undefined {
  if (!Array.isArray(given)) return undefined
  const mentions = new Set<Mention>()
  for (const one of given) {
    const mention = parseMention(one)
    if (mention === undefined) return undefined
    mentions.add(mention)
  }
  return [...mentions]
}

export function reread(entry: Entry): Entry | ContentFault {
  const read = readEntry(writeEntry(entry))
  return read.ok ? read.entry : read
}

export function bad(detail: string): ContentFault {
  return { ok: false, code: 'bad-content', detail }
}
