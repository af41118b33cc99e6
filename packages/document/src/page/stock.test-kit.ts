/** Documents as stock Yjs tools make them, and what Yjs itself says of them. For tests. */
import * as fc from 'fast-check'
import * as Y from 'yjs'
import type { StockStruct } from './stock-structs.ts'

export const maxClient = Number.MAX_SAFE_INTEGER

/** Without `__proto__`, a key that lib0 writes and loses when it reads. */
const values: fc.Arbitrary<unknown> = fc
  .oneof(fc.jsonValue({ depthSize: 'small' }), fc.string({ unit: 'grapheme' }))
  .map((value) => JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'proto')) as unknown)

export interface Step {
  readonly writer: number
  readonly from: number
  readonly act: 'push' | 'pull' | 'delete'
  readonly values: readonly unknown[]
}

export interface Crowd {
  readonly clients: readonly number[]
  readonly gc: boolean
  readonly steps: readonly Step[]
}

export function crowds(acts: readonly Step['act'][]): fc.Arbitrary<Crowd> {
  return fc.record({
    clients: fc.uniqueArray(fc.oneof(fc.nat(300), fc.maxSafeInteger().map(Math.abs)), {
      minLength: 1,
      maxLength: 4,
    }),
    gc: fc.boolean(),
    steps: fc.array(
      fc.record({
        writer: fc.nat(3),
        from: fc.nat(3),
        act: fc.constantFrom(...acts),
        values: fc.array(values, { minLength: 1, maxLength: 4 }),
      }),
      { minLength: 6, maxLength: 25 },
    ),
  })
}

/** The crowd's documents when everything was done; nobody was told of more than he pulled. */
export function played({ clients, gc, steps }: Crowd): readonly Y.Doc[] {
  const docs = clients.map((client) => {
    const doc = new Y.Doc({ gc })
    doc.getArray('entries')
    doc.clientID = client
    return doc
  })
  for (const { writer, from, act, values: pushed } of steps) {
    const doc = docs[writer % docs.length]
    const other = docs[from % docs.length]
    if (doc === undefined || other === undefined) continue
    const entries = doc.getArray('entries')
    if (act === 'push') entries.push([...pushed])
    else if (act === 'pull') pull(doc, other)
    else if (entries.length > 0) entries.delete(from % entries.length, 1)
  }
  return docs
}

/** Whatever `from` has; the writer keeps his client id. */
function pull(doc: Y.Doc, from: Y.Doc): void {
  const client = doc.clientID
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(from, Y.encodeStateVector(doc)))
  doc.clientID = client
}

export function merged(docs: readonly Y.Doc[], gc: boolean): Y.Doc {
  const doc = new Y.Doc({ gc })
  doc.getArray('entries')
  for (const one of docs) pull(doc, one)
  return doc
}

/** `client:clock` of each clock that structs take. */
export function clocksOf(structs: readonly StockStruct[]): readonly string[] {
  return structs.flatMap((struct) =>
    clocks(struct.client, struct.clock, struct.kind === 'append' ? 1 : struct.length),
  )
}

export type YjsStruct = Y.Item | Y.GC | Y.Skip

/** The same of Yjs's own structs. */
export function yjsClocks(structs: readonly YjsStruct[]): readonly string[] {
  return structs.flatMap(({ id, length }) => clocks(id.client, id.clock, length))
}

function clocks(client: number, clock: number, length: number): readonly string[] {
  return Array.from({ length }, (_, k) => `${client}:${clock + k}`)
}

export function knownOf(vector: ReadonlyMap<number, number>): (client: number) => number {
  return (client) => vector.get(client) ?? 0
}

/** Bytes of numbers, of texts with their length before them, and of what needs more than one byte. */
export function bytes(...parts: readonly (number | string | readonly number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'string') return [part.length, ...Buffer.from(part)]
      return typeof part === 'number' ? [part] : part
    }),
  )
}

export function hex(update: Uint8Array): string {
  return Buffer.from(update).toString('hex')
}

/** Documents with everything Yjs can hold, in `entries` and elsewhere, some of it deleted. */
export const richDocs: fc.Arbitrary<Y.Doc> = fc
  .record({
    client: fc.oneof(fc.nat(300), fc.maxSafeInteger().map(Math.abs)),
    gc: fc.boolean(),
    steps: fc.array(fc.record({ act: fc.nat(14), at: fc.nat(), value: values }), {
      minLength: 1,
      maxLength: 20,
    }),
  })
  .map(({ client, gc, steps }) => {
    const doc = new Y.Doc({ gc })
    doc.clientID = client
    for (const { act, at, value } of steps) richActs[act % richActs.length]?.(doc, at, value)
    return doc
  })

const richActs: readonly ((doc: Y.Doc, at: number, value: unknown) => void)[] = [
  (doc, _, value) => {
    doc.getArray('entries').push([value, value])
  },
  (doc, at, value) => {
    const entries = doc.getArray('entries')
    entries.insert(at % (entries.length + 1), [value])
  },
  (doc, at) => {
    const entries = doc.getArray('entries')
    if (entries.length > 0) entries.delete(at % entries.length, 1)
  },
  (doc, at, value) => {
    const map = doc.getMap('map')
    map.set(`key ${at % 3}`, value)
    if (at % 5 === 0) map.delete(`key ${at % 2}`)
  },
  (doc, at, value) => {
    const text = doc.getText('text')
    text.insert(at % (text.length + 1), `😀${JSON.stringify(value)}ä`)
  },
  (doc, at) => {
    const text = doc.getText('text')
    if (text.length > 0) text.delete(at % text.length, 1)
  },
  (doc, at) => {
    const text = doc.getText('text')
    text.format(at % (text.length + 1), 2, { bold: at % 2 === 0 ? true : null })
  },
  (doc, at, value) => {
    const text = doc.getText('text')
    text.insertEmbed(at % (text.length + 1), { value })
  },
  (doc, at, value) => {
    const list = new Y.Array<unknown>()
    doc.getArray('entries').push([list])
    list.push([value, at])
  },
  (doc, at, value) => {
    const map = new Y.Map<unknown>()
    doc.getArray('entries').insert(0, [map])
    map.set(`key ${at % 3}`, value)
  },
  (doc) => {
    doc.getXmlFragment('xml').push([new Y.XmlElement('p'), new Y.XmlText('x')])
    doc.getArray('entries').push([new Y.XmlHook('h')])
  },
  (doc, at) => {
    doc.getArray('entries').push([Uint8Array.of(at % 256, 1)])
  },
  (doc, at) => {
    doc.getArray('entries').push([new Y.Doc({ guid: `doc ${at}`, meta: { at }, autoLoad: at % 2 === 0 })])
  },
  (doc, at, value) => {
    doc.transact(() => {
      doc.getArray('entries').push([new Y.Text(JSON.stringify(value)), new Y.XmlFragment()])
      doc.getMap('map').set(`key ${at % 3}`, new Y.Array())
    })
  },
  (doc, at, value) => {
    // Somebody else, seen in full or not at all.
    const other = new Y.Doc()
    other.clientID = 1 + (at % 1000)
    if (other.clientID === doc.clientID) return
    if (at % 2 === 0) pull(other, doc)
    other.getArray('entries').push([value])
    pull(doc, other)
  },
]
