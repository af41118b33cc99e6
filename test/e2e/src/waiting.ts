/** Waiting for something real to become so: looks often, and says what it waited for when it never does. */
import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMs = 25

/** For `expect.poll`: soon on a machine that has other things to do. */
export const soon = { timeout: 40_000 } as const

export async function until<T>(
  what: string | (() => string),
  look: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 60_000,
): Promise<T> {
  const end = performance.now() + timeoutMs
  while (performance.now() < end) {
    const seen = await look()
    if (seen !== undefined) return seen
    await pause(lookEveryMs)
  }
  throw new Error(`Waited ${timeoutMs} ms in vain: ${typeof what === 'string' ? what : what()}`)
}
