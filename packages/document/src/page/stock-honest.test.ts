import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { writeAny } from '../entry/any.ts'
import { writeAppend } from './append.ts'
import { inCausalOrder } from './stock-order.ts'
import type { StockAppend, StockUpdate } from './stock-structs.ts'
import { readStockUpdate } from './stock-update.ts'
import {
  clocksOf,
  type Crowd,
  crowds,
  hex,
  knownOf,
  merged,
  played,
  richDocs,
  yjsClocks,
} from './stock.test-kit.ts'

function readAll(update: Uint8Array, known: (client: number) => number): StockUpdate {
  const read = readStockUpdate(update, known)
  if (!read.ok) throw new Error(read.detail)
  return read.update
}

function appendsOf({ structs }: StockUpdate): readonly StockAppend[] {
  return structs.filter((struct) => struct.kind === 'append')
}

/** What somebody who pulled from others at random came to know: any state vector that is not above another's items. */
function vectorOf(doc: Y.Doc): ReadonlyMap<number, number> {
  return Y.decodeStateVector(Y.encodeStateVector(doc))
}

/** Elements of a document as Yjs holds them, from the clocks that are known. */
function elementsOf(doc: Y.Doc, known: (client: number) => number): readonly string[] {
  const elements: string[] = []
  for (const [client, structs] of doc.store.clients) {
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) continue
      for (const [k, value] of struct.content.arr.entries()) {
        const clock = struct.id.clock + k
        if (clock < known(client)) continue
        const origin = k === 0 ? struct.origin : { client, clock: clock - 1 }
        const place = origin === null ? 'first' : `${origin.client}:${origin.clock}`
        elements.push(`${client}:${clock} behind ${place} ${hex(writeAny(value as string))}`)
      }
    }
  }
  return elements.toSorted()
}

function toldOf(appends: readonly StockAppend[]): readonly string[] {
  return appends
    .map(({ client, clock, origin, content }) => {
      const place = origin === null ? 'first' : `${origin.client}:${origin.clock}`
      return `${client}:${clock} behind ${place} ${hex(content)}`
    })
    .toSorted()
}

function deletionsOf(doc: Y.Doc): readonly string[] {
  return [...Y.createDeleteSetFromStructStore(doc.store).clients]
    .flatMap(([client, ranges]) => ranges.map(({ clock, len }) => `${client}:${clock}+${len}`))
    .toSorted()
}

test('[DO147] what stock tools pushed is told as Yjs has it, and applied one by one makes the same page', () => {
  let together = 0
  fc.assert(
    fc.property(crowds(['push', 'push', 'pull']), fc.nat(3), fc.nat(3), (crowd, who, echoed) => {
      const docs = played(crowd)
      const base = docs[who % docs.length] ?? new Y.Doc()
      const seen = docs[echoed % docs.length] ?? base
      const whole = merged(docs, crowd.gc)
      const known = knownOf(vectorOf(base))
      // Whatever the sender believes that we know, all of it or nothing, the elements are those we lack.
      const vectors = [Y.encodeStateVector(base), Uint8Array.of(0), lesser(base, seen)]
      for (const vector of vectors) {
        const update = readAll(Y.encodeStateAsUpdate(whole, vector), known)
        expect(update.deletions).toEqual([])
        const appends = appendsOf(update)
        expect(appends.length).toBe(update.structs.length)
        expect(toldOf(appends)).toEqual(elementsOf(whole, known))
        const page = merged([base], crowd.gc)
        const ordered = inCausalOrder(appends, known)
        expect(ordered.ok).toBe(true)
        for (const append of ordered.ok ? ordered.appends : []) applyWhole(page, writeAppend(append))
        expect(page.getArray('entries').toJSON()).toEqual(whole.getArray('entries').toJSON())
        expect(vectorOf(page)).toEqual(vectorOf(whole))
        together += appends.length > 1 ? 1 : 0
      }
    }),
    { numRuns: 300 },
  )
  expect(together).toBeGreaterThan(100)
})

/** A state vector that neither of two is behind of: what the sender may have heard of us long ago. */
function lesser(a: Y.Doc, b: Y.Doc): Uint8Array {
  const other = vectorOf(b)
  const both = [...vectorOf(a)].map(
    ([client, clock]) => [client, Math.min(clock, other.get(client) ?? 0)] as const,
  )
  return Y.encodeStateVector(new Map(both.filter(([, clock]) => clock > 0)))
}

function applyWhole(doc: Y.Doc, update: Uint8Array): void {
  Y.applyUpdate(doc, update)
  expect(doc.store.pendingStructs).toBeNull()
}

test('[DO147] where elements were deleted, collected or not, what is left is told as Yjs has it', () => {
  let others = 0
  fc.assert(
    fc.property(crowds(['push', 'pull', 'delete']), fc.nat(3), (crowd, who) => {
      const docs = played(crowd)
      const base = docs[who % docs.length] ?? new Y.Doc()
      const known = knownOf(vectorOf(base))
      const whole = merged(docs, crowd.gc)
      const bytes = Y.encodeStateAsUpdate(whole)
      const update = readAll(bytes, known)
      const structs = [...whole.store.clients.values()].flat()
      expect(clocksOf(update.structs).toSorted()).toEqual(unknownOf(yjsClocks(structs), known).toSorted())
      expect(toldOf(appendsOf(update))).toEqual(elementsOf(whole, known))
      const deletions = update.deletions.map((d) => `${d.client}:${d.clock}+${d.length}`)
      expect(deletions.toSorted()).toEqual(deletionsOf(whole))
      expect(readAll(bytes, knownOf(vectorOf(whole))).structs).toEqual([])
      others += update.structs.length - appendsOf(update).length
    }),
    { numRuns: 300 },
  )
  expect(others).toBeGreaterThan(15)
})

function unknownOf(clocks: readonly string[], known: (client: number) => number): readonly string[] {
  return clocks.filter((text) => {
    const [client, clock] = text.split(':').map(Number)
    return (clock ?? 0) >= known(client ?? 0)
  })
}

test('[DO147] updates that were sent one by one, and then merged, say the same', () => {
  fc.assert(
    fc.property(crowds(['push']), fc.array(fc.boolean(), { minLength: 25 }), (crowd: Crowd, lost) => {
      const updates: Uint8Array[] = []
      const doc = new Y.Doc()
      doc.clientID = crowd.clients[0] ?? 7
      doc.on('update', (update: Uint8Array) => updates.push(update))
      for (const step of crowd.steps) doc.getArray('entries').push([...step.values])
      const one = updates.flatMap((update) => toldOf(appendsOf(readAll(update, () => 0))))
      expect(toldOf(appendsOf(readAll(Y.mergeUpdates(updates), () => 0)))).toEqual(one.toSorted())
      expect(one.toSorted()).toEqual(elementsOf(doc, () => 0))
      // With some of them missing there are skipped ranges between.
      const rest = updates.filter((_, index) => lost[index % lost.length] === false)
      if (rest.length === 0) return
      const update = Y.mergeUpdates(rest)
      expect(clocksOf(readAll(update, () => 0).structs)).toEqual(yjsClocks(Y.decodeUpdate(update).structs))
    }),
  )
})

test('[DO141] whatever a stock document holds takes the clocks that Yjs gives it', () => {
  fc.assert(
    fc.property(richDocs, (doc) => {
      const update = Y.encodeStateAsUpdate(doc)
      const { structs } = readAll(update, () => 0)
      expect(clocksOf(structs)).toEqual(yjsClocks(Y.decodeUpdate(update).structs))
    }),
    { numRuns: 300 },
  )
})

test('[DO146] updates in the V2 format are refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        richDocs,
        crowds(['push', 'pull', 'delete']).map((c) => merged(played(c), true)),
      ),
      (doc) => {
        const read = readStockUpdate(Y.encodeStateAsUpdateV2(doc), () => 0)
        expect(read.ok).toBe(false)
      },
    ),
  )
})
