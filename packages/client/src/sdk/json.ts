/** JSON values as apps give them: copied where they enter, so that what was given may change afterwards. */
import { type JsonObject, type JsonValue, maxDepth } from '@parley/document'
import { ParleyError } from '../errors.ts'

export function badArgument(detail: string): ParleyError {
  return new ParleyError('bad-argument', detail)
}

/** `what`: the value's name in the sentence that refuses it. */
export function jsonOf(value: unknown, what: string): JsonValue {
  const copy = copyOf(value, maxDepth)
  if (copy === undefined) throw badArgument(`${what} is not a JSON value, or is nested too deep.`)
  return copy
}

export function jsonObjectOf(value: unknown, what: string): JsonObject {
  const copy = copyOf(value, maxDepth)
  if (!isJsonObject(copy)) throw badArgument(`${what} is not a plain object of JSON values.`)
  return copy
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A line about a conversation: a text, or null for none. */
export function lineOf(value: unknown, what: 'name' | 'icon'): string | null {
  if (value === null || typeof value === 'string') return value
  throw badArgument(`The ${what} of a conversation is a text, or null for none.`)
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badArgument(`${what} are given in a list.`)
  return value
}

/** Named values an app gives together, all of which may be left out. */
export function optionsOf<T extends object>(value: T, what: string): T {
  if (!isJsonObject(value)) throw badArgument(`${what} are given as an object, or left out.`)
  return value
}

export function flagOf(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value
  throw badArgument(`${what} is true or false.`)
}

export function checkListener(value: unknown): void {
  if (typeof value !== 'function') throw badArgument('A listener is a function.')
}

/** What was given where a text belongs, for the sentence that refuses it. */
export function quoted(value: unknown): string {
  if (typeof value !== 'string') return 'This'
  return value.length > longestQuote ? `“${value.slice(0, longestQuote)}…”` : `“${value}”`
}

const longestQuote = 80

export function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** Keys that reach into an object's prototype travel nowhere. */
export const reaching: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** undefined: it has no JSON. */
function copyOf(value: unknown, depth: number): JsonValue | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  // There is no −0 in JSON.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined
  if (typeof value !== 'object' || depth === 0) return undefined
  if (Array.isArray(value)) {
    const items = Array.from(value, (item: unknown) => copyOf(item, depth - 1))
    return items.every((item) => item !== undefined) ? items : undefined
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  const entries: [string, JsonValue][] = []
  for (const [key, item] of Object.entries(value)) {
    const copy = copyOf(item, depth - 1)
    if (copy === undefined || reaching.has(key)) return undefined
    entries.push([key, copy])
  }
  return Object.fromEntries(entries)
}
