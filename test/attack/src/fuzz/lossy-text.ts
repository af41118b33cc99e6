/** UTF-8 to text, and what is none to the character that stands for it. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export function decodeUtf8Or(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
