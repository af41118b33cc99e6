/**
 * SHA-256, synchronous (WebCrypto's is not), and the text it is fed.
 */
import { digest } from 'lib0/hash/sha256'
import { encodeUtf8 } from 'lib0/string'

export function sha256(bytes: Uint8Array): Uint8Array {
  return digest(bytes)
}

export function utf8(text: string): Uint8Array {
  return encodeUtf8(text)
}

export function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
