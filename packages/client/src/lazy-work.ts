/** Work that the part `repair` does behind everything else: begun as soon as that is there. Rules CL412 and CL421. */
import type { Core } from './core.ts'
import type { History } from './history.ts'
import type { Locate } from './locating.ts'
import { createRetry } from './retry.ts'

/** Nobody waits for it, so nobody asks again for what could not be loaded. Rule CL421. */
export function createLazyIdleWork(core: Core): () => void {
  const { parts } = core.model
  const retry = createRetry(core.ports, core.limits)
  let work: (() => void) | undefined

  function later(error: unknown): void {
    // A new session begins it anyway.
    if (!core.caughtUp) return
    core.ports.log.error('idle work was not begun', { error: String(error) })
    retry.later(() => {
      if (core.caughtUp) begin()
    })
  }

  function begin(): void {
    const part = parts.held('repair')
    if (part === undefined) {
      parts.load('repair').then(begin).catch(later)
      return
    }
    work ??= part.createIdleWork(core)
    work()
  }

  return begin
}

/** Looking for targets is rare. */
export function createLazyLocate(core: Core, history: History): Locate {
  let locate: Locate | undefined
  return (item) =>
    core.model.parts.use('repair', ({ createLocate }) => {
      locate ??= createLocate(core, history)
      locate(item)
    })
}
