/** The few assertions the contract's cases need, without a test runner: a simulation runs them too. */
import { StoreError, type StoreErrorKind } from '../store.ts'

/** Plain values, maps and bytes; the order of keys does not count. */
export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [plain(actual), plain(expected)]
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`)
}

export async function checkRejects(call: Promise<unknown>, what: string): Promise<unknown> {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error(`${what}: nothing was refused`)
}

export async function checkStoreError(
  call: Promise<unknown>,
  kind: StoreErrorKind,
  what: string,
): Promise<void> {
  const error = await checkRejects(call, what)
  if (!(error instanceof StoreError)) throw new Error(`${what}: not a StoreError`, { cause: error })
  checkEqual(error.kind, kind, what)
}

/** Everything a value says, as one text. */
export function plain(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Uint8Array)
      return [...part].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    if (part instanceof Map) return [...part.entries()]
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}
