/** Updates of pages, with a map: appends, erased rows, and whatever a stock tool may hold; and some that Yjs makes itself. */
import * as Y from 'yjs'
import {
  anyPart,
  entryIds,
  type Json,
  json,
  maybe,
  object,
  some,
  swapped,
  users,
  whole,
} from './make-values.ts'
import { byte, list, number, type Part, raw, row, text } from './parts.ts'
import type { Random } from './random.ts'

/** An entry as an honest device writes it. */
export function entry(random: Random): Json {
  const written = {
    id: random.pick(entryIds),
    from: random.once(2) ? 'Eve' : random.pick(users),
    sentAt: whole(random),
  }
  const target = random.pick(entryIds)
  switch (random.below(5)) {
    case 0:
      return { ...written, op: 'recall', target }
    case 1:
      return { ...written, op: 'edit', target, ...content(random) }
    case 2:
      return {
        ...written,
        op: 'react',
        target,
        sign: random.pick(['\u{1F44D}', 'ok', 'x'.repeat(64)]),
        on: random.once(2),
      }
    default: {
      const more = { replyTo: maybe(random, () => target), receipt: maybe(random, () => true) }
      return { ...written, ...content(random), ...more }
    }
  }
}

function content(random: Random): { readonly [key: string]: Json | undefined } {
  return {
    type: random.pick([-1, 0, 1, 300]),
    text: maybe(random, () => random.pick(['', 'hello', 'Grüße \u{1F44D}', 'x'.repeat(300)])),
    attrs: maybe(random, () => object(random, 2)),
    body: maybe(random, () => object(random, 2)),
    mentions: maybe(random, () => {
      const named: readonly string[] = some(random, [...users, '*'], 3)
      return named.length === 0 ? ['*'] : named
    }),
  }
}

const client = (random: Random): number => (random.once(4) ? whole(random) : 1 + random.below(4))
const clock = (random: Random): number => (random.once(6) ? whole(random) : random.below(8))
const root = row(byte(1), text('entries'))

export function append(random: Random): Part {
  const said = entry(random)
  const value = anyPart(random.once(4) ? swapped(random, said) : said)
  return row(placed(random, 8), list([value]), number(0))
}

export function erasedRow(random: Random): Part {
  return row(placed(random, 1), number(1), number(0))
}

function placed(random: Random, kind: number): Part {
  const who = client(random)
  const at = clock(random)
  const behind = random.once(2)
    ? row(number(who), number(Math.max(0, at - 1)))
    : row(number(client(random)), number(clock(random)))
  const place = random.once(2) || at === 0 ? row(byte(kind), root) : row(byte(kind | 128), behind)
  return row(number(1), number(1), number(who), number(at), place)
}

/** As the decoder of appends has them, and all that a stock tool may hold besides. */
export function stock(random: Random): Part {
  if (random.once(3)) return raw(honest(random))
  return random.once(2) ? chain(random) : anything(random)
}

/** Appends of a few authors behind one another. */
function chain(random: Random): Part {
  const sections = new Map<number, Part[]>()
  const clocks = new Map<number, number>()
  const ends: (readonly [number, number])[] = []
  for (let rest = 1 + random.below(6); rest > 0; rest -= 1) {
    const who = 1 + random.below(3)
    const values = Array.from({ length: 1 + random.below(3) }, () =>
      anyPart(random.once(3) ? entry(random) : json(random, 3)),
    )
    const end = ends[random.below(ends.length + 1)]
    const place = end === undefined ? row(byte(8), root) : row(byte(0x88), number(end[0]), number(end[1]))
    sections.set(who, [...(sections.get(who) ?? []), row(place, list(values))])
    const next = (clocks.get(who) ?? 0) + values.length
    clocks.set(who, next)
    ends.push([who, next - 1])
  }
  const written = [...sections].map(([who, structs]) => section(who, 0, structs))
  return row(list(written), deletions(random, 1))
}

function section(who: number, at: number, structs: readonly Part[]): Part {
  return row(number(structs.length), number(who), number(at), ...structs)
}

function anything(random: Random): Part {
  const sections = some(random, [1, 2, 3, 300], 3).map((who) => {
    const structs = Array.from({ length: 1 + random.below(4) }, () => struct(random))
    return section(who, clock(random), structs)
  })
  return row(list(sections), deletions(random, 3))
}

function deletions(random: Random, most: number): Part {
  const clients = random.once(2) ? [] : some(random, [1, 2, 3, 300], most)
  return list(
    clients.map((who) => {
      const ranges = Array.from({ length: 1 + random.below(3) }, () =>
        row(number(clock(random)), number(1 + random.below(3))),
      )
      return row(number(who), list(ranges))
    }),
  )
}

function struct(random: Random): Part {
  if (random.once(8)) return row(byte(random.pick([0, 10])), number(1 + random.below(4)))
  const kind = random.pick([1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 9])
  const flags = random.pick([0, 0, 0x80, 0x80, 0x40, 0xc0, 0x20, 0xa0])
  const home = (flags & 0xc0) === 0
  const id = (): Part => row(number(client(random)), number(clock(random)))
  const none = row()
  const parent = (): Part =>
    random.once(4) ? row(byte(0), id()) : row(byte(1), text(random.pick(['entries', 'head'])))
  return row(
    byte(kind | flags),
    (flags & 0x80) === 0 ? none : id(),
    (flags & 0x40) === 0 ? none : id(),
    home ? parent() : none,
    home && (flags & 0x20) !== 0 ? text('key') : none,
    contentOf(kind, random),
  )
}

function contentOf(kind: number, random: Random): Part {
  const word = (): Part => text(random.pick(['a', '\u{1F44D}', '{}', '"x"', '']))
  switch (kind) {
    case 1:
      return number(1 + random.below(3))
    case 2:
      return list([word(), word()])
    case 6:
      return row(word(), word())
    case 7: {
      const type = random.below(7)
      return row(number(type), type === 3 || type === 5 ? word() : row())
    }
    case 8:
      return list(Array.from({ length: 1 + random.below(3) }, () => anyPart(json(random, 3))))
    case 9:
      return row(word(), anyPart(object(random)))
    default:
      return word()
  }
}

/** What Yjs itself writes: pushes, deletions, merges, echoes. */
export function honest(random: Random): Uint8Array {
  const docs = [1, 2].map((id) => {
    const doc = new Y.Doc({ guid: 'fuzz', gc: random.once(2) })
    doc.getArray('entries')
    doc.clientID = id
    return doc
  })
  for (let rest = 1 + random.below(8); rest > 0; rest -= 1) act(random, random.pick(docs), random.pick(docs))
  const doc = random.pick(docs)
  const update = random.once(3)
    ? Y.mergeUpdates(docs.map((one) => Y.encodeStateAsUpdate(one)))
    : Y.encodeStateAsUpdate(doc)
  for (const one of docs) one.destroy()
  return update
}

function act(random: Random, doc: Y.Doc, other: Y.Doc): void {
  const entries = doc.getArray('entries')
  const id = doc.clientID
  switch (random.below(6)) {
    case 0:
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc)))
      doc.clientID = id
      break
    case 1:
      if (entries.length > 0) entries.delete(random.below(entries.length), 1)
      break
    case 2:
      doc.getText('text').insert(0, 'x\u{1F600}')
      break
    default:
      entries.push(
        Array.from({ length: 1 + random.below(3) }, () => (random.once(3) ? entry(random) : json(random, 3))),
      )
  }
}

const zeros = (count: number): Part => raw(new Uint8Array(count))
const long = (count: number, item: readonly number[]): Part =>
  row(number(count), raw(Array.from({ length: count }, () => item).flat()))
const deepObject = (depth: number): readonly number[] => [
  ...Array.from({ length: depth }, () => [118, 1, 1, 97]).flat(),
  126,
]
const deep = (depth: number): readonly number[] => [
  ...Array.from({ length: depth }, () => [117, 1]).flat(),
  126,
]
const first = (...parts: readonly Part[]): Part =>
  row(number(1), number(1), number(1), number(0), byte(8), root, ...parts)
const message = { id: entryIds[1], from: 'Tom', sentAt: 1, type: 1 }
const said = (more: object): Part => first(list([anyPart({ ...message, ...more })]), number(0))

/** At limits that chance would not reach. */
export const appendEdges: readonly Part[] = [
  zeros(65 * 1024),
  first(list([raw(deep(17))]), number(0)),
  first(list([raw(deepObject(17))]), number(0)),
  said({ text: 'x'.repeat(16 * 1024 + 1) }),
  said({ text: 'ä'.repeat(8 * 1024 + 1) }),
  said({ text: 'ä'.repeat(6000) }),
  said({ body: { a: Array.from({ length: 2 ** 16 - 150 }, () => null) } }),
  said({ mentions: Array.from({ length: 101 }, () => '*') }),
  said({ op: 'react', target: entryIds[0], sign: 'x'.repeat(65), on: true }),
  first(
    list([anyPart({ ...message, op: 'react', target: entryIds[1], sign: 'x'.repeat(65), on: true })]),
    number(0),
  ),
  first(list([row(byte(118), number(5), raw([]), text('id'), anyPart('AAAAAAAAAAAAAAAAAAAAAA'))]), number(0)),
]
const reaction = { id: entryIds[1], from: 'Tom', sentAt: 1, op: 'react', target: entryIds[1] }
export const reactionEdges: readonly Part[] = ['x'.repeat(65), 'ä'.repeat(33), ''].map((sign) =>
  first(list([anyPart({ ...reaction, sign, on: true })]), number(0)),
)

export const stockEdges: readonly Part[] = [
  zeros(256 * 1024 + 1),
  row(number(1), number(4097), number(1), number(0), zeros(2 * 4097)),
  row(number(1), number(1), number(1), number(0), byte(8), root, long(4097, [126]), number(0)),
  row(number(1), number(1), number(1), number(0), byte(8), root, long(4096, [126]), number(0)),
  row(
    number(1),
    number(2),
    number(1),
    number(0),
    byte(8),
    root,
    long(4096, [126]),
    byte(0),
    number(1),
    number(0),
  ),
  row(number(0), number(1), number(1), number(4097), zeros(2 * 4097)),
  row(number(1), number(1), number(1), number(0), byte(8), root, list([raw(deep(17))]), number(0)),
  row(number(1), number(1), number(1), number(0), byte(8), root, list([raw(deepObject(17))]), number(0)),
  row(
    number(1),
    number(1),
    number(1),
    number(0),
    byte(8),
    root,
    list([raw([125, ...Array.from({ length: 9 }, () => 255), 0])]),
    number(0),
  ),
]

/** Each wrong in one place, where all before it is right. */
export const entryEdges: readonly Part[] = [
  { ...reaction, sign: 'ok', on: 1 },
  { ...message, mentions: [] },
  { ...message, mentions: 1 },
  { ...message, mentions: ['Tom', 'Tom'] },
  { ...message, from: '' },
  { ...message, attrs: [] },
  { ...message, body: [] },
  { ...reaction, op: 'edit', target: '' },
].map(anyPart)
