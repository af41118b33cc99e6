/**
 * Updates of stock Yjs tools, in the V1 format, walked byte by byte and cut into appends. Rules DO141 to DO148.
 *
 * ```
 * clients · { structs · client · clock · { info · … } } · clients · { client · ranges · { clock · length } }
 * ```
 *
 * Nothing is handed to Yjs, and nothing is made for a count before it was held against the bytes that are left. Numbers of
 * the frame must be canonical; of the values only the structure is checked, since each element is read again as the append
 * it becomes. Yjs writes no client twice, no empty section and no empty range: what has one was not written by it.
 */
import { type Cursor, cursorOf, fail, left, readByte, readText, readUint } from '../entry/bytes.ts'
import { codeOf } from '../entry/any.ts'
import type { ItemId } from '../ids.ts'
import { maxDepth } from '../limits.ts'
import { rootName, type UpdateFault } from './append.ts'
import { contentAny, readCount, skipBytes, skipContent, skipStockValue, whatElse } from './stock-content.ts'
import { maxStockDeletions, maxStockStructs, maxStockUpdateBytes } from './stock-limits.ts'
import type { ReadStockUpdate, StockDeletion, StockStruct } from './stock-structs.ts'

/** Known clocks (below `known(client)`) are dropped unread. */
export function readStockUpdate(update: Uint8Array, known: (client: number) => number): ReadStockUpdate {
  if (update.length > maxStockUpdateBytes) return tooLarge
  const cursor = cursorOf(update)
  const structs = readSections(cursor, known)
  const deletions = readDeletions(cursor)
  if (left(cursor) > 0) fail(cursor, 'malformed', 'something follows the update')
  return cursor.fault === null ? { ok: true, update: { structs, deletions } } : faultOf(cursor.fault)
}

interface Section {
  readonly cursor: Cursor
  readonly client: number
  /** The first clock that is not known. */
  readonly from: number
  /** Of the next struct. */
  clock: number
  readonly structs: StockStruct[]
}

function readSections(cursor: Cursor, known: (client: number) => number): readonly StockStruct[] {
  const structs: StockStruct[] = []
  const clients = new Set<number>()
  let walked = 0
  for (let rest = readCount(cursor, 5); rest > 0 && cursor.fault === null; rest -= 1) {
    const count = readCount(cursor, 2)
    walked += count
    if (walked > maxStockStructs) beyond(cursor, `an update has more than ${maxStockStructs} structs`)
    const client = readClient(cursor, clients)
    const clock = readUint(cursor)
    if (cursor.fault !== null) break
    readStructs({ cursor, client, from: known(client), clock, structs }, count)
  }
  return structs
}

function readStructs(section: Section, count: number): void {
  const { cursor } = section
  if (count === 0) fail(cursor, 'malformed', 'a client is named without a struct')
  for (let rest = count; rest > 0 && cursor.fault === null; rest -= 1) {
    const info = readByte(cursor)
    // Ranges have no flags; Yjs's own readers disagree about one that has.
    if (info === rangeCollected || info === rangeSkipped) addOther(section, readUint(cursor), whatElse[info])
    else readItem(section, info)
  }
}

const rangeCollected = 0
const rangeSkipped = 10
const hasOrigin = 0x80
const hasRightOrigin = 0x40
const hasKey = 0x20

function readItem(section: Section, info: number): void {
  const { cursor } = section
  const kind = info & 31
  const origin = (info & hasOrigin) === 0 ? null : readOrigin(section)
  if ((info & hasRightOrigin) !== 0) readId(cursor)
  const atHome = (info & (hasOrigin | hasRightOrigin)) !== 0 || readParent(cursor, info)
  if (cursor.fault !== null) return
  if (kind !== contentAny) addOther(section, skipContent(cursor, kind), whatElse[kind])
  else if ((info & hasKey) !== 0) addOther(section, skipContent(cursor, kind), 'an item of a list has no key')
  else if ((info & hasRightOrigin) !== 0) {
    addOther(section, skipContent(cursor, kind), 'an appended item has no right neighbour')
  } else if (!atHome) {
    addOther(section, skipContent(cursor, kind), `the parent is not the root "${rootName}"`)
  } else addElements(section, origin)
}

function readId(cursor: Cursor): ItemId {
  return { client: readUint(cursor), clock: readUint(cursor) }
}

function readOrigin({ cursor, client, clock }: Section): ItemId {
  const origin = readId(cursor)
  if (origin.client === client && origin.clock >= clock) {
    fail(cursor, 'malformed', 'an item cannot stand behind itself or a later one of its author')
  }
  return origin
}

/** Whether it is the list of a page's entries. Where there is a neighbour, the neighbour tells. */
function readParent(cursor: Cursor, info: number): boolean {
  const isRoot = readUint(cursor)
  if (isRoot > 1) fail(cursor, 'malformed', 'a parent is neither a root nor an item')
  let atHome = false
  if (isRoot === 1) atHome = readText(cursor) === rootName
  else readId(cursor)
  if ((info & hasKey) !== 0) skipBytes(cursor, readUint(cursor))
  return atHome
}

/** One append per element: the first stands where the item does, each other one behind its predecessor. */
function addElements(section: Section, origin: ItemId | null): void {
  const { cursor, client, from, structs } = section
  const count = readCount(cursor, 1)
  const end = take(section, count)
  for (let clock = end - count; clock < end && cursor.fault === null; clock += 1) {
    const start = cursor.at
    skipStockValue(cursor, maxDepth)
    if (clock < from || cursor.fault !== null) continue
    if (isFull(section)) return
    const content = cursor.bytes.subarray(start, cursor.at)
    const before = clock === end - count ? origin : { client, clock: clock - 1 }
    structs.push({ kind: 'append', client, clock, origin: before, content })
  }
}

/** Of what is known in part, the rest. */
function addOther(section: Section, length: number, what: string = 'this has no place in a page'): void {
  const { client, from, structs } = section
  const start = Math.max(section.clock, from)
  const end = take(section, length)
  if (end <= start || section.cursor.fault !== null || isFull(section)) return
  structs.push({ kind: 'other', client, clock: start, length: end - start, what })
}

/** The clock behind `length` more. */
function take(section: Section, length: number): number {
  if (length === 0) fail(section.cursor, 'malformed', 'a struct takes no clock')
  section.clock = endOf(section.cursor, section.clock, length)
  return section.clock
}

function endOf(cursor: Cursor, clock: number, length: number): number {
  const end = clock + length
  if (end <= Number.MAX_SAFE_INTEGER) return end
  fail(cursor, 'malformed', 'a clock has more than 53 bits')
  return clock
}

function isFull({ cursor, structs }: Section): boolean {
  if (structs.length < maxStockStructs) return false
  beyond(cursor, `an update wants to append more than ${maxStockStructs} elements`)
  return true
}

function readDeletions(cursor: Cursor): readonly StockDeletion[] {
  const deletions: StockDeletion[] = []
  const clients = new Set<number>()
  for (let rest = readCount(cursor, 4); rest > 0 && cursor.fault === null; rest -= 1) {
    const client = readClient(cursor, clients)
    const count = readCount(cursor, 2)
    if (count === 0) fail(cursor, 'malformed', 'a client is named without a deletion')
    if (deletions.length + count > maxStockDeletions) {
      beyond(cursor, `an update deletes more than ${maxStockDeletions} ranges`)
    }
    for (let ranges = count; ranges > 0 && cursor.fault === null; ranges -= 1) {
      deletions.push(readDeletion(cursor, client))
    }
  }
  return deletions
}

function readDeletion(cursor: Cursor, client: number): StockDeletion {
  const clock = readUint(cursor)
  const length = readUint(cursor)
  if (length === 0) fail(cursor, 'malformed', 'a deletion takes no clock')
  endOf(cursor, clock, length)
  return { client, clock, length }
}

function readClient(cursor: Cursor, clients: Set<number>): number {
  const client = readUint(cursor)
  if (clients.has(client)) fail(cursor, 'malformed', 'a client is named twice')
  clients.add(client)
  return client
}

/** What goes beyond a limit has the code of what is nested too deep: `too-large`. */
function beyond(cursor: Cursor, detail: string): void {
  fail(cursor, 'too-deep', detail)
}

const tooLarge: UpdateFault = {
  ok: false,
  code: 'too-large',
  detail: `the update takes more than ${maxStockUpdateBytes} bytes`,
}

function faultOf({ kind, detail }: NonNullable<Cursor['fault']>): UpdateFault {
  return { ok: false, code: kind === 'malformed' ? 'not-an-append' : codeOf[kind], detail }
}
