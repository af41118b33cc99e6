/** Bytes of the journal: numbers in groups of seven bits, texts as UTF-8, names that come again by their number. */

export interface JournalWriter {
  /** From 0 to 2^53 - 1. Throws at anything else: what cannot be read again must not be written. */
  readonly uint: (value: number) => void
  /** The same with a sign. */
  readonly int: (value: number) => void
  readonly text: (value: string) => void
  readonly textOrNone: (value: string | null) => void
  /** A text that is likely to come again. */
  readonly name: (value: string) => void
  /** Answers where the bytes begin. */
  readonly blob: (value: Uint8Array) => number
  /** What was written, without a copy. */
  readonly bytes: () => Uint8Array
  readonly part: (from: number, length: number) => Uint8Array
}

const utf8 = new TextEncoder()

/** Writes into this memory as long as there is room in it. */
export function createJournalWriter(memory: Uint8Array): JournalWriter {
  let buffer = memory
  let capacity = memory.length
  let end = 0
  const names = new Map<string, number>()

  const reserve = (length: number): void => {
    if (end + length <= capacity) return
    capacity = 2 * capacity + length
    const larger = Buffer.allocUnsafeSlow(capacity)
    larger.set(buffer.subarray(0, end))
    buffer = larger
  }

  const groups = (value: number): void => {
    let rest = value
    while (rest > 0x7f) {
      buffer[end++] = 0x80 | (rest & 0x7f)
      rest >>>= 7
    }
    buffer[end++] = rest
  }

  const uint = (value: number): void => {
    reserve(8)
    if (value >>> 0 === value) {
      groups(value)
      return
    }
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no number of the log`)
    // The first four groups, and what is left, which is smaller than 2^25.
    const low = value % 2 ** 28
    buffer[end++] = 0x80 | (low & 0x7f)
    buffer[end++] = 0x80 | ((low >>> 7) & 0x7f)
    buffer[end++] = 0x80 | ((low >>> 14) & 0x7f)
    buffer[end++] = 0x80 | (low >>> 21)
    groups((value - low) / 2 ** 28)
  }

  const text = (value: string): void => {
    const { length } = value
    reserve(8 + 3 * length)
    if (length > 48 || !writeAscii(value)) {
      const bytes = Buffer.byteLength(value)
      uint(bytes)
      end += utf8.encodeInto(value, buffer.subarray(end, end + bytes)).written
    }
  }

  /** Most texts are ids: for so few letters a call to something native costs more than they do. */
  const writeAscii = (value: string): boolean => {
    const { length } = value
    buffer[end] = length
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index)
      if (code > 0x7f) return false
      buffer[end + 1 + index] = code
    }
    end += 1 + length
    return true
  }

  return {
    uint,
    int: (value) => uint(value < 0 ? -2 * value - 1 : 2 * value),
    text,
    textOrNone(value) {
      uint(value === null ? 0 : 1)
      if (value !== null) text(value)
    },
    name(value) {
      const known = names.get(value)
      uint(known ?? 0)
      if (known !== undefined) return
      names.set(value, names.size + 1)
      text(value)
    },
    blob(value) {
      uint(value.length)
      reserve(value.length)
      buffer.set(value, end)
      end += value.length
      return end - value.length
    },
    bytes: () => new Uint8Array(buffer.buffer, buffer.byteOffset, end),
    part: (from, length) => new Uint8Array(buffer.buffer, buffer.byteOffset + from, length),
  }
}
