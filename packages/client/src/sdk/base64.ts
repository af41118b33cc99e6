/** Bytes as text, in the usual alphabet, padded. Only the one way of writing them is read. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3)
    const group = (a << 16) | (b << 8) | c
    const left = bytes.length - at
    text += digit(group >> 18) + digit(group >> 12)
    text += (left > 1 ? digit(group >> 6) : '=') + (left > 2 ? digit(group) : '=')
  }
  return text
}

export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const padding = text.length - text.replace(/=+$/, '').length
  const bytes = new Uint8Array((text.length / 4) * 3)
  for (let at = 0; at < text.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = Array.from(text.slice(at, at + 4), value)
    const group = (a << 18) | (b << 12) | (c << 6) | d
    bytes.set([group >> 16, (group >> 8) & 255, group & 255], (at / 4) * 3)
  }
  const whole = bytes.subarray(0, bytes.length - padding)
  // Bits that padding hides could say anything.
  return toBase64(whole) === text ? whole : undefined
}

function digit(bits: number): string {
  return alphabet.charAt(bits & 63)
}

function value(character: string): number {
  return character === '=' ? 0 : alphabet.indexOf(character)
}
