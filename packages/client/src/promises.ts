/** The promises behind `confirmed`, for as long as this engine lives. They are never unhandled: nobody has to look. */
import type { EntryId } from '@parley/document'
import type { ParleyError } from './errors.ts'

export interface Promises {
  make<T>(id: EntryId): Promise<T>
  resolve(id: EntryId, value: unknown): void
  reject(id: EntryId, error: ParleyError): void
  /** The engine ends: what waits may still happen, under a later engine. */
  rejectAll(error: ParleyError): void
}

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: ParleyError) => void
}

export function createPromises(): Promises {
  const waiting = new Map<EntryId, Waiting>()
  return {
    make<T>(id: EntryId): Promise<T> {
      const promise = new Promise<T>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
      })
      promise.catch(() => undefined)
      return promise
    },
    resolve(id, value) {
      // The kind of outcome follows from the kind of item the id was made for.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      waiting.get(id)?.resolve(value as never)
      waiting.delete(id)
    },
    reject(id, error) {
      waiting.get(id)?.reject(error)
      waiting.delete(id)
    },
    rejectAll(error) {
      for (const one of waiting.values()) one.reject(error)
      waiting.clear()
    },
  }
}
