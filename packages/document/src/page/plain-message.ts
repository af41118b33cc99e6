/**
 * What nearly all updates are, read in one pass and without making what nobody asks for: a message of its author, with a text
 * or none. Rule DO155.
 *
 * It only ever takes: whatever is anything else, or wrong, is left to `readAppend` and `readEntry`, which say what it is.
 */
import { type Cursor, cursorOf, left, readByte, readFloat64, readInt, readUint } from '../entry/bytes.ts'
import { type EntryId, type ItemId, parseEntryId, type UserId } from '../ids.ts'
import { maxEntryBytes, maxTextBytes, maxUpdateBytes } from '../limits.ts'
import { contentAny, readEnd, readPlace } from './append.ts'

export interface PlainMessage extends ItemId {
  readonly origin: ItemId | null
  readonly id: EntryId
  readonly sentAt: number
  readonly type: number
}

const kinds = { object: 118, text: 119, double: 123, int: 125 }

const toId = beginning('id', kinds.text, 22)
const toFrom = beginning('from', kinds.text)
const toSentAt = beginning('sentAt', kinds.double)
const toType = beginning('type', kinds.int)
const toText = beginning('text', kinds.text)

/** undefined for what is not a plain message of `from`. */
export function readPlainMessage(update: Uint8Array, from: UserId): PlainMessage | undefined {
  if (update.length > maxUpdateBytes) return undefined
  const cursor = cursorOf(update)
  const place = readPlace(cursor, contentAny)
  if (place === null || readUint(cursor) !== 1) return undefined
  const start = cursor.at
  if (readByte(cursor) !== kinds.object) return undefined
  const keys = readUint(cursor)
  if (keys !== 4 && keys !== 5) return undefined
  const id = goesOn(cursor, toId) ? readId(cursor) : undefined
  if (id === undefined || !goesOn(cursor, toFrom) || !isText(cursor, from)) return undefined
  if (!goesOn(cursor, toSentAt)) return undefined
  const sentAt = readFloat64(cursor)
  if (!isLateTime(sentAt) || !goesOn(cursor, toType)) return undefined
  const type = readInt(cursor)
  if (Math.abs(type) > 0x7fffffff) return undefined
  if (keys === 5 && !(goesOn(cursor, toText) && skipText(cursor))) return undefined
  if (cursor.at - start > maxEntryBytes) return undefined
  readEnd(cursor)
  if (cursor.fault !== null) return undefined
  return { client: place.client, clock: place.clock, origin: place.origin, id, sentAt, type }
}

/** A key, and how its value begins. */
function beginning(key: string, ...value: readonly number[]): readonly number[] {
  return [key.length, ...Array.from(key, (unit) => unit.charCodeAt(0)), ...value]
}

function goesOn(cursor: Cursor, expected: readonly number[]): boolean {
  const { bytes, at } = cursor
  for (let index = 0; index < expected.length; index += 1)
    if (bytes[at + index] !== expected[index]) return false
  cursor.at += expected.length
  return true
}

function readId(cursor: Cursor): EntryId | undefined {
  const { bytes, at } = cursor
  let text = ''
  // Four at once: a text that grows by one character at a time takes three times as long.
  for (let next = at; next < at + 20; next += 4) text += characters(bytes, next)
  cursor.at += 22
  return parseEntryId(text + String.fromCharCode(bytes[at + 20] ?? 0, bytes[at + 21] ?? 0))
}

function characters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0)
}

/** Whether exactly this text stands here, of characters of one byte. */
function isText(cursor: Cursor, text: string): boolean {
  const { length } = text
  if (readUint(cursor) !== length) return false
  const { bytes, at } = cursor
  for (let index = 0; index < length; index += 1)
    if (bytes[at + index] !== text.charCodeAt(index)) return false
  cursor.at += length
  return true
}

/** A time that is written in this length alone; the others are read the long way. */
function isLateTime(time: number): boolean {
  return Number.isSafeInteger(time) && time > 0x7fffffff && Math.fround(time) !== time
}

function skipText(cursor: Cursor): boolean {
  const length = readUint(cursor)
  if (length > maxTextBytes || length > left(cursor)) return false
  const end = cursor.at + length
  if (!isUtf8(cursor.bytes, cursor.at, end)) return false
  cursor.at = end
  return true
}

/** Well-formed as Unicode has it: nothing longer than it must be, no half pair, nothing beyond the last code point. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at < end) {
    const first = bytes[at] ?? 0xff
    at += 1
    if (first < 0x80) continue
    if (first < 0xc2 || first > 0xf4) return false
    const second = bytes[at] ?? 0
    if (first === 0xe0 && second < 0xa0) return false
    if (first === 0xed && second > 0x9f) return false
    if (first === 0xf0 && second < 0x90) return false
    if (first === 0xf4 && second > 0x8f) return false
    const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3
    if (at + more > end) return false
    for (const last = at + more; at < last; at += 1) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return false
  }
  return true
}
