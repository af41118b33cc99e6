/**
 * What a turn has changed, laid over what was there: dropped as a whole, or adopted as a whole.
 */
export interface Overlay<Key, Value> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
  /** In the order of their first change. */
  readonly changed: ReadonlyMap<Key, Value>
}

export function createOverlay<Key, Value>(under: ReadonlyMap<Key, Value>): Overlay<Key, Value> {
  const changed = new Map<Key, Value>()
  return {
    get: (key) => changed.get(key) ?? under.get(key),
    set: (key, value) => {
      changed.set(key, value)
    },
    changed,
  }
}
