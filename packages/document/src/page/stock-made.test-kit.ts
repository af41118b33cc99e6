/** Updates that hold together as bytes and mean anything at all: what a hostile writer makes who knows the format. For tests. */
import { createEncoder, toUint8Array, writeVarUint } from 'lib0/encoding'
import * as fc from 'fast-check'
import { bytes } from './stock.test-kit.ts'

type Bytes = readonly number[]

const small = fc.nat(3)
const nothing = fc.constant<Bytes>([])
const number: fc.Arbitrary<Bytes> = fc
  .oneof({ weight: 30, arbitrary: small }, { weight: 1, arbitrary: fc.maxSafeInteger().map(Math.abs) })
  .map(varuint)
const length = fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.constantFrom(0, 200))
const id = joined(number, number)
const text = fc.constantFrom('entries', 'entries', 'head', 'a', '😀').map((name) => lengthy(name))
const json = fc.constantFrom('1', '{}', '"x"', 'null').map((name) => lengthy(name))

const { value } = fc.letrec<{ value: Bytes }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Bytes>([126], [120], [121], [125, 5], [119, 1, 65], [124, 63, 192, 0, 0]),
    fc.constantFrom<Bytes>(
      [127],
      [116, 1, 0],
      [122, 0, 0, 0, 0, 0, 0, 0, 1],
      [125, 64],
      [119, 1, 255],
      [125, 0x80, 0],
    ),
    fc.array(tie('value'), { maxLength: 3 }).map((list) => [117, ...counted(list)]),
    fc
      .array(fc.tuple(text, tie('value')), { maxLength: 2 })
      .map((list) => [118, ...counted(list.map(([key, one]) => [...key, ...one]))]),
  ),
}))

const contents: Readonly<Record<number, fc.Arbitrary<Bytes>>> = {
  1: length.map(varuint),
  2: fc.array(json, { minLength: 1, maxLength: 3 }).map(counted),
  3: text,
  4: text,
  5: json,
  6: joined(text, json),
  7: fc.constantFrom<Bytes>([0], [1], [2], [3, 1, 65], [4], [5, 1, 65], [6], [7]),
  8: fc.array(value, { minLength: 1, maxLength: 4 }).map(counted),
  9: joined(text, fc.constant<Bytes>([118, 0])),
}

const flags = fc.constantFrom(0, 0, 0x80, 0x80, 0x80, 0x80, 0x40, 0xc0, 0x20, 0xa0)
const item = fc
  .tuple(fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 9), flags)
  .chain(([kind, flag]) => {
    const home = (flag & 0xc0) === 0
    return joined(
      fc.constant<Bytes>([kind | flag]),
      (flag & 0x80) === 0 ? nothing : id,
      (flag & 0x40) === 0 ? nothing : id,
      home
        ? fc.oneof(
            { weight: 9, arbitrary: joined(fc.constant<Bytes>([1]), text) },
            joined(fc.constant<Bytes>([0]), id),
          )
        : nothing,
      home && (flag & 0x20) !== 0 ? text : nothing,
      contents[kind] ?? nothing,
    )
  })
const range = joined(fc.constantFrom<Bytes>([0], [10]), length.map(varuint))
const struct = fc.oneof({ weight: 12, arbitrary: item }, range)

const section = fc.record({
  client: number,
  clock: number,
  list: fc.array(struct, { minLength: 1, maxLength: 4 }),
})
const deletion = fc.record({
  client: number,
  list: fc.array(joined(number, length.map(varuint)), { minLength: 1, maxLength: 3 }),
})
/** Yjs names no client twice; the attacks do. */
const byClient = { selector: ({ client }: { readonly client: Bytes }): string => client.join() }

export const madeUpdates: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.uniqueArray(section, { ...byClient, maxLength: 3 }),
    fc.uniqueArray(deletion, { ...byClient, maxLength: 2 }),
  )
  .map(([sections, deletions]) =>
    bytes(
      counted(sections.map(({ client, clock, list }) => [list.length, ...client, ...clock, ...list.flat()])),
      counted(deletions.map(({ client, list }) => [...client, ...counted(list)])),
    ),
  )

const step = fc.record({
  client: small,
  behind: fc.nat(12),
  values: fc.array(value, { minLength: 1, maxLength: 3 }),
})

/** Appends of a few authors behind one another, each item behind the last element of an earlier one, or the first. */
export const madeAppends: fc.Arbitrary<Uint8Array> = fc
  .array(step, { minLength: 1, maxLength: 12 })
  .map((steps) => {
    const items = new Map<number, Bytes[]>()
    const clocks = new Map<number, number>()
    const ends: Bytes[] = []
    for (const { client, behind, values: list } of steps) {
      const origin = ends[behind]
      const place = origin === undefined ? [8, 1, ...lengthy('entries')] : [0x88, ...origin]
      items.set(client, [...(items.get(client) ?? []), [...place, ...counted(list)]])
      const clock = (clocks.get(client) ?? 0) + list.length
      clocks.set(client, clock)
      ends.push([client, clock - 1])
    }
    return bytes(counted([...items].map(([client, list]) => [list.length, client, 0, ...list.flat()])), 0)
  })

function joined(...parts: readonly fc.Arbitrary<Bytes>[]): fc.Arbitrary<Bytes> {
  return fc.tuple(...parts).map((list) => list.flat())
}

function counted(list: readonly Bytes[]): Bytes {
  return [...varuint(list.length), ...list.flat()]
}

function lengthy(name: string): Bytes {
  return counted([...Buffer.from(name)].map((byte) => [byte]))
}

function varuint(count: number): Bytes {
  const encoder = createEncoder()
  writeVarUint(encoder, count)
  return [...toUint8Array(encoder)]
}
