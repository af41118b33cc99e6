/**
 * The content of an entry: its bytes and its schema. Rules DO13 to DO16, DO72 and DO73.
 *
 * `writeEntry` of an entry that was read gives back the very bytes it was read from; what would differ is refused. So an
 * author's copy and everybody else's never differ by what a reader left out, reordered or repaired.
 */
import { type ContentCode, readAny, writeAny } from './any.ts'
import {
  type Content,
  type Edit,
  type Entry,
  everybody,
  type JsonObject,
  type JsonValue,
  type Mention,
  type Message,
  type Reaction,
  type Recall,
} from './entry.ts'
import { utf8 } from '../utf8.ts'
import { type EntryId, parseEntryId, parseUserId, type UserId } from '../ids.ts'
import { isObject } from './json.ts'
import { maxDepth, maxEntryBytes, maxMentions, maxReactionBytes, maxTextBytes } from '../limits.ts'

export interface ContentFault {
  readonly ok: false
  readonly code: ContentCode
  readonly detail: string
}

export type ReadEntry = { readonly ok: true; readonly entry: Entry } | ContentFault

type Part<T> = { readonly ok: true; readonly value: T } | ContentFault

interface Written {
  readonly id: EntryId
  readonly from: UserId
  readonly sentAt: number
}

const limits = { maxBytes: maxEntryBytes, maxDepth }

/** The key order is part of the schema; `?` ends a key that may be missing. */
const writtenKeys = ['id', 'from', 'sentAt']
const operationKeys = [...writtenKeys, 'op', 'target']
const contentKeys = ['type', 'text?', 'attrs?', 'body?', 'mentions?']
const messageKeys = [...writtenKeys, ...contentKeys, 'replyTo?', 'receipt?']
const editKeys = [...operationKeys, ...contentKeys]
const reactionKeys = [...operationKeys, 'sign', 'on']

export function readEntry(content: Uint8Array): ReadEntry {
  const read = readAny(content, limits)
  if (!read.ok) return read
  const value = read.value
  if (!isObject(value)) return bad('an entry is an object')
  if (!Object.hasOwn(value, 'op')) return asEntry(readMessage(value))
  const { op } = value
  if (op === 'recall') return asEntry(readRecall(value))
  if (op === 'edit') return asEntry(readEdit(value))
  return op === 'react' ? asEntry(readReaction(value)) : bad('op is none that is known')
}

export function writeEntry(entry: Entry): Uint8Array {
  return writeAny(inOrder(entry))
}

export function parseMention(value: unknown): Mention | undefined {
  return value === everybody ? everybody : parseUserId(value)
}

function readMessage(value: JsonObject): Part<Message> {
  const written = readWritten(value, messageKeys)
  if (!written.ok) return written
  const content = readContent(value)
  if (!content.ok) return content
  const { replyTo, receipt } = value
  const answered = replyTo === undefined ? undefined : parseEntryId(replyTo)
  if (replyTo !== undefined && answered === undefined) return bad('replyTo is not an entry id')
  // False would say the same as nothing, in other bytes.
  if (receipt !== undefined && receipt !== true) return bad('receipt is true, or not there')
  return done({
    ...written.value,
    ...content.value,
    ...(answered === undefined ? undefined : { replyTo: answered }),
    ...(receipt === undefined ? undefined : { receipt }),
  })
}

function readRecall(value: JsonObject): Part<Recall> {
  const written = readWritten(value, operationKeys)
  if (!written.ok) return written
  const target = parseEntryId(value['target'])
  return target === undefined ? noTarget : done({ ...written.value, op: 'recall', target })
}

function readEdit(value: JsonObject): Part<Edit> {
  const written = readWritten(value, editKeys)
  if (!written.ok) return written
  const target = parseEntryId(value['target'])
  if (target === undefined) return noTarget
  const content = readContent(value)
  return content.ok ? done({ ...written.value, op: 'edit', target, ...content.value }) : content
}

function readReaction(value: JsonObject): Part<Reaction> {
  const written = readWritten(value, reactionKeys)
  if (!written.ok) return written
  const target = parseEntryId(value['target'])
  const { sign, on } = value
  if (target === undefined) return noTarget
  if (typeof sign !== 'string' || sign === '') return bad('sign is not a text, or an empty one')
  if (isLongerThan(sign, maxReactionBytes))
    return tooLarge(`the sign takes more than ${maxReactionBytes} bytes`)
  if (typeof on !== 'boolean') return bad('on is neither true nor false')
  return done({ ...written.value, op: 'react', target, sign, on })
}

/** What every entry begins with, once its keys are those of the schema. */
function readWritten(value: JsonObject, schema: readonly string[]): Part<Written> {
  const fault = misfit(value, schema)
  if (fault !== null) return fault
  const { sentAt } = value
  const id = parseEntryId(value['id'])
  const from = parseUserId(value['from'])
  if (id === undefined) return bad('id is not an entry id')
  if (from === undefined) return bad('from is not a user id')
  return isTime(sentAt) ? done({ id, from, sentAt }) : bad('sentAt is not a time in milliseconds')
}

function readContent(value: JsonObject): Part<Content> {
  const { type, text, attrs, body } = value
  if (typeof type !== 'number' || !Number.isInteger(type) || Math.abs(type) > 0x7fffffff) {
    return bad('type is not a whole number of 32 bits')
  }
  if (text !== undefined && typeof text !== 'string') return bad('text is not a text')
  if (text !== undefined && isLongerThan(text, maxTextBytes))
    return tooLarge(`the text takes more than ${maxTextBytes} bytes`)
  if (attrs !== undefined && !isObject(attrs)) return bad('attrs is not an object')
  if (body !== undefined && !isObject(body)) return bad('body is not an object')
  const mentions = readMentions(value['mentions'])
  if (!mentions.ok) return mentions
  return done({
    type,
    ...(text === undefined ? undefined : { text }),
    ...(attrs === undefined ? undefined : { attrs }),
    ...(body === undefined ? undefined : { body }),
    ...(mentions.value === undefined ? undefined : { mentions: mentions.value }),
  })
}

function readMentions(value: JsonValue | undefined): Part<readonly Mention[] | undefined> {
  if (value === undefined) return done(undefined)
  if (!Array.isArray(value) || value.length === 0) return bad('mentions is not a list, or an empty one')
  if (value.length > maxMentions) return tooLarge(`more than ${maxMentions} people are mentioned`)
  const mentions = new Set<Mention>()
  for (const one of value as readonly JsonValue[]) {
    const mention = parseMention(one)
    if (mention === undefined || mentions.has(mention)) return bad('a mention is no user id, or stands twice')
    mentions.add(mention)
  }
  return done([...mentions])
}

/** A missing key is bad content; one too many, or one at another place, is another way of writing. */
function misfit(value: JsonObject, schema: readonly string[]): ContentFault | null {
  let known = 0
  const keys = Object.keys(value)
  for (const name of schema) {
    const optional = name.endsWith('?')
    const key = optional ? name.slice(0, -1) : name
    if (keys[known] === key) known += 1
    else if (!optional && !Object.hasOwn(value, key)) return bad(`${key} is missing`)
  }
  return known === keys.length
    ? null
    : { ok: false, code: 'not-canonical', detail: 'a key is unknown or out of its order' }
}

function inOrder(entry: Entry): JsonObject {
  const { id, from, sentAt } = entry
  if (!('op' in entry)) {
    const { replyTo, receipt } = entry
    return {
      id,
      from,
      sentAt,
      ...contentOf(entry),
      ...(replyTo === undefined ? undefined : { replyTo }),
      ...(receipt === undefined ? undefined : { receipt }),
    }
  }
  const { op, target } = entry
  if (op === 'edit') return { id, from, sentAt, op, target, ...contentOf(entry) }
  if (op === 'react') return { id, from, sentAt, op, target, sign: entry.sign, on: entry.on }
  return { id, from, sentAt, op, target }
}

function contentOf({ type, text, attrs, body, mentions }: Content): JsonObject {
  return {
    type,
    ...(text === undefined ? undefined : { text }),
    ...(attrs === undefined ? undefined : { attrs }),
    ...(body === undefined ? undefined : { body }),
    ...(mentions === undefined ? undefined : { mentions }),
  }
}

function isTime(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Every UTF-16 unit takes one to three bytes, so most texts need not be encoded to be measured. */
function isLongerThan(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false
  return text.length > bytes || utf8(text).length > bytes
}

function asEntry(part: Part<Entry>): ReadEntry {
  return part.ok ? { ok: true, entry: part.value } : part
}

function done<T>(value: T): Part<T> {
  return { ok: true, value }
}

function bad(detail: string): ContentFault {
  return { ok: false, code: 'bad-content', detail }
}

function tooLarge(detail: string): ContentFault {
  return { ok: false, code: 'too-large', detail }
}

const noTarget = bad('target is not an entry id')
