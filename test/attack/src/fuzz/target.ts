/** A decoder under fire, with what must hold whatever it is given. */
import type { Part } from './parts.ts'
import type { Random } from './random.ts'

export interface Target {
  readonly name: string
  /** The decoder alone: what is measured where the whole took long. */
  readonly read?: (bytes: Uint8Array) => unknown
  /** Throws `Fallen` when what must hold does not; any other exception is a finding too. */
  readonly run: (bytes: Uint8Array) => void | Promise<void>
  /** Something the decoder knows, mostly valid. */
  readonly make: (random: Random) => Part
  /** At limits that chance would not reach. */
  readonly edges: readonly Part[]
  /** Inputs in a round: fewer for those that take long. */
  readonly round: number
}

export class Fallen extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'Fallen'
  }
}

export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Fallen(what)
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}

/** What a refusal says is for people, and no longer than they read. */
export function holdFault(
  fault: { readonly code: string; readonly detail: string },
  codes: readonly string[],
): void {
  hold(codes.includes(fault.code), `a refusal has the code ${fault.code}`)
  hold(
    fault.detail.length > 0 && fault.detail.length <= 300,
    `a refusal has a detail of ${fault.detail.length}`,
  )
}

/** What is the same as JSON, and as what JSON lacks, by its text. */
export function show(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`
    if (inner === undefined) return '(undefined)'
    if (typeof inner === 'number' && !Number.isFinite(inner)) return String(inner)
    return Object.is(inner, -0) ? '-0' : inner
  })
}

/** Nobody may leave anything on what every object inherits from. */
export function holdPrototypes(): void {
  hold(Object.keys(Object.prototype).length === 0, 'something was left on the prototype of objects')
}
