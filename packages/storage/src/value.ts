/**
 * Values: what they may hold, and copying them (ST4, ST5).
 *
 * What is refused here is what some backend would change without a word: a class loses its prototype, half a surrogate
 * pair becomes another character, a property called `__proto__` becomes a prototype.
 */
import { maxValueDepth } from './limits.ts'
import type { Value } from './port.ts'

const loneSurrogate = /\p{Surrogate}/u

/**
 * Where a value is not one, as the rest of a sentence that begins with the value's name (`.icon is a Date`); undefined
 * if it is. Costs one look at every part; bytes are not looked at.
 */
export function faultOfValue(value: unknown, depth: number = maxValueDepth): string | undefined {
  if (typeof value === 'string') return loneSurrogate.test(value) ? ' holds half a surrogate pair' : undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : ' is not a finite number'
  if (typeof value === 'boolean' || value === null) return undefined
  if (typeof value !== 'object') return ` is of type ${typeof value}`
  if (value instanceof Uint8Array) return undefined
  if (depth === 0) return ` lies deeper than ${maxValueDepth} levels`
  return Array.isArray(value) ? faultOfList(value, depth) : faultOfRecord(value, depth)
}

export function isValue(value: unknown): value is Value {
  return faultOfValue(value) === undefined
}

/** A copy that shares nothing with its original. */
export function copyValue(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (isList(value)) return value.map(copyValue)
  const copy: Record<string, Value> = {}
  for (const [name, part] of Object.entries(value)) if (part !== undefined) copy[name] = copyValue(part)
  return copy
}

/** `Array.isArray` that keeps the type of what is in the array. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

function faultOfList(list: readonly unknown[], depth: number): string | undefined {
  for (let index = 0; index < list.length; index++) {
    const fault = faultOfValue(list[index], depth - 1)
    if (fault !== undefined) return `[${index}]${fault}`
  }
  return undefined
}

function faultOfRecord(record: object, depth: number): string | undefined {
  if (!isPlain(record)) return ' is neither a plain object nor bytes'
  for (const [name, part] of Object.entries(record)) {
    if (name === '__proto__' || loneSurrogate.test(name))
      return ' has a property with a name that cannot be kept'
    if (part === undefined) continue
    const fault = faultOfValue(part, depth - 1)
    if (fault !== undefined) return `.${name}${fault}`
  }
  return undefined
}

/** An object literal, of this window or another one. */
function isPlain(record: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(record)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
