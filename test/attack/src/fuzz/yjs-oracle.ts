/** What Yjs itself says of updates that our decoders took. */
import { type Append, readAny, type StockAppend, type StockUpdate, writeAppend } from '@parley/document'
import { createEncoder, toUint8Array, writeUint8, writeVarString, writeVarUint } from 'lib0/encoding'
import * as Y from 'yjs'
import { hold, sameBytes, show } from './target.ts'

const root = 'entries'
/** The last clock whose next one is a number of 53 bits: no page comes near it. */
const lastClock = Number.MAX_SAFE_INTEGER - 1

/** An append that was taken becomes the one element of a page that has everything it stands on. */
export function holdPage(update: Uint8Array, append: Append): void {
  if (append.clock > lastClock || (append.origin?.clock ?? 0) > lastClock) return
  const doc = page(append)
  try {
    Y.applyUpdate(doc, update)
    const value = readAny(append.content, { maxBytes: 64 * 1024, maxDepth: 16 })
    hold(value.ok, 'the content of an append that was read is no value')
    holdDocument(doc, show([value.value]))
  } finally {
    doc.destroy()
  }
}

/** `json`: what its entries are; the same for a newcomer, and nothing waits for what never comes. */
function holdDocument(doc: Y.Doc, json: string): void {
  hold(show(doc.getArray(root).toJSON()) === json, 'Yjs reads another value than we do')
  hold(doc.store.pendingStructs === null && doc.store.pendingDs === null, 'Yjs waits for something')
  const state = Y.encodeStateAsUpdate(doc)
  const newcomer = emptyDoc()
  try {
    Y.applyUpdate(newcomer, state)
    hold(show(newcomer.getArray(root).toJSON()) === json, 'a newcomer reads another value')
    hold(newcomer.store.pendingStructs === null, 'a newcomer waits for something')
    hold(sameBytes(Y.encodeStateAsUpdate(newcomer), state), 'a newcomer has another state')
  } finally {
    newcomer.destroy()
  }
}

/** With everything an append stands on: deleted items in the place of whatever it was. */
function page({ client, clock, origin }: Append): Y.Doc {
  const doc = emptyDoc()
  const lengths = new Map<number, number>()
  if (origin !== null) lengths.set(origin.client, origin.clock + 1)
  if (clock > 0) lengths.set(client, clock)
  for (const [who, length] of lengths) Y.applyUpdate(doc, deleted(who, length))
  return doc
}

function emptyDoc(): Y.Doc {
  const doc = new Y.Doc({ guid: 'page' })
  // One that no input has: Yjs gives its own up when it meets it.
  doc.clientID = 0x12_3456_789a
  doc.getArray(root)
  return doc
}

function deleted(client: number, length: number): Uint8Array {
  const encoder = createEncoder()
  for (const number of [1, 1, client, 0]) writeVarUint(encoder, number)
  writeUint8(encoder, 1)
  writeVarUint(encoder, 1)
  writeVarString(encoder, root)
  writeVarUint(encoder, length)
  writeVarUint(encoder, 0)
  return toUint8Array(encoder)
}

/**
 * Where Yjs can read an update that we took, both tell of the same clocks and deletions. `ordered`: everything in it is an
 * append, and this is their order: applied one by one they make what the whole update makes.
 */
export function yjsAgrees(
  bytes: Uint8Array,
  told: StockUpdate,
  ordered: readonly StockAppend[] | undefined,
): void {
  if (farOut(told)) return
  const theirs = decoded(bytes)
  if (theirs === undefined) {
    hold(ordered === undefined, 'Yjs cannot read an update of which we took every element')
    return
  }
  const ours = told.structs.map((struct) => [
    struct.client,
    struct.clock,
    struct.kind === 'append' ? 1 : struct.length,
  ])
  const structs = theirs.structs.map(({ id, length }) => [id.client, id.clock, length])
  hold(show(runs(ours)) === show(runs(structs)), 'Yjs tells of other clocks than we do')
  const deletions = [...theirs.ds.clients].flatMap(([client, list]) =>
    list.map(({ clock, len }) => [client, clock, len]),
  )
  const ourDeletions = told.deletions.map(({ client, clock, length }) => [client, clock, length])
  hold(show(ourDeletions) === show(deletions), 'Yjs tells of other deletions than we do')
  if (ordered !== undefined && told.deletions.length === 0) holdOneByOne(bytes, ordered)
}

function farOut({ structs, deletions }: StockUpdate): boolean {
  return [...structs, ...deletions].some(({ clock }) => clock > 2 ** 40)
}

function decoded(bytes: Uint8Array): ReturnType<typeof Y.decodeUpdate> | undefined {
  try {
    return Y.decodeUpdate(bytes)
  } catch {
    // It reads less than is walked here: texts that are no UTF-8, JSON that is none.
    return undefined
  }
}

/** Clocks that follow one another, as one. */
function runs(structs: readonly (readonly (number | undefined)[])[]): readonly (readonly number[])[] {
  const merged: [number, number, number][] = []
  for (const [client = 0, clock = 0, length = 0] of structs) {
    const last = merged.at(-1)
    if (last !== undefined && last[0] === client && last[1] + last[2] === clock) last[2] += length
    else merged.push([client, clock, length])
  }
  return merged
}

function holdOneByOne(bytes: Uint8Array, ordered: readonly StockAppend[]): void {
  const whole = emptyDoc()
  const single = emptyDoc()
  try {
    Y.applyUpdate(whole, bytes)
    for (const one of ordered) Y.applyUpdate(single, writeAppend(one))
    hold(
      whole.store.pendingStructs === null && single.store.pendingStructs === null,
      'Yjs waits for something',
    )
    const [a, b] = [whole, single].map((doc) => show(doc.getArray(root).toJSON()))
    hold(a === b, 'appends one by one make another page than the whole update')
    const vectors = [whole, single].map((doc) => Y.encodeStateVector(doc))
    hold(sameBytes(vectors[0] ?? bytes, vectors[1] ?? bytes), 'appends one by one make other clocks')
  } finally {
    whole.destroy()
    single.destroy()
  }
}
