import type { Inflate } from '../ports.ts'

const make = (): DecompressionStream => new DecompressionStream('deflate-raw')

/** What is given at once may become a thousand times as much before anybody looks. */
const sliceBytes = 4096

async function inflateByStream(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const { readable, writable } = make()
  const write = async (): Promise<void> => {
    const writer = writable.getWriter()
    for (let at = 0; at < bytes.length; at += sliceBytes) await writer.write(bytes.slice(at, at + sliceBytes))
    await writer.close()
  }
  // What is wrong with them is told to whoever reads.
  write().catch(() => undefined)
  const reader = readable.getReader()
  const all = new Uint8Array(maxBytes)
  for (let size = 0; ;) {
    const { done, value } = await reader.read()
    if (done) return all.subarray(0, size)
    // Throws when there is no room for it; and what nobody reads is not inflated.
    all.set(value, size)
    size += value.length
  }
}

/** Older browsers have no such stream, or know other formats. */
function canInflate(): boolean {
  try {
    make()
    return true
  } catch {
    return false
  }
}

export const inflate: Inflate | undefined = canInflate() ? inflateByStream : undefined
