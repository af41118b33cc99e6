/** Values this relay wrote into its log: outcomes and changes. What cannot be read back is a fault of the disk, or ours. */
import { type JsonObject, type JsonValue, readAny } from '@parley/document'
import { maxAnyDepth } from '@parley/wire'

export function readStored(bytes: Uint8Array): JsonValue {
  const read = readAny(bytes, { maxBytes: Number.POSITIVE_INFINITY, maxDepth: maxAnyDepth + 2 })
  if (!read.ok) throw new Error(`a value of the log cannot be read: ${read.detail}`)
  return read.value
}

export function readStoredObject(bytes: Uint8Array): JsonObject {
  const value = readStored(bytes)
  if (!isObject(value)) throw new Error('a value of the log is not an object')
  return value
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
