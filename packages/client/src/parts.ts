/**
 * What a page does not load before it is first used: each part is a module of its own. Rules CL411 to CL416.
 *
 * Whoever needs one asks here. In a browser the answer is an `import()`; elsewhere all of them are there from the start. What the
 * relay says and what needs a part that is not there waits for it in its place: none of it is overtaken, and nothing is dropped.
 */
import { ParleyError } from './errors.ts'
import type { ClientLimits } from './limits.ts'
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
  /** Whether all of them are held. */
  readonly whole: boolean
  /** Rejects `part-missing` when it cannot be had just now; the next one asks again. */
  load<N extends PartName>(name: N): Promise<PartModules[N]>
  /** The same for a call: somebody waits for it, and others behind it. */
  soon<N extends PartName>(name: N): Promise<PartModules[N]>
  /** At once when it is there, and otherwise as soon as it is: for what nobody waits for. */
  use<N extends PartName>(name: N, job: (part: PartModules[N]) => void): void
  /** All of them. */
  preload(): Promise<void>
  /** Nobody waits for any of them any more: whoever does is told this, and whoever asks later. */
  end(error: ParleyError): void
}

interface Slot<Part> {
  held(): Part | undefined
  load(withinMs: number): Promise<Part>
}

type Slots = { readonly [N in PartName]: Slot<PartModules[N]> }

export function createParts(
  sources: PartSources,
  { log, timer }: Pick<Ports, 'log' | 'timer'>,
  { partDeadlineMs, partCallMs }: Pick<ClientLimits, 'partDeadlineMs' | 'partCallMs'>,
): Parts {
  const waiting = new Set<(error: ParleyError) => void>()
  let ended: ParleyError | undefined

  function slot<Part>(name: PartName, source: PartSource<Part>): Slot<Part> {
    let part = 'there' in source ? source.there : undefined
    let coming: Promise<Part> | undefined

    async function ask(get: () => Promise<Part>): Promise<Part> {
      part = await get()
      return part
    }

    /** A network that does not answer holds nobody up for ever. What comes later is there for the next one. */
    async function inTime(asked: Promise<Part>, ms: number): Promise<Part> {
      let forget = (): void => undefined
      const late = new Promise<never>((_, reject) => {
        const cancel = timer(ms, () => reject(new Error(`${ms} ms`)))
        waiting.add(reject)
        forget = () => {
          waiting.delete(reject)
          cancel()
        }
      })
      try {
        return await Promise.race([asked, late])
      } catch (error) {
        if (coming === asked) coming = undefined
        throw error instanceof ParleyError ? error : missing(name, error)
      } finally {
        forget()
      }
    }

    return {
      held: () => part,
      async load(withinMs) {
        if (part !== undefined) return part
        if ('there' in source) return source.there
        if (ended !== undefined) throw ended
        coming ??= ask(source.get)
        return inTime(coming, withinMs)
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
    get whole() {
      return Object.values(slots).every((one) => one.held() !== undefined)
    },
    load: async (name) => slots[name].load(partDeadlineMs),
    soon: async (name) => slots[name].load(partCallMs),
    use(name, job) {
      const part = slots[name].held()
      if (part !== undefined) job(part)
      else
        slots[name]
          .load(partDeadlineMs)
          .then(job)
          .catch((error: unknown) => {
            // The end is told where it happens.
            if (ended === undefined) log.error('a part was not used', { part: name, error: String(error) })
          })
    },
    end(error) {
      ended = error
      for (const tell of waiting) tell(error)
    },
    async preload() {
      await Promise.all(Object.values(slots).map(async (one) => one.load(partDeadlineMs)))
    },
  }
}

/** Thrown by the job of a frame where it needs a part that is not there: the job is run again once that has come. */
export class PartAwaited extends Error {
  readonly part: PartName
  constructor(part: PartName) {
    super(part)
    this.part = part
  }
}

function missing(name: PartName, cause: unknown): ParleyError {
  return new ParleyError(
    'part-missing',
    `A part of the app, “${name}”, could not be loaded. Try again with a network, or reload the page.`,
    { cause },
  )
}
