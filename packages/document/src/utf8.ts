/**
 * The bytes of a text.
 */
import { encodeUtf8 } from 'lib0/string'

export function utf8(text: string): Uint8Array {
  return encodeUtf8(text)
}
