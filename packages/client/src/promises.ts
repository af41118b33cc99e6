/**
 * The promises behind `confirmed`, for as long as this engine lives: one for each change that waits, whoever asks for it.
 * They are never unhandled: nobody has to look.
 */
import type { EntryId } from '@parley/document'
import type { ParleyError } from './errors.ts'

export interface Promises {
  /** The same one for the same id, until it has settled. */
  of<T>(id: EntryId): Promise<T>
  resolve(id: EntryId, value: unknown): void
  reject(id: EntryId, error: ParleyError): void
  /** The engine ends: what waits, and whatever comes to wait, may still happen under a later engine. */
  end(error: ParleyError): void
}

interface Waiting {
  readonly promise: () => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: ParleyError) => void
}

export function createPromises(): Promises {
  const waiting = new Map<EntryId, Waiting>()
  let ended: ParleyError | undefined

  function make(id: EntryId): Promise<unknown> {
    const promise = new Promise<unknown>((resolve, reject) => {
      if (ended === undefined) waiting.set(id, { resolve, reject, promise: () => promise })
      else reject(ended)
    })
    promise.catch(() => undefined)
    return promise
  }

  return {
    of<T>(id: EntryId): Promise<T> {
      const promise = waiting.get(id)?.promise() ?? make(id)
      // The kind of outcome follows from the kind of change the id was made for.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return promise as Promise<T>
    },
    resolve(id, value) {
      waiting.get(id)?.resolve(value)
      waiting.delete(id)
    },
    reject(id, error) {
      waiting.get(id)?.reject(error)
      waiting.delete(id)
    },
    end(error) {
      ended = error
      for (const one of waiting.values()) one.reject(error)
      waiting.clear()
    },
  }
}
