/**
 * A head read from its bytes alone: an exact state and the updates behind it, in Yjs's V1 format, without Yjs. Rule CL410 of
 * @parley/client, whose pages would otherwise load all of Yjs to read a few maps.
 *
 * One writer at a time writes a head, so each value of a key stands right of the one before it: what a key holds is the item
 * nothing stands right of, unless that was deleted. Bytes of which that is not so hold no head known here.
 */
import { readValue } from '../entry/any.ts'
import { type Cursor, cursorOf, fail, left, readByte, readText, readUint } from '../entry/bytes.ts'
import type { ItemId } from '../ids.ts'
import { maxDepth } from '../limits.ts'
import type { Head } from './head.ts'
import { headOf, type Values } from './head-values.ts'

interface Struct {
  readonly client: number
  readonly clock: number
  readonly length: number
  readonly kind: number
  readonly value: unknown
  readonly origin: ItemId | null
  /** Of the first value of a key: what map it is in, the root's name or an item, and the key. */
  readonly home: Home | null
}

interface Home {
  readonly parent: string
  readonly key: string
}

interface Store {
  /** Of each client, in the order of their clocks, without gaps. */
  readonly structs: Map<number, Struct[]>
  readonly deleted: ItemRange[]
}

type ItemRange = Pick<Struct, 'client' | 'clock' | 'length'>

const kinds = { collected: 0, deleted: 1, type: 7, any: 8 }
const yMap = 1
const root = 'head'

/** undefined where they hold no head, or none of a form known here. */
export function readHeadUpdates(updates: readonly Uint8Array[]): Head | undefined {
  const store: Store = { structs: new Map(), deleted: [] }
  for (const update of updates) {
    const cursor = cursorOf(update)
    readStructs(cursor, store)
    readDeletions(cursor, store)
    if (left(cursor) > 0 || cursor.fault !== null) return undefined
  }
  const maps = mapsOf(store)
  if (maps === undefined) return undefined
  return headOf((name): Values | undefined => {
    const inner = maps.get(root)?.get(name)
    return inner?.kind === kinds.type ? valuesOf(maps.get(nameOf(inner))) : undefined
  })
}

function readStructs(cursor: Cursor, { structs }: Store): void {
  for (let clients = readUint(cursor); clients > 0 && cursor.fault === null; clients -= 1) {
    let rest = readUint(cursor)
    const client = readUint(cursor)
    let clock = readUint(cursor)
    const known = structs.get(client) ?? []
    structs.set(client, known)
    for (; rest > 0 && cursor.fault === null; rest -= 1) {
      const struct = readStruct(cursor, client, clock)
      const end = endOf(known.at(-1))
      clock += struct.length
      if (clock <= end) continue
      if (struct.clock === end) known.push(struct)
      else fail(cursor, 'malformed', 'something is missing before this')
    }
  }
}

const hasOrigin = 0x80
const hasRight = 0x40
const hasKey = 0x20

function readStruct(cursor: Cursor, client: number, clock: number): Struct {
  const info = readByte(cursor)
  const kind = info & 31
  const origin = (info & hasOrigin) === 0 ? null : readId(cursor)
  if ((info & hasRight) !== 0) fail(cursor, 'malformed', 'a value of a map has no right neighbour')
  const home = origin === null && kind !== kinds.collected ? readHome(cursor, info) : null
  const place = { client, clock, kind, origin, home }
  switch (kind) {
    case kinds.collected:
    case kinds.deleted:
      return { ...place, length: readUint(cursor), value: undefined }
    case kinds.type:
      if (readUint(cursor) !== yMap) fail(cursor, 'malformed', 'what stands in a head is a map')
      return { ...place, length: 1, value: undefined }
    case kinds.any:
      if (readUint(cursor) !== 1) fail(cursor, 'malformed', 'a key holds one value')
      return { ...place, length: 1, value: readValue(cursor, maxDepth + 1) }
    default:
      fail(cursor, 'malformed', 'this has no place in a head')
      return { ...place, length: 1, value: undefined }
  }
}

function readHome(cursor: Cursor, info: number): Home {
  const isRoot = readUint(cursor) === 1
  const parent = isRoot ? readText(cursor) : nameOf(readId(cursor))
  if ((info & hasKey) === 0) fail(cursor, 'malformed', 'a value of a map has a key')
  return { parent, key: readText(cursor) }
}

function readId(cursor: Cursor): ItemId {
  return { client: readUint(cursor), clock: readUint(cursor) }
}

function readDeletions(cursor: Cursor, { deleted }: Store): void {
  for (let clients = readUint(cursor); clients > 0 && cursor.fault === null; clients -= 1) {
    const client = readUint(cursor)
    for (let rest = readUint(cursor); rest > 0 && cursor.fault === null; rest -= 1)
      deleted.push({ client, clock: readUint(cursor), length: readUint(cursor) })
  }
}

/** null of what was deleted: a key keeps its place among the others, as it does in Yjs. */
type Maps = ReadonlyMap<string, ReadonlyMap<string, Struct | null>>

/** What each key of each map holds; undefined where that is not plain. */
function mapsOf({ structs, deleted }: Store): Maps | undefined {
  const gone = new Set<Struct>()
  for (const { client, clock, length } of deleted)
    for (const struct of within(structs.get(client) ?? [], clock, length)) gone.add(struct)
  const followed = new Set<Struct>()
  const maps = new Map<string, Map<string, Struct | null>>()
  const items = [...structs.values()].flat().filter(({ kind }) => kind !== kinds.collected)
  for (const { origin, home } of items) {
    const before = origin === null ? undefined : structAt(structs, origin)
    if (before !== undefined) followed.add(before)
    if (home === null) continue
    const map = maps.get(home.parent) ?? new Map<string, Struct | null>()
    maps.set(home.parent, map.set(home.key, null))
  }
  const told = new Set<Home>()
  for (const struct of items) {
    if (followed.has(struct)) continue
    const home = homeOf(structs, struct)
    if (home === undefined || told.has(home)) return undefined
    told.add(home)
    const map = maps.get(home.parent)
    if (struct.kind === kinds.deleted || gone.has(struct)) continue
    if (map?.get(home.key) !== null) return undefined
    map.set(home.key, struct)
  }
  return maps
}

/** Where the first value of its key stands. Every step goes to an item that was there before, if somebody honest wrote it. */
function homeOf(structs: Store['structs'], struct: Struct): Home | undefined {
  const seen = new Set<Struct>()
  let first: Struct | undefined = struct
  while (first !== undefined && first.home === null && !seen.has(first)) {
    seen.add(first)
    first = first.origin === null ? undefined : structAt(structs, first.origin)
  }
  return first?.home ?? undefined
}

function structAt(structs: Store['structs'], { client, clock }: ItemId): Struct | undefined {
  return within(structs.get(client) ?? [], clock, 1)[0]
}

/** Those that share a clock with the range. */
function within(all: readonly Struct[], clock: number, length: number): readonly Struct[] {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (endOf(all[middle]) <= clock) low = middle + 1
    else high = middle
  }
  let end = low
  while ((all[end]?.clock ?? Number.POSITIVE_INFINITY) < clock + length) end += 1
  return all.slice(low, end)
}

function endOf(struct: ItemRange | undefined): number {
  return struct === undefined ? 0 : struct.clock + struct.length
}

function nameOf({ client, clock }: ItemId): string {
  return `${client}/${clock}`
}

function valuesOf(map: ReadonlyMap<string, Struct | null> | undefined): Values {
  return new Map(
    [...(map ?? [])].flatMap(([key, struct]) => (struct === null ? [] : [[key, struct.value] as const])),
  )
}
