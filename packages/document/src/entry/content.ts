/**
 * The content of an entry: its bytes, its schema, and how a message comes to have it. Rules DO13 to DO18.
 *
 * `writeEntry` of an entry that was read gives back the very bytes it was read from; what would differ is refused. So an
 * author's copy and everybody else's never differ by what a reader left out, reordered or repaired.
 */
import { type ContentCode, readAny, writeAny } from './any.ts'
import type { Entry, JsonObject, JsonValue, Message, Operation } from './entry.ts'
import { utf8 } from '../hash.ts'
import { type EntryId, parseEntryId, parseUserId, type UserId } from '../ids.ts'
import { isObject, plainJson, wellFormed } from './json.ts'
import { maxDepth, maxEntryBytes, maxTextBytes } from '../limits.ts'

export interface ContentFault {
  readonly ok: false
  readonly code: ContentCode
  readonly detail: string
}

export type ReadEntry = { readonly ok: true; readonly entry: Entry } | ContentFault
export type BuiltMessage = { readonly ok: true; readonly message: Message } | ContentFault

/** What an app gives: of unknown form where types do not reach. */
export interface MessageFields {
  readonly id: EntryId
  readonly from: UserId
  readonly sentAt: number
  readonly type: number
  readonly text?: string | undefined
  readonly attrs?: unknown
}

const limits = { maxBytes: maxEntryBytes, maxDepth }

/** The key order is part of the schema; `?` ends a key that may be missing. */
const messageKeys = ['id', 'from', 'sentAt', 'type', 'text?', 'attrs?']
const operationKeys = ['id', 'from', 'sentAt', 'op', 'target']

export function readEntry(content: Uint8Array): ReadEntry {
  const read = readAny(content, limits)
  if (!read.ok) return read
  const value = read.value
  if (!isObject(value)) return bad('an entry is an object')
  return Object.hasOwn(value, 'op') ? readOperation(value) : readMessage(value)
}

export function writeEntry(entry: Entry): Uint8Array {
  return writeAny(inOrder(entry))
}

/** Makes a message of what an app gave, in the form that everybody else will read. */
export function buildMessage(fields: MessageFields): BuiltMessage {
  const { id, from, sentAt, type, text } = fields
  const attrs = fields.attrs === undefined ? undefined : plainJson(fields.attrs, maxDepth - 1)
  if (fields.attrs !== undefined && !isObject(attrs))
    return bad('attrs are a plain JSON object, not nested too deep')
  const written = writeEntry({
    id,
    from,
    sentAt,
    type,
    ...(text === undefined ? undefined : { text: wellFormed(text) }),
    ...(isObject(attrs) ? { attrs } : undefined),
  })
  const read = readEntry(written)
  if (!read.ok) return read
  return 'op' in read.entry ? bad('a message has no op') : { ok: true, message: read.entry }
}

function readMessage(value: JsonObject): ReadEntry {
  const fault = misfit(value, messageKeys)
  if (fault !== null) return fault
  const { id, from, sentAt, type, text, attrs } = value
  const own = parseEntryId(id)
  const author = parseUserId(from)
  if (own === undefined) return bad('id is not an entry id')
  if (author === undefined) return bad('from is not a user id')
  if (!isTime(sentAt)) return bad('sentAt is not a time in milliseconds')
  if (typeof type !== 'number' || !Number.isInteger(type) || Math.abs(type) > 0x7fffffff) {
    return bad('type is not a whole number of 32 bits')
  }
  if (text !== undefined && typeof text !== 'string') return bad('text is not a text')
  if (text !== undefined && isLongerThan(text, maxTextBytes)) {
    return { ok: false, code: 'too-large', detail: `the text takes more than ${maxTextBytes} bytes` }
  }
  if (attrs !== undefined && !isObject(attrs)) return bad('attrs is not an object')
  const message: Message = {
    id: own,
    from: author,
    sentAt,
    type,
    ...(text === undefined ? undefined : { text }),
    ...(attrs === undefined ? undefined : { attrs }),
  }
  return { ok: true, entry: message }
}

function readOperation(value: JsonObject): ReadEntry {
  const fault = misfit(value, operationKeys)
  if (fault !== null) return fault
  const { id, from, sentAt, op, target } = value
  const own = parseEntryId(id)
  const author = parseUserId(from)
  const aim = parseEntryId(target)
  if (own === undefined) return bad('id is not an entry id')
  if (author === undefined) return bad('from is not a user id')
  if (!isTime(sentAt)) return bad('sentAt is not a time in milliseconds')
  if (op !== 'recall') return bad('op is none that is known')
  if (aim === undefined) return bad('target is not an entry id')
  return { ok: true, entry: { id: own, from: author, sentAt, op, target: aim } satisfies Operation }
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
  if ('op' in entry) return { id, from, sentAt, op: entry.op, target: entry.target }
  const { type, text, attrs } = entry
  return {
    id,
    from,
    sentAt,
    type,
    ...(text === undefined ? undefined : { text }),
    ...(attrs === undefined ? undefined : { attrs }),
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

function bad(detail: string): ContentFault {
  return { ok: false, code: 'bad-content', detail }
}
