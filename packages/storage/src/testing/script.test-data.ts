/**
 * Random steps for `runScript`, and random keys. Few different keys, so that batches meet each other's rows.
 */
import * as fc from 'fast-check'
import type { Batch, Key, Read, Value } from '../port.ts'
import type { Step } from './script.ts'

const table = fc.constantFrom('rows', 'others')
const smallElement = fc.constantFrom<string | number>(0, 1, 2, 256, 'a', 'ab', 'b', '')
const smallKey: fc.Arbitrary<Key> = fc.array(smallElement, { maxLength: 3 })

const anyElement = fc.oneof(
  fc.maxSafeNat(),
  fc.integer({ min: 0, max: 70_000 }),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  smallElement,
)

/** Any key there may be. */
export const anyKey: fc.Arbitrary<Key> = fc.array(anyElement, { maxLength: 4 })

const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 20 }),
)

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}))

/** Any value there may be. */
export const anyValue: fc.Arbitrary<Value> = value

const batch: fc.Arbitrary<Batch> = fc.record({
  durability: fc.constantFrom('strict', 'relaxed'),
  puts: fc.array(fc.record({ table, key: smallKey, value: anyValue }), { maxLength: 6 }),
  removes: fc.array(fc.record({ table, key: smallKey }), { maxLength: 2 }),
  removePrefixes: fc.array(fc.record({ table, prefix: smallKey.filter((key) => key.length > 0) }), {
    maxLength: 1,
  }),
})

const read: fc.Arbitrary<Read> = fc.oneof(
  fc.record({ kind: fc.constant('get'), table, key: smallKey }),
  fc.record(
    {
      kind: fc.constant('range'),
      table,
      prefix: fc.oneof(fc.constant([]), smallKey),
      from: smallKey,
      to: smallKey,
      reverse: fc.boolean(),
      limit: fc.nat({ max: 5 }),
    },
    { requiredKeys: ['kind', 'table', 'prefix'] },
  ),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('commit'), batch }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('read'), reads: fc.array(read, { maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen'), closed: fc.boolean() }) },
)

export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(step, { maxLength: 20 })
