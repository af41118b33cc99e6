/**
 * What a turn has changed, laid over what was there: dropped as a whole, or adopted as a whole.
 */
export interface Overlay<Key, Value> {
  get(key: Key): Value | undefined
  /** What nobody else holds: it may be changed in place from now on. */
  set(key: Key, value: Value): void
  /** The turn's own copy of what is there, made when it is first asked for, and changed in place. */
  own(key: Key): Own<Value> | undefined
  /** In the order of their first change. */
  readonly changed: ReadonlyMap<Key, Value>
}

/** A record while the turn that made it still writes it. */
export type Own<Value> = { -readonly [Name in keyof Value]: Value[Name] }

export function createOverlay<Key, Value>(under: ReadonlyMap<Key, Value>): Overlay<Key, Value> {
  return new LaidOver(under)
}

const nothing: ReadonlyMap<never, never> = new Map<never, never>()

/** A class: every turn makes some for each conversation it comes to, and most of them stay empty. */
class LaidOver<Key, Value> implements Overlay<Key, Value> {
  readonly #under: ReadonlyMap<Key, Value>
  #changed: Map<Key, Value> | undefined

  constructor(under: ReadonlyMap<Key, Value>) {
    this.#under = under
  }

  get changed(): ReadonlyMap<Key, Value> {
    return this.#changed ?? nothing
  }

  get(key: Key): Value | undefined {
    return this.#changed?.get(key) ?? this.#under.get(key)
  }

  set(key: Key, value: Value): void {
    this.#changed ??= new Map()
    this.#changed.set(key, value)
  }

  own(key: Key): Own<Value> | undefined {
    const mine = this.#changed?.get(key)
    if (mine !== undefined) return mine
    const known = this.#under.get(key)
    if (known === undefined) return undefined
    const copy = { ...known }
    this.set(key, copy)
    return copy
  }
}
