/**
 * Values as bytes, in lib0's `any` encoding, and back. What is read is parsed: bytes no value makes are `undefined`.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { Value } from '../port.ts'
import { isValue } from '../value.ts'

export function encodeValue(value: Value): Uint8Array {
  const encoder = encoding.createEncoder()
  // @ts-expect-error lib0 asks for arrays it might change, and changes none.
  encoding.writeAny(encoder, value)
  return encoding.toUint8Array(encoder)
}

/** The value in a box, since null is one. */
export function decodeValue(bytes: Uint8Array): { readonly value: Value } | undefined {
  const decoder = decoding.createDecoder(bytes)
  try {
    const value: unknown = decoding.readAny(decoder)
    return isValue(value) && !decoding.hasContent(decoder) ? { value } : undefined
  } catch {
    // lib0 has no other way to say that the bytes end too early or begin with no type it knows.
    return undefined
  }
}
