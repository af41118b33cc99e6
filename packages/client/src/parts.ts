/**
 * What a page does not load before it is first used: each part is a module of its own. Rules CL411 to CL416.
 *
 * Whoever needs one asks here. In a browser the answer is an `import()`; elsewhere all of them are there from the start. A job
 * that needs a part which is not there waits for it in its place: nothing overtakes it, and nothing is dropped.
 */
import { ParleyError } from './errors.ts'
import type { Ports } from './ports.ts'

/** Each part says here what it is: see `part-modules.ts`. Named there and not here, since the parts know this file. */
export interface PartModules {}

export type PartName = keyof PartModules

/** A part that is there from the start, or how it is got. */
export type PartSource<Part> = { readonly there: Part } | { readonly get: () => Promise<Part> }

export type PartSources = { readonly [N in PartName]: PartSource<PartModules[N]> }

export interface Parts {
  /** undefined before it was loaded. */
  held<N extends PartName>(name: N): PartModules[N] | undefined
  /** Rejects `part-missing` when it cannot be had just now; the next one asks again. */
  load<N extends PartName>(name: N): Promise<PartModules[N]>
  /** At once when it is there, and otherwise as soon as it is: for what nobody waits for. */
  use<N extends PartName>(name: N, job: (part: PartModules[N]) => void): void
  /** All of them. */
  preload(): Promise<void>
  /** Nobody waits for any of them any more: whoever does is told this, and whoever asks later. */
  end(error: ParleyError): void
}

interface Slot<Part> {
  held(): Part | undefined
  load(): Promise<Part>
}

type Slots = { readonly [N in PartName]: Slot<PartModules[N]> }

export function createParts(
  sources: PartSources,
  { log, timer }: Pick<Ports, 'log' | 'timer'>,
  deadlineMs: number,
): Parts {
  const waiting = new Set<(error: ParleyError) => void>()
  let ended: ParleyError | undefined

  function slot<Part>(name: PartName, source: PartSource<Part>): Slot<Part> {
    let part = 'there' in source ? source.there : undefined
    let coming: Promise<Part> | undefined

    /** A network that does not answer holds nobody up for ever. What comes later is there for the next one. */
    async function inTime(get: () => Promise<Part>): Promise<Part> {
      let forget = (): void => undefined
      const late = new Promise<never>((_, reject) => {
        const cancel = timer(deadlineMs, () => reject(new Error(`not loaded within ${deadlineMs} ms`)))
        waiting.add(reject)
        forget = () => {
          waiting.delete(reject)
          cancel()
        }
      })
      const loaded = get().then((one) => {
        part = one
        return one
      })
      try {
        return await Promise.race([loaded, late])
      } catch (error) {
        throw error instanceof ParleyError ? error : missing(name, error)
      } finally {
        forget()
        coming = undefined
      }
    }

    return {
      held: () => part,
      async load() {
        if (part !== undefined) return part
        if ('there' in source) return source.there
        if (ended !== undefined) throw ended
        coming ??= inTime(source.get)
        return coming
      },
    }
  }

  const slots: Slots = {
    changes: slot('changes', sources.changes),
    live: slot('live', sources.live),
    past: slot('past', sources.past),
    people: slot('people', sources.people),
    receipts: slot('receipts', sources.receipts),
    repair: slot('repair', sources.repair),
  }

  return {
    held: (name) => slots[name].held(),
    load: async (name) => slots[name].load(),
    use(name, job) {
      const part = slots[name].held()
      if (part !== undefined) job(part)
      else
        slots[name]
          .load()
          .then(job)
          .catch((error: unknown) => log.error('a part was not used', { part: name, error: String(error) }))
    },
    end(error) {
      ended = error
      for (const tell of waiting) tell(error)
    },
    async preload() {
      await Promise.all(Object.values(slots).map(async (one) => one.load()))
    },
  }
}

function missing(name: PartName, cause: unknown): ParleyError {
  return new ParleyError(
    'part-missing',
    `A part of the app, “${name}”, could not be loaded. Try again with a network, or reload the page. Pages that are used offline keep all chunks of theirs in a cache.`,
    { cause },
  )
}
