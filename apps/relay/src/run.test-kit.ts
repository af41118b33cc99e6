/** For tests of the command: runs it in this process. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { runParley } from './run.ts'
import type { StopSignal } from './world.ts'

export const secret = 'a secret of 32 characters, or more'
export const now = 1_800_000_000_000

export interface Run {
  readonly code: Promise<number>
  readonly printed: () => string
  readonly complained: () => string
  readonly signal: (signal: StopSignal) => void
  /** What `exit` was called with. */
  readonly exits: readonly number[]
  /** Resolves when this has been printed. */
  readonly says: (text: string) => Promise<string>
}

/** Runs the command in this process, with a world that tests hold. */
export function parley(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Run {
  let printed = ''
  let complained = ''
  const exits: number[] = []
  const listeners = new Set<(signal: StopSignal) => void>()
  const waiting = new Set<() => void>()
  const code = runParley({
    args,
    environment,
    version: '1.2.3',
    print(text) {
      printed += text
      for (const look of waiting) look()
    },
    complain(text) {
      complained += text
    },
    now: () => now,
    onSignal(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    exit: (at) => exits.push(at),
  })
  return {
    code,
    printed: () => printed,
    complained: () => complained,
    signal(signal) {
      for (const listener of listeners) listener(signal)
    },
    exits,
    async says(text) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (!printed.includes(text)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
      return printed
    },
  }
}

export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parley-command-'))
  onTestFinished(async () => {
    await rm(path, { recursive: true })
  })
  return path
}

/** Ends with this code, says this much, and prints nothing. */
export async function expectWrong(run: Run, code: number, ...sentences: readonly string[]): Promise<void> {
  expect(await run.code).toBe(code)
  for (const sentence of sentences) expect(run.complained()).toContain(sentence)
  expect(run.complained()).toMatch(/^parley: .+\.\n$/)
  expect(run.printed()).toBe('')
}
