/**
 * Keys: what they may hold and how they are ordered. The order is IndexedDB's own for such arrays, so that there the
 * database does the ordering, and every other backend repeats it (ST1, ST2).
 */
import type { Key } from './port.ts'

const printableAscii = /^[ -~]*$/

/** What is wrong with a key, as the end of a sentence that begins with "The key"; undefined if nothing is. */
export function faultOfKey(key: unknown): string | undefined {
  if (!Array.isArray(key)) return 'is not an array'
  const elements: readonly unknown[] = key
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index]
    if (typeof element === 'string') {
      if (!printableAscii.test(element)) return `has a string at ${index} that is not printable ASCII`
    } else if (
      typeof element !== 'number' ||
      !Number.isSafeInteger(element) ||
      element < 0 ||
      Object.is(element, -0)
    ) {
      return `has at ${index} neither a string nor a whole number from 0 to 2^53-1`
    }
  }
  return undefined
}

export function isKey(key: unknown): key is Key {
  return faultOfKey(key) === undefined
}

/** Below, at or above 0, as `a` comes before `b`, is the same, or comes after it. */
export function compareKeys(a: Key, b: Key): number {
  const shared = Math.min(a.length, b.length)
  for (let index = 0; index < shared; index++) {
    const left = a[index]
    const right = b[index]
    if (left === right) continue
    if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : 1
    if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : 1
    return typeof left === 'number' ? -1 : 1
  }
  return a.length - b.length
}

export function beginsWith(key: Key, prefix: Key): boolean {
  return key.length >= prefix.length && prefix.every((element, index) => key[index] === element)
}
