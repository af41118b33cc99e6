import { Event } from './event.ts'
import { badArgument, checkListener } from './json.ts'

/** Typed events: a map from names to the arguments their listeners get. */
export type EventMap = { readonly [name: string]: readonly unknown[] }
type Listener<A extends readonly unknown[]> = (...args: A) => void

const names: ReadonlySet<unknown> = new Set(Object.values(Event))

export class Emitter<M extends EventMap> {
  /** By the listener that was given: what is called for it. */
  readonly #listeners = new Map<keyof M, Map<Listener<never>, Listener<never>>>()
  readonly #fault: (error: unknown) => void

  /** A listener's fault is the app's own: it is reported, and does not stop what others hear. */
  constructor(fault: (error: unknown) => void) {
    this.#fault = fault
  }

  on<K extends keyof M>(event: K, listener: Listener<M[K]>): this {
    return this.#add(event, listener, listener)
  }

  once<K extends keyof M>(event: K, listener: Listener<M[K]>): this {
    return this.#add(event, listener, (...args: M[K]) => {
      this.off(event, listener)
      listener(...args)
    })
  }

  off<K extends keyof M>(event: K, listener: Listener<M[K]>): this {
    this.#listeners.get(event)?.delete(listener)
    return this
  }

  protected emit<K extends keyof M>(event: K, ...args: M[K]): void {
    // As they are now: who listens from here on hears the next one.
    for (const listener of Array.from(this.#listeners.get(event)?.values() ?? [])) {
      try {
        // `on` put it here under the same name, so it takes what that name carries.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        ;(listener as Listener<M[K]>)(...args)
      } catch (error) {
        this.#fault(error)
      }
    }
  }

  #add<K extends keyof M>(event: K, given: Listener<M[K]>, called: Listener<M[K]>): this {
    if (!names.has(event)) throw badArgument('There is no event of this name: Event has them all.')
    checkListener(given)
    const listeners = this.#listeners.get(event) ?? new Map<Listener<never>, Listener<never>>()
    listeners.set(given, called)
    this.#listeners.set(event, listeners)
    return this
  }
}
