/** Typed events: a map from names to the arguments their listeners get. */
export type EventMap = { readonly [name: string]: readonly unknown[] }
type Listener<A extends readonly unknown[]> = (...args: A) => void

export class Emitter<M extends EventMap> {
  readonly #listeners = new Map<keyof M, Set<Listener<never>>>()

  on<K extends keyof M>(event: K, listener: Listener<M[K]>): this {
    const set = this.#listeners.get(event) ?? new Set()
    set.add(listener)
    this.#listeners.set(event, set)
    return this
  }

  once<K extends keyof M>(event: K, listener: Listener<M[K]>): this {
    const first = (...args: M[K]): void => {
      this.off(event, first)
      listener(...args)
    }
    return this.on(event, first)
  }

  off<K extends keyof M>(event: K, listener: Listener<M[K]>): this {
    this.#listeners.get(event)?.delete(listener)
    return this
  }

  protected emit<K extends keyof M>(event: K, ...args: M[K]): void {
    // `on` put it here under the same name, so it takes what that name carries.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    for (const listener of this.#listeners.get(event) ?? []) (listener as Listener<M[K]>)(...args)
  }
}
