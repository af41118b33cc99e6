/** Bytes as lib0 and the stock protocols write them. */

export function varUint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  while (left >= 0x80) {
    bytes.push((left % 0x80) | 0x80)
    left = Math.floor(left / 0x80)
  }
  bytes.push(left)
  return Uint8Array.from(bytes)
}

/** Its length, then the bytes. */
export function varBytes(bytes: Uint8Array): Uint8Array {
  return joined(varUint(bytes.length), bytes)
}

export function varText(text: string): Uint8Array {
  return varBytes(Buffer.from(text))
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts)
}

/** The number at a place, and the place behind it. */
export function readVarUint(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly next: number } {
  let value = 0
  let unit = 1
  for (let next = at; next < bytes.length; next += 1) {
    const byte = bytes[next] ?? 0
    value += (byte & 0x7f) * unit
    unit *= 0x80
    if (byte < 0x80) return { value, next: next + 1 }
  }
  throw new Error('the bytes end within a number')
}

/** The bytes at a place that begin with their length, and the place behind them. */
export function readVarBytes(
  bytes: Uint8Array,
  at: number,
): { readonly value: Uint8Array; readonly next: number } {
  const length = readVarUint(bytes, at)
  const end = length.next + length.value
  if (end > bytes.length) throw new Error('the bytes end too early')
  return { value: bytes.subarray(length.next, end), next: end }
}
