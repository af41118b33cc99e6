import { expect, test } from 'vitest'
import { maxDepth } from '../limits.ts'
import { readAppend, writeAppend } from './append.ts'
import { maxStockDeletions, maxStockStructs, maxStockUpdateBytes } from './stock-limits.ts'
import { readStockUpdate } from './stock-update.ts'
import { bytes, hex, knownOf, maxClient } from './stock.test-kit.ts'

const nothingKnown = (): number => 0
const num5 = Uint8Array.of(125, 5)

function read(update: Uint8Array, known: readonly (readonly [number, number])[] = []): unknown {
  const result = readStockUpdate(update, knownOf(new Map(known)))
  return result.ok ? result.update : result
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

/** What stock Yjs 13.6.33 wrote under the client id 7: kinds of clocks 0 and above, in order, with their lengths. */
test.each<readonly [string, string, readonly (string | readonly [number, string])[]]>([
  ['values', '01010700080107656e7472696573027d017702686900', ['append', 'append']],
  [
    'deleted content',
    '01020700010107656e747269657301880700017d020107010001',
    [[1, 'deleted content does not come from a writer'], 'append'],
  ],
  [
    'deleted content and a garbage-collected range',
    '01020700010107656e74726965730100010107010002',
    [
      [1, 'deleted content does not come from a writer'],
      [1, 'a garbage-collected range is no item'],
    ],
  ],
  ['bytes', '01010700030107656e747269657302010200', [[1, 'bytes have no place in a page']]],
  ['a text of three UTF-16 units', '01010700040101740561f09f988000', [[3, 'a text has no place in a page']]],
  [
    'an embedded object',
    '0101070005010174077b2261223a317d00',
    [[1, 'an embedded object has no place in a page']],
  ],
  [
    'formats around a text',
    '01030700060101740162047472756584070001618607010162046e756c6c00',
    [
      [1, 'the format of a text has no place in a page'],
      [1, 'a text has no place in a page'],
      [1, 'the format of a text has no place in a page'],
    ],
  ],
  ...(['00', '01', '02', '030170', '04', '050168', '06'] as const).map(
    (type) =>
      [
        `a shared type ${type}`,
        `01010700070107656e7472696573${type}00`,
        [[1, 'a shared type has no place in a page']],
      ] as const,
  ),
  ['a subdocument', '01010700090107656e74726965730167760000', [[1, 'a subdocument has no place in a page']]],
  [
    'a key set twice',
    '010207002801016d016b017d01a80700017d020107010001',
    [
      [1, 'an item of a list has no key'],
      [1, 'an item of a list has no key'],
    ],
  ],
  [
    'an element in front',
    '01020700080107656e7472696573017d01480700017d0200',
    ['append', [1, 'an appended item has no right neighbour']],
  ],
  [
    'a skipped range',
    '01030700080107656e7472696573017d010a01880701017d0300',
    ['append', [1, 'a skipped range is no item'], 'append'],
  ],
  [
    'a list in the list',
    '01020700070107656e74726965730008000700017d0500',
    [
      [1, 'a shared type has no place in a page'],
      [1, 'the parent is not the root "entries"'],
    ],
  ],
  [
    'JSON of an old Yjs',
    hex(bytes(1, 1, 7, 0, 2, 1, 'entries', 2, 'null', 'undefined', 0)),
    [[2, 'JSON as old versions of Yjs wrote it has no place in a page']],
  ],
  [
    'another root',
    hex(bytes(1, 1, 7, 0, 8, 1, 'head', 1, 126, 0)),
    [[1, 'the parent is not the root "entries"']],
  ],
  [
    'a key in the list',
    hex(bytes(1, 1, 7, 0, 0x28, 1, 'entries', 'key', 1, 126, 0)),
    [[1, 'an item of a list has no key']],
  ],
  [
    'both neighbours',
    hex(bytes(1, 1, 7, 0, 0xc8, 8, 1, 8, 2, 2, 126, 126, 0)),
    [[2, 'an appended item has no right neighbour']],
  ],
])('[DO141] %s is walked, and told as what it is', (_, update, expected) => {
  const result = readStockUpdate(fromHex(update), nothingKnown)
  expect(
    result.ok && result.update.structs.map((s) => (s.kind === 'append' ? s.kind : [s.length, s.what])),
  ).toEqual(expected)
  let clock = 0
  for (const struct of result.ok ? result.update.structs : []) {
    expect(struct).toMatchObject({ client: 7, clock })
    clock += struct.kind === 'append' ? 1 : struct.length
  }
})

test('[DO142] an element is told with the bytes it had, and written as an append of fixed bytes', () => {
  const update = bytes(1, 1, 7, 3, 0x88, 9, 4, 3, [125, 5], [119, 2, 104, 105], [117, 1, 126], 0)
  const result = readStockUpdate(update, nothingKnown)
  expect(result.ok && result.update.structs).toEqual([
    { kind: 'append', client: 7, clock: 3, origin: { client: 9, clock: 4 }, content: num5 },
    {
      kind: 'append',
      client: 7,
      clock: 4,
      origin: { client: 7, clock: 3 },
      content: Uint8Array.of(119, 2, 104, 105),
    },
    {
      kind: 'append',
      client: 7,
      clock: 5,
      origin: { client: 7, clock: 4 },
      content: Uint8Array.of(117, 1, 126),
    },
  ])
  const written = result.ok
    ? result.update.structs.map((s) => (s.kind === 'append' ? hex(writeAppend(s)) : ''))
    : []
  expect(written).toEqual([
    '01010703880904017d0500',
    '01010704880703017702686900',
    '010107058807040175017e00',
  ])
})

test('[DO142] on an empty page the first element stands in the root, and the next one behind it', () => {
  const result = readStockUpdate(bytes(1, 1, 7, 0, 8, 1, 'entries', 2, 126, 120, 0), nothingKnown)
  expect(result.ok && result.update.structs).toMatchObject([
    { clock: 0, origin: null },
    { clock: 1, origin: { client: 7, clock: 0 } },
  ])
})

test('[DO143] known clocks are dropped whatever holds them, and of what is known in part the rest is told', () => {
  const values = bytes(1, 1, 7, 0, 8, 1, 'entries', 3, 126, 120, 121, 0)
  expect(read(values, [[7, 3]])).toEqual({ structs: [], deletions: [] })
  expect(read(values, [[7, 9]])).toEqual({ structs: [], deletions: [] })
  expect(read(values, [[8, 9]])).toMatchObject({ structs: [{ clock: 0 }, { clock: 1 }, { clock: 2 }] })
  expect(read(values, [[7, 2]])).toEqual({
    structs: [
      { kind: 'append', client: 7, clock: 2, origin: { client: 7, clock: 1 }, content: Uint8Array.of(121) },
    ],
    deletions: [],
  })
  for (const range of [
    bytes(1, 1, 7, 2, 0, 8, 0),
    bytes(1, 1, 7, 2, 10, 8, 0),
    bytes(1, 1, 7, 2, 0x81, 1, 1, 8, 0),
  ]) {
    expect(read(range, [[7, 10]])).toMatchObject({ structs: [] })
    expect(read(range, [[7, 9]])).toMatchObject({ structs: [{ kind: 'other', clock: 9, length: 1 }] })
    expect(read(range, [[7, 1]])).toMatchObject({ structs: [{ kind: 'other', clock: 2, length: 8 }] })
  }
})

test('[DO143] the rest of what stands in another root or before something is no append', () => {
  expect(read(bytes(1, 1, 7, 0, 8, 1, 'head', 2, 126, 120, 0), [[7, 1]])).toMatchObject({
    structs: [{ kind: 'other', clock: 1, length: 1 }],
  })
  expect(read(bytes(1, 1, 7, 1, 0x48, 7, 0, 2, 126, 120, 0), [[7, 2]])).toMatchObject({
    structs: [{ kind: 'other', clock: 2, length: 1 }],
  })
})

test('[DO144] deletions are told as they stand, of known clocks and of others', () => {
  expect(read(bytes(0, 2, 9, 2, 0, 1, 5, 2, 7, 1, 3, 4, 0), [[9, 1]])).toMatchObject({
    code: 'not-an-append',
  })
  expect(read(bytes(0, 2, 9, 2, 0, 1, 5, 2, 7, 1, 3, 4), [[9, 1]])).toEqual({
    structs: [],
    deletions: [
      { client: 9, clock: 0, length: 1 },
      { client: 9, clock: 5, length: 2 },
      { client: 7, clock: 3, length: 4 },
    ],
  })
})

test('[DO145] an update may have as many bytes as the limit says, and not one more', () => {
  const text = (length: number): Uint8Array =>
    bytes(
      1,
      1,
      7,
      0,
      8,
      1,
      'entries',
      1,
      119,
      varuint(length),
      Array.from({ length }, () => 65),
      0,
    )
  const fits = maxStockUpdateBytes - (text(200_000).length - 200_000)
  expect(text(fits).length).toBe(maxStockUpdateBytes)
  expect(read(text(fits))).toMatchObject({ structs: [{ kind: 'append' }] })
  expect(read(text(fits + 1))).toMatchObject({ code: 'too-large' })
})

test('[DO145] an update may have as many structs, elements and deletions as the limits say, and not one more', () => {
  const list = (length: number, each: readonly number[]): readonly number[] =>
    Array.from({ length }, () => each).flat()
  const structs = (count: number): Uint8Array => bytes(1, varuint(count), 7, 0, list(count, [0, 1]), 0)
  const elements = (count: number): Uint8Array =>
    bytes(1, 1, 7, 0, 8, 1, 'entries', varuint(count), list(count, [126]), 0)
  const deletions = (count: number): Uint8Array => bytes(0, 1, 7, varuint(count), list(count, [1, 1]))
  for (const [make, limit] of [
    [structs, maxStockStructs],
    [elements, maxStockStructs],
    [deletions, maxStockDeletions],
  ] as const) {
    expect(read(make(limit))).not.toHaveProperty('code')
    expect(read(make(limit + 1))).toMatchObject({ code: 'too-large' })
  }
  // What is known counts as structs, and not as elements.
  expect(read(elements(maxStockStructs + 2), [[7, 2]])).not.toHaveProperty('code')
  expect(read(structs(maxStockStructs + 1), [[7, maxClient]])).toMatchObject({ code: 'too-large' })
})

test('[DO145] the limits hold over all clients together', () => {
  const sections = (count: number): Uint8Array =>
    bytes(
      varuint(count),
      Array.from({ length: count }, (_, k) => [1, ...varuint(k + 300), 0, 0, 1]).flat(),
      0,
    )
  const deletions = (count: number): Uint8Array =>
    bytes(0, varuint(count), Array.from({ length: count }, (_, k) => [...varuint(k + 300), 1, 0, 1]).flat())
  expect(read(sections(maxStockStructs))).not.toHaveProperty('code')
  expect(read(sections(maxStockStructs + 1))).toMatchObject({ code: 'too-large' })
  // What is known, and dropped, counts as well.
  expect(readStockUpdate(sections(maxStockStructs), () => 1)).toMatchObject({ update: { structs: [] } })
  expect(readStockUpdate(sections(maxStockStructs + 1), () => 1)).toMatchObject({ code: 'too-large' })
  expect(read(deletions(maxStockDeletions))).not.toHaveProperty('code')
  expect(read(deletions(maxStockDeletions + 1))).toMatchObject({ code: 'too-large' })
})

test('[DO145] values nest as deep as in a page, and not deeper', () => {
  const nested = (depth: number): readonly number[] => [
    ...Array.from({ length: depth }, () => [117, 1]).flat(),
    126,
  ]
  expect(read(bytes(1, 1, 7, 0, 8, 1, 'entries', 1, nested(maxDepth), 0))).toMatchObject({
    structs: [{ kind: 'append' }],
  })
  expect(read(bytes(1, 1, 7, 0, 8, 1, 'entries', 1, nested(maxDepth + 1), 0))).toMatchObject({
    code: 'too-large',
  })
})

test('[DO142] values that JSON lacks are elements too, which no page takes', () => {
  for (const value of [[127], [116, 1, 65], [122, 0, 0, 0, 0, 0, 0, 0, 1], [125, 64]]) {
    const result = readStockUpdate(bytes(1, 1, 7, 0, 8, 1, 'entries', 1, value, 0), nothingKnown)
    const [struct] = result.ok ? result.update.structs : []
    expect(struct?.kind).toBe('append')
    if (struct?.kind !== 'append') return
    expect(readAppend(writeAppend(struct))).toMatchObject({ ok: false, code: 'bad-content' })
  }
})

test('[DO141] a whole number in a value takes up to eight bytes, as many as lib0 reads', () => {
  const whole = (length: number): Uint8Array =>
    bytes(
      1,
      1,
      7,
      0,
      8,
      1,
      'entries',
      1,
      125,
      Array.from({ length: length - 1 }, () => 129),
      1,
      0,
    )
  expect(read(whole(8))).toMatchObject({ structs: [{ kind: 'append' }] })
  expect(read(whole(9))).toMatchObject({ code: 'not-an-append' })
})

function varuint(value: number): readonly number[] {
  return value < 128 ? [value] : [128 + (value % 128), ...varuint(Math.floor(value / 128))]
}
