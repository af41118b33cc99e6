/**
 * Memory for what the journal holds until it is settled, used again from there on: a turn's blob in memory of its own would
 * cost more for being mapped than for being written.
 */
export interface Arena {
  /** At least so much that nobody uses; what is written into it stays only once it is kept. */
  readonly take: (room: number) => Uint8Array
  /** The beginning of what was taken last. */
  readonly keep: (bytes: Uint8Array) => void
  /** Nobody looks at anything of it any more. */
  readonly clear: () => void
}

const chunkBytes = 1024 * 1024

export function createArena(): Arena {
  const chunks: Uint8Array[] = []
  let at = 0
  let used = 0
  return {
    take(room) {
      if (room > chunkBytes) return Buffer.allocUnsafeSlow(room)
      let chunk = chunks[at]
      if (chunk !== undefined && chunk.length - used < room) {
        at += 1
        used = 0
        chunk = chunks[at]
      }
      if (chunk === undefined) {
        chunk = Buffer.allocUnsafeSlow(chunkBytes)
        chunks[at] = chunk
      }
      return chunk.subarray(used)
    },
    keep(bytes) {
      // What did not fit has memory of its own.
      if (bytes.buffer === chunks[at]?.buffer) used = bytes.byteOffset + bytes.length
    },
    clear() {
      at = 0
      used = 0
    },
  }
}
