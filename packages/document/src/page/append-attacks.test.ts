import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { maxDepth } from '../limits.ts'
import { readAppend } from './append.ts'

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

const second = bytes(1, 1, 7, 1, 0x88, 7, 0, 1, 119, 'hi', 0)

/** 2^30 and 2^50 as varuints. */
const many = [0x80, 0x80, 0x80, 0x80, 4]
const tooMany = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2]

test.each<readonly [string, string, Uint8Array]>([
  ['nothing at all', 'not-an-append', bytes()],
  ['an update of nothing', 'not-an-append', bytes(0, 0)],
  ['a lie about clients', 'not-an-append', bytes(many, 1, 7, 0, 0)],
  ['a lie about structs, for which Yjs would allocate 240 MB', 'not-an-append', bytes(1, many, 7, 0)],
  ['a lie about values', 'not-an-append', bytes(1, 1, 7, 0, 8, 1, 'entries', many, 126, 0)],
  [
    'a lie about the length of a text',
    'bad-content',
    bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 119, many, 65, 0),
  ],
  [
    'a lie about the length of a list',
    'bad-content',
    bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 117, many, 126, 0),
  ],
  [
    'a lie about the keys of an object',
    'bad-content',
    bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 118, tooMany, 0),
  ],
  ['a lie about deletions', 'not-an-append', bytes(1, 1, 7, 1, 0x88, 7, 0, 1, 126, many)],
  ['a range of garbage that silences its author', 'not-an-append', bytes(1, 1, 7, 0, 0, many, 0)],
  ['a skipped range', 'not-an-append', bytes(1, 1, 7, 0, 10, many, 0)],
  ['an item without a value', 'not-an-append', bytes(1, 1, 7, 0, 8, 1, 'entries', 0, 0)],
  ['an item of two values', 'not-an-append', bytes(1, 1, 7, 0, 8, 1, 'entries', 2, 126, 126, 0)],
  ['a byte too many', 'not-an-append', bytes([...second], 0)],
  ['two items', 'not-an-append', bytes(1, 2, 7, 1, 0x88, 7, 0, 1, 126, 0x88, 7, 1, 1, 126, 0)],
  [
    'two sections of one client',
    'not-an-append',
    bytes(2, 1, 7, 1, 0x88, 7, 0, 1, 126, 1, 7, 2, 0x88, 7, 1, 1, 126, 0),
  ],
  ['a right neighbour', 'not-an-append', bytes(1, 1, 7, 1, 0xc8, 7, 0, 8, 0, 1, 126, 0)],
  ['a right neighbour alone', 'not-an-append', bytes(1, 1, 7, 1, 0x48, 8, 0, 1, 126, 0)],
  ['a key', 'not-an-append', bytes(1, 1, 7, 0, 0x28, 1, 'entries', 'key', 1, 126, 0)],
  ['a key behind an origin', 'not-an-append', bytes(1, 1, 7, 1, 0xa8, 7, 0, 1, 126, 0)],
  ['another root', 'not-an-append', bytes(1, 1, 7, 0, 8, 1, 'head', 1, 126, 0)],
  ['a root with a longer name', 'not-an-append', bytes(1, 1, 7, 0, 8, 1, 'entries2', 1, 126, 0)],
  ['a parent that is an item', 'not-an-append', bytes(1, 1, 7, 1, 8, 0, 7, 0, 1, 126, 0)],
  ['a nested list', 'not-an-append', bytes(1, 1, 7, 0, 7, 1, 'entries', 0, 0)],
  ['deleted content', 'not-an-append', bytes(1, 1, 7, 0, 1, 1, 'entries', 1, 0)],
  ['JSON content', 'not-an-append', bytes(1, 1, 7, 0, 2, 1, 'entries', 1, 'null', 0)],
  ['binary content', 'not-an-append', bytes(1, 1, 7, 0, 3, 1, 'entries', 1, 65, 0)],
  ['a text', 'not-an-append', bytes(1, 1, 7, 0, 4, 1, 'entries', 'hi', 0)],
  ['a subdocument', 'not-an-append', bytes(1, 1, 7, 0, 9, 1, 'entries', 'id', 118, 0, 0)],
  ['a deletion beside the item', 'not-an-append', bytes(1, 1, 7, 1, 0x88, 7, 0, 1, 126, 1, 7, 1, 0, 1)],
  ['a deletion alone', 'not-an-append', bytes(0, 1, 7, 1, 0, 1)],
  ['itself as its origin', 'not-an-append', bytes(1, 1, 7, 1, 0x88, 7, 1, 1, 126, 0)],
  ['an origin in its own future', 'not-an-append', bytes(1, 1, 7, 1, 0x88, 7, 9, 1, 126, 0)],
  [
    'a clock of more than 53 bits',
    'not-an-append',
    bytes(1, 1, 7, [255, 255, 255, 255, 255, 255, 255, 31], 8, 1),
  ],
  [
    'a client that never ends',
    'not-an-append',
    bytes(
      1,
      1,
      Array.from({ length: 40 }, () => 255),
    ),
  ],
  ['a client with a byte too many', 'not-canonical', bytes(1, 1, [0x87, 0], 0, 8, 1, 'entries', 1, 126, 0)],
  ['a count with a byte too many', 'not-canonical', bytes([0x81, 0], 1, 7, 0, 8, 1, 'entries', 1, 126, 0)],
  [
    'a text length with a byte too many',
    'not-canonical',
    bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 119, [0x81, 0], 65, 0),
  ],
  ['an end with a byte too many', 'not-canonical', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 126, [0x80, 0])],
  ['a BigInt', 'bad-content', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 122, [0, 0, 0, 0, 0, 0, 0, 1], 0)],
  ['undefined', 'bad-content', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 127, 0)],
  ['bytes as a value', 'bad-content', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 116, 1, 65, 0)],
  [
    'a list nested once too deep',
    'too-large',
    bytes(1, 1, 7, 0, 8, 1, 'entries', 1, nested(maxDepth + 1), 0),
  ],
  ['a list nested 10,000 deep', 'too-large', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, nested(10_000), 0)],
])('[DO21] %s is refused: %s', (_, code, update) => {
  expect(codeOf(update)).toBe(code)
})

function nested(depth: number): readonly number[] {
  return [...Array.from({ length: depth }, () => [117, 1]).flat(), 126]
}

test('[DO21] several entries in one update are refused, and so is an insertion in front', () => {
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  doc.getArray('entries').push([1, 2])
  doc.getArray('entries').insert(0, [0])
  doc.getArray('entries').delete(1, 1)
  doc.getMap('entries2').set('a', 1)
  doc.getArray('entries').push([new Y.Map()])
  expect(updates.map(codeOf)).toEqual(Array.from({ length: 5 }, () => 'not-an-append'))
})
