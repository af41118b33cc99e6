/**
 * Keys as bytes whose order, byte by byte, is the order of the keys (ST3): for databases that order by bytes.
 *
 * An element is a tag and its content. A number's tag counts the bytes that follow, most significant first, so a longer
 * number is a greater one; a string's characters are above the zero that ends it, so 'a' comes before 'ab'; every number's
 * tag is below the string's. An element cannot be the beginning of another one, hence a key begins with a prefix exactly
 * when its bytes do.
 */
import { isKey } from './key.ts'
import type { Key } from './port.ts'

const numberTag = 0x10
const stringTag = 0x20
const stringEnd = 0x00

export function encodeKey(key: Key): Uint8Array {
  const bytes: number[] = []
  for (const element of key) {
    if (typeof element === 'number') pushNumber(bytes, element)
    else pushString(bytes, element)
  }
  return Uint8Array.from(bytes)
}

/** The first bytes after every key that begins with `prefix`. */
export function encodeEnd(prefix: Key): Uint8Array {
  return followedBy(encodeKey(prefix), 0xff)
}

/** The first bytes after `key` itself, before every longer key that begins with it. */
export function encodeAfter(key: Key): Uint8Array {
  return followedBy(encodeKey(key), 0x00)
}

/** The key these bytes were made from; undefined if no key makes them. */
export function decodeKey(bytes: Uint8Array): Key | undefined {
  const key: (string | number)[] = []
  let at = 0
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0
    const end = tag === stringTag ? bytes.indexOf(stringEnd, at) : at + 1 + tag - numberTag
    if (end <= at || end > bytes.length) return undefined
    const content = bytes.subarray(at + 1, end)
    if (tag !== stringTag && content[0] === 0) return undefined
    key.push(tag === stringTag ? readString(content) : readNumber(content))
    at = tag === stringTag ? end + 1 : end
  }
  return isKey(key) ? key : undefined
}

function pushNumber(bytes: number[], number: number): void {
  const digits: number[] = []
  for (let rest = number; rest > 0; rest = Math.floor(rest / 256)) digits.push(rest % 256)
  bytes.push(numberTag + digits.length, ...digits.toReversed())
}

function readNumber(digits: Uint8Array): number {
  return digits.reduce((number, digit) => number * 256 + digit, 0)
}

function pushString(bytes: number[], text: string): void {
  bytes.push(stringTag)
  for (let index = 0; index < text.length; index++) bytes.push(text.charCodeAt(index))
  bytes.push(stringEnd)
}

function readString(characters: Uint8Array): string {
  let text = ''
  for (const character of characters) text += String.fromCharCode(character)
  return text
}

function followedBy(bytes: Uint8Array, last: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1)
  longer.set(bytes)
  longer[bytes.length] = last
  return longer
}
