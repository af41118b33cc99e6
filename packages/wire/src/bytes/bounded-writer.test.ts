import { expect, test } from 'vitest'
import { writeAll, writeBytes, writeVarUint } from './bounded-writer.ts'

const max = 10_000_000

test('[WI1] what was written stays as it was, whatever is written after it', () => {
  const sizes = [0, 1, 100, 16_000, 16_380, 17_000, 200_000, 3]
  const written = sizes.map((size) =>
    writeAll(max, (writer) => writeBytes(writer, new Uint8Array(size).fill(size % 251), max)),
  )
  for (const [index, size] of sizes.entries()) {
    const bytes = written[index]
    expect(bytes?.subarray(-size || bytes.length).every((byte) => byte === size % 251)).toBe(true)
    expect(bytes?.length).toBeGreaterThan(size)
  }
})

test('[WI14] a writer that threw leaves nothing to the next one', () => {
  const failing = (): unknown =>
    writeAll(max, (writer) => {
      writeVarUint(writer, 7)
      writeVarUint(writer, -1)
    })
  expect(failing).toThrow('whole number')
  expect(writeAll(max, (writer) => writeVarUint(writer, 5))).toEqual(Uint8Array.of(5))
  expect(() => writeAll(1, (writer) => writeVarUint(writer, 300))).toThrow('allowed')
  expect(writeAll(max, (writer) => writeVarUint(writer, 5))).toEqual(Uint8Array.of(5))
})

test('[WI1] one frame may be written inside another', () => {
  const outer = writeAll(max, (writer) => {
    writeVarUint(writer, 1)
    writeBytes(
      writer,
      writeAll(max, (inner) => writeVarUint(inner, 2)),
      max,
    )
    writeVarUint(writer, 3)
  })
  expect(outer).toEqual(Uint8Array.of(1, 1, 2, 3))
})
