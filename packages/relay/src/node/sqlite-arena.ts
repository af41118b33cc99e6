/**
 * Memory for what the journal holds until it is settled, used again from there on: a turn's blob in memory of its own would
 * cost more for being mapped than for being written.
 */
export interface Arena {
  /** At least so much that nobody uses; what is written into it stays only once it is kept. */
  readonly take: (room: number) => Uint8Array
  /** The beginning of what was taken last, of this position: above that of all before it. */
  readonly keep: (bytes: Uint8Array, position: number) => void
  /** Nobody looks at anything of it any more, up to this position. */
  readonly release: (position: number) => void
}

interface Chunk {
  readonly memory: Uint8Array
  used: number
  /** Of what was kept last. */
  position: number
}

const chunkBytes = 1024 * 1024

export function createArena(): Arena {
  /** In use, the last of them not full; and those that are not. */
  const chunks: Chunk[] = []
  const free: Chunk[] = []

  const last = (room: number): Chunk => {
    const chunk = chunks.at(-1)
    if (chunk !== undefined && chunk.memory.length - chunk.used >= room) return chunk
    const next = free.pop() ?? { memory: Buffer.allocUnsafeSlow(chunkBytes), used: 0, position: 0 }
    chunks.push(next)
    return next
  }

  return {
    take(room) {
      if (room > chunkBytes) return Buffer.allocUnsafeSlow(room)
      const chunk = last(room)
      return chunk.memory.subarray(chunk.used)
    },
    keep(bytes, position) {
      const chunk = chunks.at(-1)
      // What did not fit has memory of its own.
      if (chunk === undefined || bytes.buffer !== chunk.memory.buffer) return
      chunk.used = bytes.byteOffset + bytes.length
      chunk.position = position
    },
    release(position) {
      while (chunks[0] !== undefined && chunks[0].position <= position) {
        const [chunk] = chunks.splice(0, 1)
        if (chunk !== undefined) free.push({ ...chunk, used: 0, position: 0 })
      }
    },
  }
}
