import { expect, test } from 'vitest'
import { createArena } from './sqlite-arena.ts'

test('[RE301] memory that is kept is given to nobody else until all of it is cleared', () => {
  const arena = createArena()
  const write = (length: number, value: number): Uint8Array => {
    const bytes = arena.take(length).subarray(0, length).fill(value)
    arena.keep(bytes)
    return bytes
  }
  const lengths = [10, 600_000, 1, 500_000, 2_000_000, 1024 * 1024, 300, 900_000]
  const kept = lengths.map((length, index) => write(length, index + 1))
  arena.take(400).fill(0)
  for (const [index, bytes] of kept.entries()) {
    expect(bytes).toHaveLength(lengths[index] ?? 0)
    expect(bytes.every((byte) => byte === index + 1)).toBe(true)
  }
  const [first] = kept
  arena.clear()
  write(10, 9)
  expect(first?.[0]).toBe(9)
})
