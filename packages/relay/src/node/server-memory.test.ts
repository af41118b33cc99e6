import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { boundYoungMemory, maxYoungBytes } from './server-memory.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function fakeYoung(): { size: number; looks: number; held: number; bytes(): number; hold(): void } {
  return {
    size: maxYoungBytes / 2,
    looks: 0,
    held: 0,
    bytes() {
      this.looks += 1
      return this.size
    },
    hold() {
      this.held += 1
    },
  }
}

test('[RE363] young memory grows as far as it is of use, is held there once, and is looked at no more', () => {
  const young = fakeYoung()
  boundYoungMemory(young)
  vi.advanceTimersByTime(10_000)
  expect(young.held).toBe(0)
  young.size = maxYoungBytes
  vi.advanceTimersByTime(1000)
  expect(young.held).toBe(1)
  const { looks } = young
  vi.advanceTimersByTime(10_000)
  expect(young).toMatchObject({ held: 1, looks })
})

test('[RE363] young memory that is large at the start is held at once, and none after a relay has ended', () => {
  const large = fakeYoung()
  large.size = maxYoungBytes
  boundYoungMemory(large)
  expect(large.held).toBe(1)
  const small = fakeYoung()
  boundYoungMemory(small)()
  small.size = maxYoungBytes
  vi.advanceTimersByTime(1000)
  expect(small.held).toBe(0)
})

test('[RE363] V8 keeps to it: what survives makes the young memory of a process no larger than that', () => {
  // Each step is looked at, so that no timer decides.
  const grown = (bound: boolean): number => {
    const script = `
      const { boundYoungMemory, maxYoungBytes, youngMemory } = await import(process.argv[1])
      const kept = []
      for (let step = 0; step < 400; step += 1) {
        if (process.argv[2] === 'true') boundYoungMemory(youngMemory)()
        kept.push(Array.from({ length: 5000 }, (_, n) => ({ n, step, text: [n, step] })))
      }
      console.log(youngMemory.bytes(), kept.length)`
    const file = fileURLToPath(new URL('server-memory.ts', import.meta.url))
    const words = ['--no-warnings', '--input-type=module', '--eval', script, file, String(bound)]
    const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
    expect(stderr).toBe('')
    return Number(stdout.split(' ')[0])
  }
  expect(grown(false)).toBeGreaterThan(maxYoungBytes)
  expect(grown(true)).toBeLessThanOrEqual(maxYoungBytes)
})
