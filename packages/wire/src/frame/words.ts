/** Small parts that many frames share: ids and codes, names, details, digests. */
import { assert } from '../assert.ts'
import { malformed, type Reader, readFlag, readText, readVarUint, readView } from '../bytes/bounded-reader.ts'
import {
  isWellFormed,
  writeBytes,
  writeFlag,
  writeText,
  writeVarUint,
  type Writer,
} from '../bytes/bounded-writer.ts'
import { maxDetailLength, maxDigestLength, maxIdLength, maxNameLength } from '../limits.ts'

/** An id of anything, an epoch, a role, a kind, a code. What it may look like is checked where it is used. */
export function writeId(writer: Writer, id: string): void {
  writeText(writer, id, maxIdLength)
}

export function readId(reader: Reader): string {
  return readText(reader, maxIdLength)
}

export function writeName(writer: Writer, name: string | null): void {
  writeFlag(writer, name !== null)
  if (name !== null) writeText(writer, name, maxNameLength)
}

export function readName(reader: Reader): string | null {
  return readFlag(reader) ? readText(reader, maxNameLength) : null
}

/** For people. It may quote what a peer sent, so it is cut and mended: no peer makes the writer throw. */
export function writeDetail(writer: Writer, detail: string): void {
  writeText(writer, fitDetail(detail), maxDetailLength)
}

export function readDetail(reader: Reader): string {
  return readText(reader, maxDetailLength)
}

function fitDetail(detail: string): string {
  const cut = detail.slice(0, maxDetailLength)
  return isWellFormed(cut) ? cut : cut.replaceAll(/\p{Surrogate}/gu, '\ufffd')
}

/** Hexadecimal digits, two to a byte. */
export function writeDigest(writer: Writer, digest: string): void {
  assert(
    /^(?:[0-9a-f]{2})*$/.test(digest),
    `a digest is lower-case hex of even length, not ${digest.slice(0, 80)}`,
  )
  const bytes = Uint8Array.from({ length: digest.length / 2 }, (_, index) =>
    Number.parseInt(digest.slice(2 * index, 2 * index + 2), 16),
  )
  writeBytes(writer, bytes, maxDigestLength / 2)
}

export function readDigest(reader: Reader): string {
  let digest = ''
  for (const byte of readView(reader, maxDigestLength / 2)) digest += byte.toString(16).padStart(2, '0')
  return digest
}

/** The number of a page, from 1 on. */
export function writePage(writer: Writer, page: number): void {
  assert(page >= 1, 'pages are numbered from 1')
  writeVarUint(writer, page)
}

export function readPage(reader: Reader): number {
  const page = readVarUint(reader)
  if (page === 0) malformed(reader, 'page 0, where pages are numbered from 1')
  return page
}

/** A number that is mostly at or shortly before another one: how far back, or 0 and the number itself where it lies beyond. */
export function writeBack(writer: Writer, from: number, value: number): void {
  if (value <= from && from - value < Number.MAX_SAFE_INTEGER) writeVarUint(writer, from - value + 1)
  else {
    writeVarUint(writer, 0)
    writeVarUint(writer, value)
  }
}

export function readBack(reader: Reader, from: number): number {
  const back = readVarUint(reader)
  const value = back === 0 ? readVarUint(reader) : from - (back - 1)
  const isBefore = value <= from && from - value < Number.MAX_SAFE_INTEGER
  if (value < 0 || isBefore === (back === 0)) malformed(reader, 'a number that is not written as it must be')
  return value
}

/** One of a few that are usual, by its place from 1 on; anything else as 0 and an id. */
export function writeWord(writer: Writer, usual: readonly string[], word: string): void {
  const place = usual.indexOf(word) + 1
  writeVarUint(writer, place)
  if (place === 0) writeId(writer, word)
}

export function readWord(reader: Reader, usual: readonly string[]): string {
  const place = readVarUint(reader)
  const word = place === 0 ? readId(reader) : usual[place - 1]
  if (word === undefined) malformed(reader, `word ${place}, where there are ${usual.length}`)
  if (place === 0 && usual.includes(word)) malformed(reader, 'a usual word that is spelled out')
  return word
}
