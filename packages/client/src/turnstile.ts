/**
 * Calls take effect in the order they were made, also when one of them has to wait for a part that is not there yet: what
 * comes after it waits behind it. Rule CL413.
 */
import type { PartName, Parts } from './parts.ts'

export interface Turnstile {
  /** Rejects `part-missing`, with nothing done, when the part cannot be had. */
  readonly pass: <T>(part: PartName | undefined, call: () => Promise<T>) => Promise<T>
}

export function createTurnstile(parts: Parts): Turnstile {
  let waiting = 0
  /** What it is made of is done at once. */
  let isEntering = false
  let last: Promise<void> = Promise.resolve()

  async function queue<T>(part: PartName | undefined, call: () => Promise<T>): Promise<T> {
    const before = last
    let passed = (): void => undefined
    last = new Promise((resolve) => {
      passed = resolve
    })
    waiting += 1
    // Both at once, so that nobody waits for two networks in a row.
    const own = part === undefined ? Promise.resolve() : parts.soon(part)
    const [loaded] = await Promise.allSettled([own, before])
    // Begun in this order, they are stored in this order: what becomes of it nobody behind it waits for.
    isEntering = true
    const begun = loaded.status === 'fulfilled' ? call() : own.then(call)
    isEntering = false
    waiting -= 1
    passed()
    return begun
  }

  return {
    pass: async (part, call) => {
      const isThere = part === undefined || parts.held(part) !== undefined
      return isThere && (waiting === 0 || isEntering) ? call() : queue(part, call)
    },
  }
}
