import { expect, test } from 'vitest'
import { readStockUpdate } from './stock-update.ts'
import { bytes } from './stock.test-kit.ts'

/** 2^30 and 2^53 - 1 and 2^53 as varuints. */
const many = [0x80, 0x80, 0x80, 0x80, 4]
const most = [255, 255, 255, 255, 255, 255, 255, 15]
const tooMany = [128, 128, 128, 128, 128, 128, 128, 16]

test.each<readonly [string, string, Uint8Array]>([
  ['nothing at all', 'the bytes end too early', bytes()],
  ['no deletions where they must stand', 'the bytes end too early', bytes(0)],
  ['a lie about clients', 'more is announced', bytes(many, 1, 7, 0, 0)],
  [
    'a lie about structs in 8 bytes, for all of which Yjs makes room',
    'more is announced',
    bytes(1, many, 7, 0),
  ],
  ['a lie about values', 'more is announced', bytes(1, 1, 7, 0, 8, 1, 'entries', many, 126, 0)],
  ['a lie about old JSON', 'more is announced', bytes(1, 1, 7, 0, 2, 1, 'entries', many, 0)],
  ['a lie about a list', 'more is announced', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 117, many, 126, 0)],
  ['a lie about an object', 'more is announced', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 118, 2, 1, 65, 126)],
  ['a lie about a text', 'longer than the bytes', bytes(1, 1, 7, 0, 4, 1, 'entries', many, 65, 0)],
  ['a lie about bytes', 'longer than the bytes', bytes(1, 1, 7, 0, 3, 1, 'entries', many, 65, 0)],
  ['a lie about a root', 'longer than the bytes', bytes(1, 1, 7, 0, 8, 1, many, 126, 0)],
  ['a lie about a key', 'longer than the bytes', bytes(1, 1, 7, 0, 0x28, 1, 'm', many, 126, 0)],
  ['a lie about the clients of deletions', 'more is announced', bytes(0, many, 7, 1, 0, 1)],
  ['a lie about deletions', 'more is announced', bytes(0, 1, 7, many, 0, 1)],
  ['a client without structs', 'without a struct', bytes(1, 0, 7, 0, 0, 0)],
  ['a client without deletions', 'without a deletion', bytes(0, 1, 7, 0, 0, 0)],
  ['two sections of one client', 'named twice', bytes(2, 1, 7, 0, 0, 1, 1, 7, 1, 0, 1, 0)],
  ['deletions of one client twice', 'named twice', bytes(0, 2, 7, 1, 0, 1, 7, 1, 2, 1)],
  ['a garbage-collected range of no clocks', 'takes no clock', bytes(1, 1, 7, 0, 0, 0, 0)],
  ['a skipped range of no clocks', 'takes no clock', bytes(1, 1, 7, 0, 10, 0, 0)],
  ['an item of no values', 'takes no clock', bytes(1, 1, 7, 0, 8, 1, 'entries', 0, 0)],
  [
    'an item of no values between two',
    'takes no clock',
    bytes(1, 3, 7, 0, 8, 1, 'entries', 1, 126, 0x88, 7, 0, 0, 0x88, 7, 0, 1, 126, 0),
  ],
  [
    'a text of no units, and an item after it',
    'takes no clock',
    bytes(1, 2, 7, 0, 4, 1, 't', '', 4, 1, 't', 'a', 0),
  ],
  ['no deleted clocks', 'takes no clock', bytes(1, 1, 7, 0, 1, 1, 'entries', 0, 0)],
  ['no old JSON', 'takes no clock', bytes(1, 1, 7, 0, 2, 1, 'entries', 0, 0)],
  ['a deletion of no clocks', 'takes no clock', bytes(0, 1, 7, 1, 0, 0)],
  ['a range up to clock 2^53', 'more than 53 bits', bytes(1, 1, 7, 1, 0, most, 0)],
  ['an item behind clock 2^53 - 1', 'more than 53 bits', bytes(1, 1, 7, most, 0x88, 8, 0, 1, 126, 0)],
  ['ranges that add up to 2^53', 'more than 53 bits', bytes(1, 2, 7, 0, 0, most, 0, 1, 0)],
  ['a deletion up to clock 2^53', 'more than 53 bits', bytes(0, 1, 7, 1, 1, most)],
  ['a clock of 2^53', 'more than 53 bits', bytes(1, 1, 7, tooMany, 0, 1, 0)],
  ['a client of 2^53', 'more than 53 bits', bytes(1, 1, tooMany, 0, 0, 1, 0)],
  [
    'a number that never ends',
    'more than 53 bits',
    bytes(
      1,
      1,
      Array.from({ length: 40 }, () => 255),
    ),
  ],
  [
    'a value that never ends',
    'more than 53 bits',
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
      Array.from({ length: 40 }, () => 255),
    ),
  ],
  ['content of an unknown kind', 'content of kind 11', bytes(1, 1, 7, 0, 11, 1, 'entries', 0)],
  ['content of the last kind', 'content of kind 31', bytes(1, 1, 7, 0, 31, 1, 'entries', 0)],
  ['a garbage-collected range with a flag', 'content of kind 0', bytes(1, 1, 7, 0, 0x80, 8, 0, 1, 0)],
  ['a skipped range with a flag', 'content of kind 10', bytes(1, 1, 7, 0, 0x8a, 8, 0, 1, 0)],
  ['a shared type of an unknown kind', 'shared type of kind 7', bytes(1, 1, 7, 0, 7, 1, 'entries', 7, 0)],
  ['a value of an unknown kind', 'value of kind 115', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 115, 0)],
  [
    'a parent of an unknown kind',
    'neither a root nor an item',
    bytes(1, 1, 7, 0, 8, 2, 'entries', 1, 126, 0),
  ],
  ['itself as its origin', 'behind itself', bytes(1, 1, 7, 1, 0x88, 7, 1, 1, 126, 0)],
  ['an origin in its own future', 'behind itself', bytes(1, 1, 7, 1, 0x88, 7, 9, 1, 126, 0)],
  ['a root that is no text', 'not well-formed', bytes(1, 1, 7, 0, 8, 1, 2, 255, 255, 1, 126, 0)],
  ['a text that is none', 'not well-formed', bytes(1, 1, 7, 0, 4, 1, 't', 2, 0xf0, 0x9f, 0)],
  ['a byte too many', 'something follows', bytes(0, 0, 0)],
  ['a second update behind the first', 'something follows', bytes(1, 1, 7, 0, 0, 1, 0, 1, 1, 7, 1, 0, 1, 0)],
  ['an empty update in the V2 format', 'something follows', bytes(Array.from({ length: 13 }, () => 0))],
  [
    'a V2 bomb: 23 bytes of which Yjs makes 100,000 structs',
    'something follows',
    Uint8Array.from(Buffer.from('00000107000001000100000004419e8d0601a08d060000', 'hex')),
  ],
])('[DO146] %s is malformed: %s', (_, detail, update) => {
  const read = readStockUpdate(update, () => 0)
  expect(read).toMatchObject({ ok: false, code: 'not-an-append' })
  expect(!read.ok && read.detail).toContain(detail)
})

test.each<readonly [string, string, Uint8Array]>([
  ['a client with a byte too many', 'not-canonical', bytes(1, 1, [0x87, 0], 0, 8, 1, 'entries', 1, 126, 0)],
  ['a count with a byte too many', 'not-canonical', bytes([0x81, 0], 1, 7, 0, 8, 1, 'entries', 1, 126, 0)],
  ['an end with a byte too many', 'not-canonical', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, 126, [0x80, 0])],
  ['a list nested 10,000 deep', 'too-large', bytes(1, 1, 7, 0, 8, 1, 'entries', 1, nested([117, 1]), 0)],
  [
    'an object nested 10,000 deep',
    'too-large',
    bytes(1, 1, 7, 0, 8, 1, 'entries', 1, nested([118, 1, 0]), 0),
  ],
  ['the options of a subdocument', 'too-large', bytes(1, 1, 7, 0, 9, 1, 'entries', 'g', nested([117, 1]), 0)],
])('[DO146] %s is a fault: %s', (_, code, update) => {
  // Known or not: what is dropped is walked as well.
  for (const known of [0, Number.MAX_SAFE_INTEGER]) {
    expect(readStockUpdate(update, () => known)).toMatchObject({ ok: false, code })
  }
})

function nested(opening: readonly number[]): readonly number[] {
  return [...Array.from({ length: 10_000 }, () => opening).flat(), 126]
}
