import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { readAny, writeAny } from '../entry/any.ts'
import { maxDepth, maxUpdateBytes } from '../limits.ts'
import { eraseAppend, readAppend, readErased, writeAppend, writeErasure } from './append.ts'

interface Row {
  readonly client: number
  readonly clock: number
  readonly update: Uint8Array
}

const maxClient = Number.MAX_SAFE_INTEGER
const clientIds = fc.uniqueArray(fc.oneof(fc.nat(300), fc.nat(), fc.maxSafeInteger().map(Math.abs)), {
  minLength: 1,
  maxLength: 5,
})
const values = fc.oneof(fc.jsonValue({ depthSize: 'small' }), fc.string({ unit: 'grapheme' })).map(plain)

/** Without the minus zeros that no entry holds. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

/** Who writes next (a place in the list of clients), what, and whether he has seen everything before. */
const chains = fc.tuple(
  clientIds,
  fc.array(fc.record({ writer: fc.nat(), value: values, current: fc.boolean() }), {
    minLength: 1,
    maxLength: 30,
  }),
)

/** A page as it comes about: several stock documents appending, each seeing all of it or its own old view. */
function written([clients, steps]: typeof chains extends fc.Arbitrary<infer T> ? T : never): readonly Row[] {
  const rows: Row[] = []
  const views = clients.map((client) => {
    const doc = new Y.Doc()
    doc.clientID = client
    return { client, doc, seen: 0 }
  })
  for (const { writer, value, current } of steps) {
    const view = views[writer % views.length]
    if (view === undefined) continue
    if (current) {
      const missed = rows.slice(view.seen).filter((row) => row.client !== view.client)
      for (const row of missed) Y.applyUpdate(view.doc, row.update)
      view.seen = rows.length
    }
    rows.push(pushed(view.doc, view.client, value))
  }
  return rows
}

function pushed(doc: Y.Doc, client: number, value: unknown): Row {
  const clock = Y.getState(doc.store, client)
  let update: Uint8Array = new Uint8Array()
  doc.clientID = client
  doc.once('update', (made: Uint8Array) => {
    update = made
  })
  doc.getArray('entries').push([value])
  return { client, clock, update }
}

function stateOf(updates: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc()
  doc.getArray('entries')
  for (const update of updates) Y.applyUpdate(doc, update)
  return Y.encodeStateAsUpdate(doc)
}

function hex(update: Uint8Array): string {
  return Buffer.from(update).toString('hex')
}

/** Bytes of numbers, of texts with their length before them, and of what needs more than one byte. */
function bytes(...parts: readonly (number | string | readonly number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'string') return [part.length, ...Buffer.from(part)]
      return typeof part === 'number' ? [part] : part
    }),
  )
}

function codeOf(update: Uint8Array): string {
  const read = readAppend(update)
  return read.ok ? 'ok' : read.code
}

const first = bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 125, 5, 0)
const second = bytes(1, 1, 7, 1, 0x88, 7, 0, 1, 119, 'hi', 0)

test('[DO19] what Yjs writes of one pushed entry is read, and written again with the same bytes', () => {
  fc.assert(
    fc.property(chains, (chain) => {
      for (const { client, clock, update } of written(chain)) {
        const read = readAppend(update)
        expect(read).toMatchObject({ ok: true, append: { client, clock } })
        expect(read.ok && hex(writeAppend(read.append))).toBe(hex(update))
      }
    }),
  )
})

test('[DO19] the content that is read is the value in the encoding of Yjs', () => {
  fc.assert(
    fc.property(values, (value) => {
      const read = readAppend(pushed(new Y.Doc(), maxClient, value).update)
      expect(read.ok && hex(read.append.content)).toBe(hex(writeAny(value as string)))
    }),
  )
})

test('[DO19] the origin is the item that stood last, and none on an empty page', () => {
  expect(readAppend(first)).toMatchObject({ ok: true, append: { client: 7, clock: 0, origin: null } })
  expect(readAppend(second)).toMatchObject({
    append: { client: 7, clock: 1, origin: { client: 7, clock: 0 } },
  })
})

test('[DO20] the bytes of the first and of a later append are fixed', () => {
  const doc = new Y.Doc()
  expect(hex(pushed(doc, maxClient, { a: 'ä' }).update)).toBe(
    '0101ffffffffffffff0f00080107656e747269657301760101617702c3a400',
  )
  expect(hex(pushed(doc, 300, [1]).update)).toBe('0101ac020088ffffffffffffff0f000175017d0100')
  const later = { client: 300, clock: 1, origin: { client: 7, clock: 200 }, content: Uint8Array.of(126) }
  expect(hex(writeAppend(later))).toBe('0101ac02018807c801017e00')
})

test('[DO20] the bytes of erased rows and of erasures are fixed', () => {
  expect(hex(eraseAppend(first))).toBe('01010700010107656e74726965730100')
  expect(hex(eraseAppend(second))).toBe('010107018107000100')
  const items = [5, 4, 9].map((clock) => ({ client: 300, clock }))
  expect(hex(writeErasure([...items, { client: 7, clock: 1 }, { client: maxClient, clock: 0 }]))).toBe(
    '0003ffffffffffffff0f010001ac02020402090107010101',
  )
  expect(hex(writeErasure([]))).toBe('0000')
})

test('[DO21] updates in the V2 format are refused', () => {
  fc.assert(
    fc.property(chains, (chain) => {
      for (const { update } of written(chain)) {
        expect(codeOf(Y.convertUpdateFormatV1ToV2(update))).not.toBe('ok')
      }
    }),
  )
})

test('[DO22] every beginning of an append is refused', () => {
  for (const update of [first, second]) {
    for (let length = 0; length < update.length; length += 1) {
      expect(codeOf(update.subarray(0, length))).not.toBe('ok')
    }
  }
})

test('[DO22] any bytes get an answer, and what is taken is written again with the same bytes', () => {
  let taken = 0
  const changed = fc.tuple(chains, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([chain, at, byte]) => {
    const update = Uint8Array.from(written(chain).at(-1)?.update ?? [])
    update[at % update.length] = byte
    return update
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), changed), (update) => {
      const read = readAppend(update)
      const erased = readErased(update)
      expect(read.ok ? hex(writeAppend(read.append)) : hex(update)).toBe(hex(update))
      expect(erased.ok ? hex(eraseAppend(update)) : hex(update)).toBe(hex(update))
      taken += read.ok ? 1 : 0
    }),
    { numRuns: 2000 },
  )
  expect(taken).toBeGreaterThan(100)
})

test('[DO22] whatever is taken, content included, Yjs applies where it has what it rests on', () => {
  let taken = 0
  fc.assert(
    fc.property(chains, fc.nat(), fc.integer({ min: 0, max: 255 }), (chain, at, byte) => {
      const rows = written(chain).map((row) => row.update)
      const update = Uint8Array.from(rows.at(-1) ?? [])
      update[at % update.length] = byte
      const read = readAppend(update)
      if (!read.ok || !readAny(read.append.content, { maxBytes: maxUpdateBytes, maxDepth }).ok) return
      taken += 1
      expect(() => stateOf([...rows.slice(0, -1), update])).not.toThrow()
    }),
    { numRuns: 500 },
  )
  expect(taken).toBeGreaterThan(50)
})

test('[DO23] an update may have as many bytes as the limit says, and not one more', () => {
  const row = (length: number): Uint8Array =>
    writeAppend({ client: maxClient, clock: 0, origin: null, content: writeAny('x'.repeat(length)) })
  const fits = maxUpdateBytes - (row(60_000).length - 60_000)
  expect(row(fits).length).toBe(maxUpdateBytes)
  expect(codeOf(row(fits))).toBe('ok')
  expect(codeOf(row(fits + 1))).toBe('too-large')
  expect(readErased(row(fits + 1))).toMatchObject({ code: 'too-large' })
})

test('[DO23] the largest entry fits into an update, whoever writes it', () => {
  const largest = { client: maxClient, clock: maxClient, origin: { client: maxClient - 1, clock: maxClient } }
  expect(writeAppend({ ...largest, content: new Uint8Array(64 * 1024) }).length).toBeLessThan(maxUpdateBytes)
})

test('[DO24] an erased row is the same item without its content', () => {
  fc.assert(
    fc.property(chains, (chain) => {
      for (const { client, clock, update } of written(chain)) {
        const read = readAppend(update)
        const erased = readErased(eraseAppend(update))
        expect(erased).toEqual({
          ok: true,
          erased: { client, clock, origin: read.ok ? read.append.origin : undefined },
        })
      }
    }),
  )
})

test('[DO24] nothing of the content is left in an erased row', () => {
  const update = pushed(new Y.Doc(), 7, { text: 'a secret' }).update
  expect(Buffer.from(update).includes('secret')).toBe(true)
  expect(Buffer.from(eraseAppend(update)).includes('secret')).toBe(false)
})

test('[DO24] an erased row is no append, an append is no erased row, and erasing again changes nothing', () => {
  for (const update of [first, second]) {
    expect(codeOf(eraseAppend(update))).toBe('not-an-append')
    expect(readErased(update)).toMatchObject({ ok: false, code: 'not-an-append' })
    expect(eraseAppend(eraseAppend(update))).toEqual(eraseAppend(update))
  }
  expect(readErased(bytes(1, 1, 7, 1, 0x81, 7, 0, 2, 0))).toMatchObject({ code: 'not-an-append' })
  expect(() => eraseAppend(bytes(0, 0))).toThrow('only an accepted append')
})

test('[DO25] whoever had an erased entry, was never told of it, or comes new ends in the same bytes', () => {
  fc.assert(
    fc.property(
      chains,
      fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      fc.nat(),
      (chain, marks, when) => {
        const rows = written(chain)
        const at = when % (rows.length + 1)
        const gone = rows.filter((_, index) => index < at && marks[index] === true)
        const erasure = writeErasure(gone)
        const intact = rows.map((row) => row.update)
        const rewritten = rows.map((row) => (gone.includes(row) ? eraseAppend(row.update) : row.update))
        const live = stateOf([...intact.slice(0, at), erasure, ...intact.slice(at)])
        expect(hex(stateOf([...intact, erasure]))).toBe(hex(live))
        expect(hex(stateOf(rewritten))).toBe(hex(live))
        expect(hex(stateOf([...rewritten, erasure]))).toBe(hex(live))
        expect(hex(stateOf([live, ...rewritten]))).toBe(hex(live))
      },
    ),
  )
})

test('[DO26] an erasure has the bytes that Yjs writes for the same deletions', () => {
  fc.assert(
    fc.property(chains, fc.nat(), fc.nat(), (chain, from, length) => {
      const rows = written(chain)
      const doc = new Y.Doc()
      for (const row of rows) Y.applyUpdate(doc, row.update)
      const array = doc.getArray('entries')
      const start = from % rows.length
      const count = 1 + (length % (rows.length - start))
      const items = itemsOf(doc).slice(start, start + count)
      let update: Uint8Array = new Uint8Array()
      doc.once('update', (made: Uint8Array) => {
        update = made
      })
      array.delete(start, count)
      expect(hex(writeErasure(items))).toBe(hex(update))
      expect(hex(writeErasure(items.toReversed()))).toBe(hex(update))
      expect(hex(writeErasure([...items, ...items]))).toBe(hex(update))
    }),
  )
})

/** In the order of the array. */
function itemsOf(doc: Y.Doc): readonly { readonly client: number; readonly clock: number }[] {
  const items: { readonly client: number; readonly clock: number }[] = []
  // oxlint-disable-next-line eslint/no-underscore-dangle -- Yjs shows its items nowhere else
  for (let item = doc.getArray('entries')._start; item !== null; item = item.right) {
    for (let offset = 0; offset < item.length; offset += 1) {
      items.push({ client: item.id.client, clock: item.id.clock + offset })
    }
  }
  return items
}

test('[DO27] behind an erased tail an append has the last item as its origin, and no right neighbour', () => {
  fc.assert(
    fc.property(chains, fc.nat(), (chain, tail) => {
      const rows = written(chain)
      const doc = new Y.Doc()
      for (const row of rows) Y.applyUpdate(doc, row.update)
      const items = itemsOf(doc)
      Y.applyUpdate(doc, writeErasure(items.slice(items.length - 1 - (tail % items.length))))
      const read = readAppend(pushed(doc, maxClient - 1, 'after').update)
      expect(read).toMatchObject({ ok: true, append: { origin: items.at(-1) } })
    }),
  )
})
