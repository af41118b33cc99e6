/**
 * Byte arrays cut out of larger buffers, made whole: a database clones the buffer behind an array, so that a hundred
 * bytes seen through a frame of a megabyte would be stored as a megabyte.
 */
import type { Value } from '../port.ts'
import { isList } from '../value.ts'

/** The value itself, or a copy of the parts that had to change. */
export function compactBytes(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return isWhole(value) ? value : new Uint8Array(value)
  if (isList(value)) return compactList(value)
  return compactRecord(value)
}

function compactList(list: readonly Value[]): Value {
  let changed: Value[] | undefined
  for (const [index, part] of list.entries()) {
    const compact = compactBytes(part)
    if (compact === part) continue
    changed ??= [...list]
    changed[index] = compact
  }
  return changed ?? list
}

function compactRecord(record: { readonly [name: string]: Value | undefined }): Value {
  let changed: Record<string, Value | undefined> | undefined
  for (const [name, part] of Object.entries(record)) {
    if (part === undefined) continue
    const compact = compactBytes(part)
    if (compact === part) continue
    changed ??= { ...record }
    changed[name] = compact
  }
  return changed ?? record
}

/** Memory shared with other threads cannot be stored at all. */
function isWhole(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
}
