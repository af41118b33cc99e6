/**
 * Bytes with a map of what they are made of: fields, and counts and lengths that know what they count.
 *
 * A part may lie: a list says another count than it has, a sized part another length, a number takes more bytes than it
 * must. `encode` writes it as it says.
 */
export type Part =
  /** One byte that means something: a kind, a tag, a choice, flags. */
  | { readonly is: 'byte'; readonly value: number }
  /** 7 bits a byte, the lowest first; `extra` bytes more than it must take. */
  | { readonly is: 'number'; readonly value: number; readonly extra?: number }
  /** Bytes as they are: UTF-8, a fraction, an opaque update. */
  | { readonly is: 'raw'; readonly bytes: readonly number[] | Uint8Array }
  | { readonly is: 'row'; readonly parts: readonly Part[] }
  /** A count, then the parts. */
  | { readonly is: 'list'; readonly parts: readonly Part[]; readonly lie?: number }
  /** A length in bytes, then the part. */
  | { readonly is: 'sized'; readonly part: Part; readonly lie?: number }

export const byte = (value: number): Part => ({ is: 'byte', value })
export const number = (value: number): Part => ({ is: 'number', value })
export const raw = (bytes: readonly number[] | Uint8Array): Part => ({ is: 'raw', bytes })
export const row = (...parts: readonly Part[]): Part => ({ is: 'row', parts })
export const list = (parts: readonly Part[]): Part => ({ is: 'list', parts })
export const sized = (part: Part): Part => ({ is: 'sized', part })

const utf8 = new TextEncoder()

export const text = (value: string): Part => sized(raw(utf8.encode(value)))

export function encode(part: Part): Uint8Array<ArrayBuffer> {
  const sink: number[] = []
  put(part, sink)
  return Uint8Array.from(sink)
}

function put(part: Part, sink: number[]): void {
  switch (part.is) {
    case 'byte':
      sink.push(part.value & 255)
      return
    case 'number':
      putNumber(part.value, part.extra ?? 0, sink)
      return
    case 'raw':
      for (const value of part.bytes) sink.push(value)
      return
    case 'row':
      for (const inner of part.parts) put(inner, sink)
      return
    case 'list':
      putNumber(part.lie ?? part.parts.length, 0, sink)
      for (const inner of part.parts) put(inner, sink)
      return
    case 'sized': {
      const inner: number[] = []
      put(part.part, inner)
      putNumber(part.lie ?? inner.length, 0, sink)
      for (const value of inner) sink.push(value)
    }
  }
}

/** Beyond 2^53 - 1 too: an exact power of two has exact groups of bits. */
export function putNumber(value: number, extra: number, sink: number[]): void {
  let rest = value
  while (rest >= 128) {
    sink.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  for (let left = extra; left > 0; left -= 1) {
    sink.push(rest | 128)
    rest = 0
  }
  sink.push(rest)
}

/** Children of a part, where it has any. */
export function childrenOf(part: Part): readonly Part[] {
  if (part.is === 'row' || part.is === 'list') return part.parts
  return part.is === 'sized' ? [part.part] : []
}

export function withChildren(part: Part, children: readonly Part[]): Part {
  if (part.is === 'row' || part.is === 'list') return { ...part, parts: children }
  if (part.is === 'sized')
    return { ...part, part: children.length === 1 ? (children[0] ?? row()) : row(...children) }
  return part
}
