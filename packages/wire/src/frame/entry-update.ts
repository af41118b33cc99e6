/**
 * Updates of entries are bytes of Yjs, but most begin alike: one item of one client, behind the one before it of the same client.
 * What such a beginning says stands in two numbers, and in none where the row before holds that one. (SPEC: WI37, WI38)
 */

/** Where an entry stands, as its update says it. */
export interface Item {
  readonly client: number
  readonly clock: number
}

export interface OwnUpdate extends Item {
  /** What follows the beginning. */
  readonly rest: Uint8Array
}

/** One client, one item; then its client and clock. */
const oneItem = [1, 1] as const
/** It has an origin, and holds values. */
const afterOrigin = 0x88

/** Advances over numbers of an update; NaN where there is none as Yjs writes it. */
interface Cursor {
  at: number
}

function varUint(bytes: Uint8Array, cursor: Cursor): number {
  let value = 0
  let unit = 1
  for (;;) {
    const byte = bytes[cursor.at]
    if (byte === undefined) return Number.NaN
    cursor.at += 1
    value += (byte & 0x7f) * unit
    if (byte < 0x80) return (byte === 0 && unit > 1) || value > Number.MAX_SAFE_INTEGER ? Number.NaN : value
    unit *= 0x80
    if (unit > 2 ** 49) return Number.NaN
  }
}

/** Of any update that begins with one item. */
export function itemOf(update: Uint8Array): Item | undefined {
  if (update[0] !== oneItem[0] || update[1] !== oneItem[1]) return undefined
  const cursor = { at: 2 }
  const client = varUint(update, cursor)
  const clock = varUint(update, cursor)
  return Number.isNaN(client) || Number.isNaN(clock) ? undefined : { client, clock }
}

/** undefined for an update that begins in any other way. */
export function ownUpdate(update: Uint8Array): OwnUpdate | undefined {
  if (update[0] !== oneItem[0] || update[1] !== oneItem[1]) return undefined
  const cursor = { at: 2 }
  const client = varUint(update, cursor)
  const clock = varUint(update, cursor)
  if (update[cursor.at] !== afterOrigin) return undefined
  cursor.at += 1
  if (varUint(update, cursor) !== client || varUint(update, cursor) !== clock - 1) return undefined
  return { client, clock, rest: update.subarray(cursor.at) }
}

/** The update again. */
export function updateOf({ client, clock, rest }: OwnUpdate): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(3 + 2 * sizeOf(client) + sizeOf(clock) + sizeOf(clock - 1) + rest.length)
  bytes.set(oneItem)
  let at = put(bytes, put(bytes, 2, client), clock)
  bytes[at] = afterOrigin
  at = put(bytes, put(bytes, at + 1, client), clock - 1)
  bytes.set(rest, at)
  return bytes
}

function put(bytes: Uint8Array, at: number, value: number): number {
  let end = at
  let left = value
  for (; left >= 0x80; end += 1) {
    bytes[end] = (left % 0x80) | 0x80
    left = Math.floor(left / 0x80)
  }
  bytes[end] = left
  return end + 1
}

function sizeOf(value: number): number {
  let size = 1
  for (let left = value; left >= 0x80; left /= 0x80) size += 1
  return size
}
