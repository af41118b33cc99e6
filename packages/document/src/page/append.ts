/**
 * Updates in Yjs's V1 format that hold exactly one appended item: the only ones that enter a page. Rules DO19 to DO27.
 *
 * ```
 * 1 client · 1 struct · client · clock · info · [origin: client, clock | 1 "entries"] · content · 0 deletions
 * ```
 *
 * Each number is a lib0 varuint. `info` names the content (8: any, 1: deleted); 0x80 says that an origin follows, and the
 * parent follows only where none does. Reading is bounded and takes nothing but this; writing what was read gives the
 * same bytes. Of the content only the structure is checked here; what it says is read by `readEntry`, and an update is
 * not handed to Yjs before both have taken it. The content of a row whose message was recalled is replaced by "deleted, length 1": Yjs then ends in the
 * same state as a replica that had the content and was told of the deletion.
 */
import { createEncoder, toUint8Array, writeUint8Array, writeVarUint } from 'lib0/encoding'
import { codeOf, type ContentCode, skipValue } from '../entry/any.ts'
import {
  type Cursor,
  cursorOf,
  fail,
  type Fault,
  left,
  readByte,
  readText,
  readUint,
} from '../entry/bytes.ts'
import type { ItemId } from '../ids.ts'
import { maxUpdateBytes } from '../limits.ts'
import { utf8 } from '../utf8.ts'

export const rootName = 'entries'

export interface Append extends ItemId {
  /** The item that stood last where this one was written; null on an empty page. */
  readonly origin: ItemId | null
  /** One value in lib0's any encoding: read by `readEntry`. */
  readonly content: Uint8Array
}

/** A row after its content was taken away. */
export interface Erased extends ItemId {
  readonly origin: ItemId | null
}

export interface UpdateFault {
  readonly ok: false
  readonly code: 'not-an-append' | ContentCode
  readonly detail: string
}

export type ReadAppend = { readonly ok: true; readonly append: Append } | UpdateFault
export type ReadErased = { readonly ok: true; readonly erased: Erased } | UpdateFault

export const contentAny = 8
const contentDeleted = 1
const hasOrigin = 0x80

export function readAppend(update: Uint8Array): ReadAppend {
  if (update.length > maxUpdateBytes) return tooLarge
  const cursor = cursorOf(update)
  const place = readPlace(cursor, contentAny)
  if (place === null) return notAnAppend(cursor.fault)
  if (readUint(cursor) !== 1) fail(cursor, 'malformed', 'an item holds exactly one value')
  if (cursor.fault !== null) return notAnAppend(cursor.fault)
  const start = cursor.at
  skipValue(cursor)
  if (cursor.fault !== null) return faultOf(cursor.fault, 'bad-content')
  const content = update.subarray(start, cursor.at)
  readEnd(cursor)
  if (cursor.fault !== null) return notAnAppend(cursor.fault)
  return {
    ok: true,
    append: { client: place.client, clock: place.clock, origin: place.origin, content },
  }
}

export function writeAppend(append: Append): Uint8Array {
  const encoder = writePlace(append, contentAny)
  writeVarUint(encoder, 1)
  writeUint8Array(encoder, append.content)
  writeVarUint(encoder, 0)
  return toUint8Array(encoder)
}

export function readErased(update: Uint8Array): ReadErased {
  if (update.length > maxUpdateBytes) return tooLarge
  const cursor = cursorOf(update)
  const place = readPlace(cursor, contentDeleted)
  if (place === null) return notAnAppend(cursor.fault)
  if (readUint(cursor) !== 1) fail(cursor, 'malformed', 'an item holds exactly one value')
  readEnd(cursor)
  return cursor.fault === null ? { ok: true, erased: place } : notAnAppend(cursor.fault)
}

/** The same item without its content. What has been erased before stays as it is. */
export function eraseAppend(update: Uint8Array): Uint8Array {
  const read = readAppend(update)
  if (read.ok) return writeErased(read.append)
  if (readErased(update).ok) return update
  throw new Error(`only an accepted append can be erased: ${read.detail}`)
}

function writeErased(erased: Erased): Uint8Array {
  const encoder = writePlace(erased, contentDeleted)
  writeVarUint(encoder, 1)
  writeVarUint(encoder, 0)
  return toUint8Array(encoder)
}

/** An update that holds nothing but deletions: for replicas that have the items. */
export function writeErasure(items: readonly ItemId[]): Uint8Array {
  const clients = new Map<number, number[]>()
  for (const { client, clock } of items) {
    const clocks = clients.get(client)
    if (clocks === undefined) clients.set(client, [clock])
    else clocks.push(clock)
  }
  const encoder = createEncoder()
  writeVarUint(encoder, 0)
  writeVarUint(encoder, clients.size)
  // The order Yjs writes them in.
  for (const [client, clocks] of [...clients].toSorted(([a], [b]) => b - a)) {
    const ranges = rangesOf(clocks)
    writeVarUint(encoder, client)
    writeVarUint(encoder, ranges.length)
    for (const { clock, length } of ranges) {
      writeVarUint(encoder, clock)
      writeVarUint(encoder, length)
    }
  }
  return toUint8Array(encoder)
}

function rangesOf(clocks: readonly number[]): readonly { readonly clock: number; readonly length: number }[] {
  const ranges: { readonly clock: number; length: number }[] = []
  for (const clock of clocks.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last === undefined || clock > last.clock + last.length) ranges.push({ clock, length: 1 })
    else if (clock === last.clock + last.length) last.length += 1
  }
  return ranges
}

/** Everything before the content; null with a fault at the cursor when it is something else. */
export function readPlace(cursor: Cursor, content: number): Erased | null {
  if (readUint(cursor) !== 1) fail(cursor, 'malformed', 'an update holds items of exactly one client')
  if (readUint(cursor) !== 1) fail(cursor, 'malformed', 'an update holds exactly one item')
  const client = readUint(cursor)
  const clock = readUint(cursor)
  const info = readByte(cursor)
  if (info !== content && info !== (content | hasOrigin))
    fail(cursor, 'malformed', whatIsWrong(info, content))
  let origin: ItemId | null = null
  if (info === content) {
    if (readUint(cursor) !== 1) fail(cursor, 'malformed', 'the parent is not a root')
    if (readText(cursor) !== rootName) fail(cursor, 'malformed', `the parent is not the root "${rootName}"`)
  } else {
    origin = { client: readUint(cursor), clock: readUint(cursor) }
    if (origin.client === client && origin.clock >= clock) {
      fail(cursor, 'malformed', 'an item cannot stand behind itself or a later one of its author')
    }
  }
  return cursor.fault === null ? { client, clock, origin } : null
}

function whatIsWrong(info: number, content: number): string {
  if ((info & 31) === 0) return 'a garbage-collected range is no item'
  if ((info & 31) === 10) return 'a skipped range is no item'
  if ((info & 31) !== content) return `content of kind ${info & 31} has no place in a page`
  return (info & 0x40) === 0 ? 'an item of a list has no key' : 'an appended item has no right neighbour'
}

export function readEnd(cursor: Cursor): void {
  if (readUint(cursor) !== 0) fail(cursor, 'malformed', 'an appended item comes without deletions')
  if (left(cursor) > 0) fail(cursor, 'malformed', 'something follows the update')
}

function writePlace(place: Erased, content: number): ReturnType<typeof createEncoder> {
  const encoder = createEncoder()
  writeVarUint(encoder, 1)
  writeVarUint(encoder, 1)
  writeVarUint(encoder, place.client)
  writeVarUint(encoder, place.clock)
  if (place.origin === null) {
    writeVarUint(encoder, content)
    writeVarUint(encoder, 1)
    writeVarUint(encoder, rootName.length)
    writeUint8Array(encoder, utf8(rootName))
  } else {
    // One byte, and not a varuint: 0x80 is part of it.
    writeUint8Array(encoder, Uint8Array.of(content | hasOrigin))
    writeVarUint(encoder, place.origin.client)
    writeVarUint(encoder, place.origin.clock)
  }
  return encoder
}

const tooLarge: UpdateFault = {
  ok: false,
  code: 'too-large',
  detail: `the update takes more than ${maxUpdateBytes} bytes`,
}

function notAnAppend(fault: Fault | null): UpdateFault {
  return faultOf(fault, 'not-an-append')
}

function faultOf(fault: Fault | null, malformed: 'not-an-append' | 'bad-content'): UpdateFault {
  const detail = fault?.detail ?? 'the update is not an appended item'
  return {
    ok: false,
    code: fault === null || fault.kind === 'malformed' ? malformed : codeOf[fault.kind],
    detail,
  }
}
