/**
 * Plain JSON values: telling them from other things, and making them of what an app gives. Rules DO8, DO9, DO17, DO18.
 */
import type { JsonObject, JsonValue } from './entry.ts'

/** Objects of unknown fields, before they are parsed. */
export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return isFields(value)
}

/** Keys that reach into an object's prototype: a reader who copies fields would inherit what a stranger wrote. */
export function isForbiddenKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** Bounded by `depth`: lists and objects within one another. Nothing here is repaired, see `plainJson`. */
export function isJson(value: unknown, depth: number): value is JsonValue {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'string') return isWellFormed(value)
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || depth === 0) return false
  if (Array.isArray(value)) return value.every((inner: unknown) => isJson(inner, depth - 1))
  return isPlain(value) && Object.entries(value).every(([key, inner]) => isJsonField(key, inner, depth - 1))
}

function isJsonField(key: string, inner: unknown, depth: number): boolean {
  return !isForbiddenKey(key) && isWellFormed(key) && isJson(inner, depth)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A lone surrogate has no UTF-8: the author would keep it, and everybody else would read something else. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\uFFFD')
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

/**
 * What JSON makes of a value, its texts well-formed; undefined where it makes nothing of it (a cycle, a BigInt, a
 * function, something nested deeper than `depth`).
 */
export function plainJson(value: unknown, depth: number): JsonValue | undefined {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    // A cycle, a BigInt, or a toJSON of the app's own that throws: it has no JSON, which is the answer.
    return undefined
  }
  if (text === undefined) return undefined
  // JSON.stringify writes a lone surrogate as an escape, which parsing would bring back. Escapes are taken one by one, so
  // that a backslash somebody wrote himself is not the beginning of one.
  const repaired = text.replaceAll(/\\(?:ud[89a-f]..|.)/g, (escape) =>
    escape.length > 2 ? '\uFFFD' : escape,
  )
  const plain: unknown = JSON.parse(repaired)
  return isJson(plain, depth) ? plain : undefined
}

/** Whether two plain values say the same, whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && sameList(a, b)
  if (!isFields(a) || !isFields(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((inner, at) => sameJson(inner, b[at]))
}
