import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginsWith, compareKeys } from './key.ts'
import type { Key, Read, Row } from './port.ts'
import { createSortedRows } from './sorted-rows.ts'

const anyKey: fc.Arbitrary<Key> = fc.tuple(fc.nat(4), fc.nat(6))
const anyPrefix: fc.Arbitrary<Key> = fc.array(fc.nat(5), { maxLength: 1 })

type Range = Extract<Read, { readonly kind: 'range' }>
const anyRange: fc.Arbitrary<Range> = fc
  .record(
    {
      prefix: anyPrefix,
      from: fc.nat(6),
      to: fc.nat(6),
      reverse: fc.boolean(),
      limit: fc.integer({ min: 1, max: 9 }),
    },
    { requiredKeys: ['prefix'] },
  )
  .map(({ from, to, ...read }) => ({
    kind: 'range',
    table: 'rows',
    ...read,
    ...(from === undefined ? {} : { from: [from] }),
    ...(to === undefined ? {} : { to: [to] }),
  }))

const anyStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put'), key: anyKey, value: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove'), key: anyKey }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('removePrefix'), prefix: anyPrefix }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('range'), read: anyRange }) },
)

function rangeOf(rows: readonly Row[], { prefix, from, to, reverse, limit }: Range): readonly Row[] {
  const low = from === undefined ? prefix : [...prefix, ...from]
  const found = rows.filter(
    ({ key }) =>
      compareKeys(key, low) >= 0 &&
      (to === undefined
        ? compareKeys(key, prefix) < 0 || beginsWith(key, prefix)
        : compareKeys(key, [...prefix, ...to]) <= 0),
  )
  return (reverse === true ? found.toReversed() : found).slice(0, limit)
}

function same(found: readonly Row[], wanted: readonly Row[]): void {
  expect(found).toEqual(wanted)
}

const whole: Range = { kind: 'range', table: 'rows', prefix: [] }

test('[ST23] a table in many blocks, and in one, answers as an array that is sorted anew each time', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 3, 512), fc.array(anyStep, { maxLength: 80 }), (most, steps) => {
      const table = createSortedRows(most)
      let model: readonly Row[] = []
      for (const step of steps) {
        if ('read' in step) {
          same(table.range(step.read), rangeOf(model, step.read))
          continue
        }
        if ('prefix' in step) {
          table.removePrefix(step.prefix)
          model = model.filter(({ key }) => !beginsWith(key, step.prefix))
        } else {
          const put = 'value' in step ? [{ key: step.key, value: step.value }] : []
          for (const row of put) table.put(row)
          if (put.length === 0) table.remove(step.key)
          const others = model.filter(({ key }) => compareKeys(key, step.key) !== 0)
          model = [...others, ...put].toSorted((a, b) => compareKeys(a.key, b.key))
        }
        same(table.range(whole), model)
      }
      expect(model.map(({ key }) => table.get(key))).toEqual(model)
      expect(table.get([9, 9])).toBeUndefined()
    }),
    { numRuns: 500 },
  )
})

test('[ST23] rows that come in from the end, very many of them, are all there and in order', () => {
  const table = createSortedRows()
  for (let n = 100_000; n > 0; n -= 1) table.put({ key: [n], value: n })
  const found = table.range({ kind: 'range', table: 'rows', prefix: [], from: [99_998] })
  expect(found.map(({ value }) => value)).toEqual([99_998, 99_999, 100_000])
  expect(table.range({ kind: 'range', table: 'rows', prefix: [], reverse: true, limit: 1 })).toEqual([
    { key: [100_000], value: 100_000 },
  ])
})
