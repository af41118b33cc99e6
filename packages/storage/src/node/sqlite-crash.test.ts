import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { OpenStore } from '../port.ts'
import { batchesKept, batchRows, crashLayout } from './crash.test-child.ts'
import { createSqliteStore } from './sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-crash-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Writer {
  readonly child: ChildProcess
  /** What it has printed, line by line. */
  readonly lines: readonly string[]
  /** Resolves when it has printed so many lines. */
  readonly printed: (count: number) => Promise<void>
  readonly ended: Promise<void>
}

function startWriter(path: string): Writer {
  const script = join(import.meta.dirname, 'crash.test-child.ts')
  const child = spawn(process.execPath, ['--conditions=parley-source', '--no-warnings', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  let rest = ''
  let look: () => void = () => undefined
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    look()
  })
  return {
    child,
    lines,
    printed: async (count) =>
      new Promise((resolve) => {
        look = () => {
          if (lines.length >= count) resolve()
        }
        look()
      }),
    ended: new Promise((resolve) => {
      child.on('close', () => resolve())
    }),
  }
}

/** The last batch there is, after checking that every batch is there whole or not at all. */
async function lastBatch(owner: OpenStore): Promise<number> {
  const [counts, rows] = await owner.read([
    { kind: 'get', table: 'counts', key: ['last'] },
    { kind: 'range', table: 'rows', prefix: [] },
  ])
  const last = Number(counts?.[0]?.value ?? 0)
  const present = Array.from({ length: batchesKept }, (_, index) => last - index)
    .filter((n) => n > 0)
    .toReversed()
  const expected = present.flatMap((n) =>
    Array.from({ length: batchRows }, (_, index) => ['batch', n, index]),
  )
  expect(rows?.map(({ key }) => key)).toEqual(expected)
  return last
}

test('[ST63] after a kill in the middle of commits, what was answered is there, and nothing in parts', async () => {
  const path = join(folder, 'kill.db')
  for (let round = 0; round < 12; round++) {
    const writer = startWriter(path)
    await writer.printed(1 + ((round * 7) % 23))
    writer.child.kill('SIGKILL')
    await writer.ended
    const owner = await createSqliteStore({ path, layout: crashLayout }).open()
    const answered = Number(writer.lines.at(-1))
    const last = await lastBatch(owner)
    expect(last).toBeGreaterThanOrEqual(answered)
    // The one that ran when the kill came may be there, since its answer was on the way.
    expect(last).toBeLessThanOrEqual(answered + 1)
    await owner.close()
  }
}, 60_000)

test('[ST15] [ST63] a process that goes on after another one has opened the file commits nothing more', async () => {
  const path = join(folder, 'fence.db')
  const writer = startWriter(path)
  await writer.printed(5)
  const owner = await createSqliteStore({ path, layout: crashLayout }).open()
  const last = await lastBatch(owner)
  await writer.ended
  expect(writer.lines.at(-1)).toBe('stale-epoch')
  expect(writer.lines.at(-2)).toBe(String(last))
  expect(await lastBatch(owner)).toBe(last)
  await owner.close()
}, 30_000)

test('[ST18] [ST69] data destroyed under another process are emptied, and it finds the store closed', async () => {
  const path = join(folder, 'destroy.db')
  const writer = startWriter(path)
  await writer.printed(5)
  const store = createSqliteStore({ path, layout: crashLayout })
  await store.destroy()
  const owner = await store.open()
  expect(await lastBatch(owner)).toBe(0)
  await writer.ended
  expect(writer.lines.at(-1)).toBe('closed')
  expect(await lastBatch(owner)).toBe(0)
  await owner.close()
}, 30_000)
