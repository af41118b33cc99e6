import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { readAny } from '../entry/any.ts'
import { maxDepth, maxUpdateBytes } from '../limits.ts'
import { readAppend, writeAppend } from './append.ts'
import { maxStockUpdateBytes } from './stock-limits.ts'
import { madeAppends, madeUpdates } from './stock-made.test-kit.ts'
import { inCausalOrder } from './stock-order.ts'
import type { StockAppend } from './stock-structs.ts'
import { readStockUpdate } from './stock-update.ts'
import {
  clocksOf,
  crowds,
  hex,
  merged,
  played,
  richDocs,
  type YjsStruct,
  yjsClocks,
} from './stock.test-kit.ts'

interface Blow {
  readonly at: number
  readonly how: number
  readonly byte: number
}

const blows = fc.array(
  fc.record({
    at: fc.nat(),
    how: fc.nat(4),
    byte: fc.oneof(
      fc.constantFrom(0, 1, 2, 7, 8, 10, 0x48, 0x7f, 0x80, 0x88, 0xff, 117, 118, 125),
      fc.nat(255),
    ),
  }),
  { maxLength: 2 },
)

function struck(update: Uint8Array, { at, how, byte }: Blow): Uint8Array {
  const place = at % (update.length + 1)
  const before = update.subarray(0, place)
  const behind = update.subarray(place)
  if (how === 0) return Uint8Array.of(...before, byte, ...behind)
  if (how === 1) return Uint8Array.of(...before, ...behind.subarray(1))
  if (how === 2) return Uint8Array.of(...before, ...behind.subarray(0, byte), ...behind)
  if (how === 3) return before.slice()
  return Uint8Array.of(...before, byte, ...behind.subarray(1))
}

const honest = fc
  .oneof(
    richDocs,
    crowds(['push', 'push', 'pull', 'delete']).map((crowd) => merged(played(crowd), crowd.gc)),
  )
  .map((doc) => Y.encodeStateAsUpdate(doc))

/** Broken from an honest one, made by somebody who knows the format and perhaps broken then, or anything at all. */
const hostile = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        fc.oneof(
          { weight: 1, arbitrary: honest },
          { weight: 8, arbitrary: madeUpdates },
          { weight: 4, arbitrary: madeAppends },
        ),
        blows,
      )
      .map(([update, list]) => list.reduce(struck, update)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) },
)

test('[DO148] any bytes get an answer, and each append that is told is read as one, or refused with a code', () => {
  let appends = 0
  const codes = new Map<string, number>()
  const count = (code: string): void => {
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  fc.assert(
    fc.property(hostile, fc.nat(2), (update, known) => {
      const read = readStockUpdate(update, () => known)
      if (!read.ok) {
        count(`update ${read.code}`)
        return
      }
      for (const struct of read.update.structs) {
        expect(struct.clock).toBeGreaterThanOrEqual(known)
        expect(struct.kind === 'append' || (struct.length > 0 && struct.what !== '')).toBe(true)
        if (struct.kind === 'other') continue
        const again = readAppend(writeAppend(struct))
        if (!again.ok) count(`append ${again.code}`)
        const { client, clock, origin, content } = struct
        expect(again.ok ? again.append : null).toEqual(again.ok ? { client, clock, origin, content } : null)
        appends += 1
      }
    }),
    { numRuns: 2000 },
  )
  expect(appends).toBeGreaterThan(500)
  expect([...codes.keys()]).toEqual(
    expect.arrayContaining([
      'append bad-content',
      'append not-canonical',
      'update not-an-append',
      'update not-canonical',
    ]),
  )
})

test('[DO148] what is told of broken bytes takes the clocks that Yjs gives it, where it reads them', () => {
  let compared = 0
  fc.assert(
    fc.property(hostile, (update) => {
      const read = readStockUpdate(update, () => 0)
      if (!read.ok) return
      const decoded = decodedByYjs(update)
      if (decoded === null) return
      compared += 1
      expect(clocksOf(read.update.structs)).toEqual(yjsClocks(decoded.structs))
      const appends = read.update.structs.filter((struct) => struct.kind === 'append')
      const possible = new Set(yjsClocks(decoded.structs.filter(mayAppend)))
      for (const clock of clocksOf(appends)) expect(possible.has(clock)).toBe(true)
      const deleted = [...decoded.ds.clients].flatMap(([client, ranges]) =>
        ranges.map(({ clock, len }) => ({ client, clock, length: len })),
      )
      expect(read.update.deletions).toEqual(deleted)
    }),
    { numRuns: 2000 },
  )
  expect(compared).toBeGreaterThan(150)
})

/** Only for bytes our reader took: it bounds what Yjs makes of them. Null: JSON or a number Yjs cannot read. */
function decodedByYjs(update: Uint8Array): ReturnType<typeof Y.decodeUpdate> | null {
  try {
    return Y.decodeUpdate(update)
  } catch {
    return null
  }
}

function mayAppend(struct: YjsStruct): boolean {
  if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) return false
  // Yjs's own types have no name for what the decoder leaves there: a root is still its name.
  const parent: unknown = struct.parent
  return (
    struct.rightOrigin === null &&
    struct.parentSub === null &&
    (struct.origin !== null || parent === 'entries')
  )
}

test('[DO148] what is told of made bytes, in order and read again, Yjs applies without an exception', () => {
  let applied = 0
  fc.assert(
    fc.property(madeAppends, blows, (made, list) => {
      const read = readStockUpdate(list.reduce(struck, made), () => 0)
      if (!read.ok) return
      const appends = read.update.structs.filter((struct): struct is StockAppend => struct.kind === 'append')
      const ordered = inCausalOrder(appends, () => 0)
      if (!ordered.ok) return
      // Whoever stands behind one that was refused would be refused as well.
      const written = ordered.appends.map(writeAppend)
      const taken = written.slice(0, written.findIndex((one) => !isTaken(one)) >>> 0)
      const doc = new Y.Doc()
      doc.getArray('entries')
      for (const one of taken) Y.applyUpdate(doc, one)
      expect(doc.store.pendingStructs).toBeNull()
      expect(doc.getArray('entries').length).toBe(taken.length)
      applied += taken.length
    }),
    { numRuns: 2000 },
  )
  expect(applied).toBeGreaterThan(300)
})

function isTaken(update: Uint8Array): boolean {
  const read = readAppend(update)
  return read.ok && readAny(read.append.content, { maxBytes: maxUpdateBytes, maxDepth }).ok
}

test('[DO148] every beginning of an update is a fault, and the update is left as it was', () => {
  fc.assert(
    fc.property(honest, (update) => {
      const before = hex(update)
      for (let length = 0; length < update.length; length += 1) {
        expect(readStockUpdate(update.subarray(0, length), () => 0).ok).toBe(false)
      }
      expect(readStockUpdate(update, () => 0).ok).toBe(true)
      expect(hex(update)).toBe(before)
    }),
  )
})

test('[DO148] the largest updates that announce the most are refused', () => {
  const big = (head: readonly number[], each: readonly number[]): Uint8Array => {
    const update = new Uint8Array(maxStockUpdateBytes)
    update.set(head)
    for (let place = head.length; place + each.length <= update.length; place += each.length)
      update.set(each, place)
    return update
  }
  const attacks = [
    big([1, 1, 7, 0, 8, 1, 7, ...Buffer.from('entries'), 0xf0, 0xff, 0x0f], [126]),
    big([1, 0xf0, 0xff, 0x07, 7, 0], [0, 1]),
    big([1, 1, 7, 0, 8, 1, 7, ...Buffer.from('entries'), 1], [117, 1]),
    big([0, 1, 7, 0xf0, 0xff, 0x07], [1, 1]),
    big([0xf0, 0xff, 0x01], [1, 7, 0, 0, 1]),
  ]
  for (const update of attacks) {
    const read = readStockUpdate(update, () => 0)
    expect(read.ok).toBe(false)
    expect(!read.ok && read.code).not.toBe('not-canonical')
  }
})
