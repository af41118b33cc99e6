/**
 * The few assertions the contract's cases need, without a test runner, since they also run inside a browser's page.
 */
import { StorageError, type StorageErrorKind } from '../port.ts'

export function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  const difference = differenceOf(actual, expected, what)
  if (difference !== undefined) throw new Error(difference)
}

/** The kind a call fails with, or 'no failure'. Whatever is no `StorageError` with a sentence for people goes on. */
export async function failureOf(call: Promise<unknown>): Promise<StorageErrorKind | 'no failure'> {
  try {
    await call
    return 'no failure'
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    check(/^[A-Z].*\.$/s.test(error.message), `The message is no sentence: ${error.message}`)
    return error.kind
  }
}

export async function checkFails(
  call: Promise<unknown>,
  kind: StorageErrorKind,
  what: string,
): Promise<void> {
  checkEqual(await failureOf(call), kind, what)
}

/** The call must reject as the caller's own bug. */
export async function checkRefused(call: () => Promise<unknown>, what: string): Promise<void> {
  const outcome = await call().then(
    () => 'nothing was refused',
    (error: unknown) => error,
  )
  if (!(outcome instanceof TypeError)) throw new Error(`${what}: no TypeError`, { cause: outcome })
}

/** What differs between two plain values, and where; a property that is undefined counts as missing. */
export function differenceOf(actual: unknown, expected: unknown, where: string): string | undefined {
  if (Object.is(actual, expected)) return undefined
  if (!isObject(actual) || !isObject(expected))
    return `${where}: ${show(actual)} instead of ${show(expected)}`
  if (kindOf(actual) !== kindOf(expected)) return `${where}: ${kindOf(actual)} instead of ${kindOf(expected)}`
  const left = partsOf(actual)
  const right = partsOf(expected)
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const difference = differenceOf(left.get(name), right.get(name), `${where}.${name}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function kindOf(value: object): string {
  if (value instanceof Uint8Array) return 'bytes'
  return Array.isArray(value) ? 'an array' : 'an object'
}

function partsOf(value: object): ReadonlyMap<string, unknown> {
  const parts = new Map<string, unknown>()
  for (const [name, part] of Object.entries(value)) if (part !== undefined) parts.set(name, part)
  if (value instanceof Uint8Array || Array.isArray(value)) parts.set('length', value.length)
  return parts
}

function show(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
