/**
 * The content of an item in Yjs's V1 format: walked, bounded by the bytes that are left, and never made. Rules DO141 to DO146.
 *
 * | kind | content | bytes |
 * | --- | --- | --- |
 * | 1 | deleted | clocks |
 * | 2 | JSON, as old Yjs wrote it | count · texts |
 * | 3 | bytes | length · bytes |
 * | 4 | text | text |
 * | 5 | embedded object | text |
 * | 6 | format of a text | key · text |
 * | 7 | shared type | which · [name] |
 * | 8 | JSON values | count · any |
 * | 9 | subdocument | text · any |
 */
import { type Cursor, fail, left, readByte, readText, readUint } from '../entry/bytes.ts'
import { maxDepth } from '../limits.ts'

export const contentAny = 8

/** What a page does not hold, by the number of its kind: the garbage-collected and the skipped range among them. */
export const whatElse: readonly string[] = [
  'a garbage-collected range is no item',
  'deleted content does not come from a writer',
  'JSON as old versions of Yjs wrote it has no place in a page',
  'bytes have no place in a page',
  'a text has no place in a page',
  'an embedded object has no place in a page',
  'the format of a text has no place in a page',
  'a shared type has no place in a page',
  'a value has no place in a page but at its end',
  'a subdocument has no place in a page',
  'a skipped range is no item',
]

/** Moves past the content of one item and says how many clocks it takes: 0 is a fault, seen by whoever asked. */
export function skipContent(cursor: Cursor, kind: number): number {
  switch (kind) {
    case 1:
      return readUint(cursor)
    case 2:
      return skipTexts(cursor, readCount(cursor, 1))
    case 4:
      // As many clocks as UTF-16 units, which only the text itself tells.
      return readText(cursor).length
    case contentAny:
      return skipValues(cursor, readCount(cursor, 1))
    case 3:
    case 5:
      skipTexts(cursor, 1)
      return 1
    case 6:
      skipTexts(cursor, 2)
      return 1
    case 7:
      skipType(cursor)
      return 1
    case 9:
      skipTexts(cursor, 1)
      skipStockValue(cursor, maxDepth)
      return 1
    default:
      fail(cursor, 'malformed', `content of kind ${kind} is none of Yjs`)
      return 0
  }
}

/** A count of what takes at least `bytesEach`: one that cannot be true is seen before anything is made for it. */
export function readCount(cursor: Cursor, bytesEach: number): number {
  const count = readUint(cursor)
  if (count * bytesEach <= left(cursor)) return count
  fail(cursor, 'malformed', 'more is announced than the bytes can hold')
  return 0
}

/**
 * Moves past one value in lib0's any encoding, of any kind lib0 knows: a page takes fewer, and says so itself when it reads
 * the append. Only structure, lengths and depth are checked.
 */
export function skipStockValue(cursor: Cursor, depth: number): void {
  const kind = readByte(cursor)
  switch (kind) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      break
    case 125:
      skipInt(cursor)
      break
    case 124:
      skipBytes(cursor, 4)
      break
    case 123: // a fraction
    case 122: // a BigInt
      skipBytes(cursor, 8)
      break
    case 119: // a text
    case 116: // bytes
      skipBytes(cursor, readUint(cursor))
      break
    case 118:
      skipObject(cursor, depth)
      break
    case 117:
      if (mayOpen(cursor, depth)) skipValues(cursor, readCount(cursor, 1), depth - 1)
      break
    default:
      fail(cursor, 'malformed', `a value of kind ${kind} is none of lib0`)
  }
}

function skipObject(cursor: Cursor, depth: number): void {
  if (!mayOpen(cursor, depth)) return
  for (let rest = readCount(cursor, 2); rest > 0 && cursor.fault === null; rest -= 1) {
    skipBytes(cursor, readUint(cursor))
    skipStockValue(cursor, depth - 1)
  }
}

function mayOpen(cursor: Cursor, depth: number): boolean {
  if (depth === 0) fail(cursor, 'too-deep', 'lists and objects are nested too deep')
  return depth > 0
}

function skipValues(cursor: Cursor, count: number, depth: number = maxDepth): number {
  for (let rest = count; rest > 0 && cursor.fault === null; rest -= 1) skipStockValue(cursor, depth)
  return count
}

function skipTexts(cursor: Cursor, count: number): number {
  for (let rest = count; rest > 0 && cursor.fault === null; rest -= 1) skipBytes(cursor, readUint(cursor))
  return count
}

const lastType = 6

/** Two of the XML types have a name. */
function skipType(cursor: Cursor): void {
  const type = readUint(cursor)
  if (type > lastType) fail(cursor, 'malformed', `a shared type of kind ${type} is none of Yjs`)
  if (type === 3 || type === 5) skipTexts(cursor, 1)
}

/** 53 bits, seven to a byte: more bytes than eight have no end that means anything. */
const maxIntBytes = 8

function skipInt(cursor: Cursor): void {
  for (let bytes = 1; readByte(cursor) >= 128; bytes += 1) {
    if (bytes === maxIntBytes) {
      fail(cursor, 'malformed', 'a number has more than 53 bits')
      return
    }
  }
}

export function skipBytes(cursor: Cursor, length: number): void {
  if (length > left(cursor)) fail(cursor, 'malformed', 'something is longer than the bytes that hold it')
  else cursor.at += length
}
