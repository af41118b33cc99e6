/**
 * Values that no honest decoder would give, out of bytes: what a parser of plain values must withstand.
 *
 * lib0's any encoding, and beyond it: 115 a text of UTF-16 units (half a pair among them), 114 a function, 113 an object
 * with a class, 112 a list with a hole. Keys are own keys, whatever they are called. Never throws: where bytes end, values
 * are undefined.
 */
import { decodeUtf8Or } from './lossy-text.ts'

/** Deeper than any limit, and far from what a stack holds. */
const maxDepth = 60

interface Place {
  readonly bytes: Uint8Array
  at: number
}

export function readWild(bytes: Uint8Array): unknown {
  return readValue({ bytes, at: 0 }, 0)
}

function readValue(place: Place, depth: number): unknown {
  switch (next(place)) {
    case 126:
      return null
    case 121:
      return false
    case 120:
      return true
    case 125:
      return readInt(place)
    case 124:
      return view(place, 4).getFloat32(0)
    case 123:
      return view(place, 8).getFloat64(0)
    case 122:
      return view(place, 8).getBigInt64(0)
    case 119:
      return decodeUtf8Or(take(place, readCount(place)))
    case 118:
      return readObject(place, depth)
    case 117:
      return readList(place, depth)
    case 116:
      return take(place, readCount(place))
    case 115:
      return readUnits(place)
    case 114:
      return readValue
    case 113:
      return new Map([['op', readValue(place, depth + 1)]])
    case 112:
      // oxlint-disable-next-line unicorn/no-new-array -- a hole is what it is for
      return new Array(3)
    default:
      return undefined
  }
}

function readList(place: Place, depth: number): unknown {
  const items: unknown[] = []
  if (depth < maxDepth)
    for (let rest = readCount(place); rest > 0; rest -= 1) items.push(readValue(place, depth + 1))
  return items
}

function readObject(place: Place, depth: number): unknown {
  const fields: [string, unknown][] = []
  if (depth >= maxDepth) return {}
  for (let rest = readCount(place); rest > 0; rest -= 1) {
    const key = decodeUtf8Or(take(place, readCount(place)))
    fields.push([key, readValue(place, depth + 1)])
  }
  return Object.fromEntries(fields)
}

/** No more than the bytes that are left: this reader is no target. */
function readCount(place: Place): number {
  let value = 0
  for (let unit = 1; unit < 2 ** 28; unit *= 128) {
    const byte = next(place)
    value += (byte & 127) * unit
    if (byte < 128) break
  }
  return Math.min(value, place.bytes.length - place.at)
}

function readInt(place: Place): number {
  const first = next(place)
  let value = first & 63
  let byte = first
  for (let unit = 64; byte >= 128 && unit < 2 ** 46; unit *= 128) {
    byte = next(place)
    value += (byte & 127) * unit
  }
  return (first & 64) === 0 ? value : -value
}

function readUnits(place: Place): string {
  const bytes = take(place, readCount(place))
  let text = ''
  for (let at = 0; at + 1 < bytes.length; at += 2)
    text += String.fromCharCode(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
  return text
}

function view(place: Place, length: number): DataView {
  const bytes = new Uint8Array(length)
  bytes.set(take(place, length))
  return new DataView(bytes.buffer)
}

function take(place: Place, length: number): Uint8Array {
  const bytes = place.bytes.slice(place.at, place.at + length)
  place.at += bytes.length
  return bytes
}

function next(place: Place): number {
  const byte = place.bytes[place.at]
  if (byte === undefined) return -1
  place.at += 1
  return byte
}
