/**
 * Attributes by path: keys joined by dots, `seat.row`. Rules DO76 to DO78.
 *
 * Paths are applied where they are judged, and what comes of it names whole top keys: who follows needs no paths.
 */
import { writeAny } from '../entry/any.ts'
import type { JsonObject, JsonValue } from '../entry/entry.ts'
import { isForbiddenKey, isObject, sameJson } from '../entry/json.ts'
import { maxAttributesBytes, maxDepth } from '../limits.ts'

export interface AttributeEdit {
  readonly set?: JsonObject | undefined
  readonly unset?: readonly string[] | undefined
}

/** By top key: what is another value now, and what is gone. */
export interface AttributeChanges {
  readonly set: JsonObject
  readonly unset: readonly string[]
}

type Draft = Record<string, JsonValue>

export function parsePath(path: string): readonly string[] | undefined {
  const keys = path.split('.')
  if (keys.length > maxDepth) return undefined
  return keys.some((key) => key === '' || isForbiddenKey(key)) ? undefined : keys
}

/** First what is taken away, then what is set, in the order given. Every path has been parsed before. */
export function editAttributes(
  current: ReadonlyMap<string, JsonValue>,
  { set = {}, unset = [] }: AttributeEdit,
): AttributeChanges | 'too-large' {
  const all: Draft = Object.fromEntries(current)
  const mine = new Map<JsonValue, Draft>()
  const touched = new Set<string>()
  for (const path of unset) {
    const keys = keysOf(path)
    touched.add(keys.top)
    takeAway(all, keys.inner, mine)
  }
  for (const [path, value] of Object.entries(set)) {
    const keys = keysOf(path)
    touched.add(keys.top)
    put(all, keys.inner, value, mine)
  }
  if (writeAny(all).length > maxAttributesBytes) return 'too-large'
  return differences(current, all, touched)
}

function keysOf(path: string): { readonly top: string; readonly inner: readonly string[] } {
  const inner = parsePath(path)
  const top = inner?.[0]
  if (inner === undefined || top === undefined) throw new Error('a path is parsed before it is applied')
  return { top, inner }
}

/** What is no object on the way becomes one. */
function put(all: Draft, keys: readonly string[], value: JsonValue, mine: Map<JsonValue, Draft>): void {
  let place = all
  for (const key of keys.slice(0, -1)) place = opened(place, key, mine)
  const last = keys.at(-1)
  if (last !== undefined) place[last] = value
}

function takeAway(all: Draft, keys: readonly string[], mine: Map<JsonValue, Draft>): void {
  let place = all
  for (const key of keys.slice(0, -1)) {
    if (!isObject(valueOf(place, key))) return
    place = opened(place, key, mine)
  }
  const last = keys.at(-1)
  if (last !== undefined) delete place[last]
}

/** The object under a key, as one that may be written to: each is copied once, however many paths go through it. */
function opened(place: Draft, key: string, mine: Map<JsonValue, Draft>): Draft {
  const inner = valueOf(place, key)
  const known = inner === undefined ? undefined : mine.get(inner)
  if (known !== undefined) return known
  const copy: Draft = isObject(inner) ? { ...inner } : {}
  mine.set(copy, copy)
  place[key] = copy
  return copy
}

function differences(
  current: ReadonlyMap<string, JsonValue>,
  all: JsonObject,
  touched: ReadonlySet<string>,
): AttributeChanges {
  const set: Draft = {}
  const unset: string[] = []
  for (const key of touched) {
    const before = current.get(key)
    const after = valueOf(all, key)
    if (after === undefined) {
      if (before !== undefined) unset.push(key)
    } else if (before === undefined || !sameJson(before, after)) {
      set[key] = after
    }
  }
  return { set, unset }
}

/** Objects have keys of their own making only: no `toString` that nobody set. */
function valueOf(place: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(place, key) ? place[key] : undefined
}
