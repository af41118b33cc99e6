import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeAny } from '../entry/any.ts'
import type { JsonObject, JsonValue } from '../entry/entry.ts'
import { isObject } from '../entry/json.ts'
import { maxAttributesBytes, maxDepth } from '../limits.ts'
import { type AttributeEdit, editAttributes, parsePath } from './attributes.ts'

const keys = fc.constantFrom('a', 'b', 'c', '0', 'toString')
const paths = fc.array(keys, { minLength: 1, maxLength: 3 }).map((some) => some.join('.'))
const values: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, 0, 1, 'x', [1], {}),
  fc.dictionary(keys, fc.constantFrom<JsonValue>(1, {}, { a: 1 }), { noNullPrototype: true, maxKeys: 3 }),
)
const objects = fc.dictionary(keys, values, { noNullPrototype: true, maxKeys: 4 })
const edits = fc.record(
  {
    set: fc.dictionary(paths, values, { noNullPrototype: true, maxKeys: 4 }),
    unset: fc.array(paths, { maxLength: 3 }),
  },
  { requiredKeys: [] },
)

function edit(current: JsonObject, by: AttributeEdit): ReturnType<typeof editAttributes> {
  return editAttributes(new Map(Object.entries(current)), by)
}

/** One path after the other, everything on the way copied. */
function modelSet(
  value: JsonValue | undefined,
  [key, ...rest]: readonly string[],
  leaf: JsonValue,
): JsonValue {
  if (key === undefined) return leaf
  const object = isObject(value) ? value : {}
  return { ...object, [key]: modelSet(Object.hasOwn(object, key) ? object[key] : undefined, rest, leaf) }
}

function modelUnset(value: JsonObject, [key = '', ...rest]: readonly string[]): JsonObject {
  if (!Object.hasOwn(value, key)) return value
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
  const inner = value[key]
  return isObject(inner) ? { ...value, [key]: modelUnset(inner, rest) } : value
}

test('[DO76] a path is keys joined by dots', () => {
  expect(parsePath('seat')).toEqual(['seat'])
  expect(parsePath('seat.row.0')).toEqual(['seat', 'row', '0'])
  for (const path of ['', '.', 'a.', '.a', 'a..b', '__proto__', 'a.constructor', 'a.prototype.b']) {
    expect(parsePath(path)).toBeUndefined()
  }
  expect(parsePath(Array.from({ length: maxDepth }, () => 'a').join('.'))).toHaveLength(maxDepth)
  expect(parsePath(Array.from({ length: maxDepth + 1 }, () => 'a').join('.'))).toBeUndefined()
})

test('[DO77] an edit does what one path after the other does, and says by top key what is different now', () => {
  let changed = 0
  fc.assert(
    fc.property(objects, edits, (current, by) => {
      let model: JsonValue = current
      for (const path of by.unset ?? []) model = isObject(model) ? modelUnset(model, path.split('.')) : model
      for (const [path, value] of Object.entries(by.set ?? {}))
        model = modelSet(model, path.split('.'), value)
      const copy = structuredClone(current)
      const done = edit(current, by)
      if (done === 'too-large') throw new Error(done)
      expect(current).toEqual(copy)
      const result = new Map(Object.entries(current))
      for (const key of done.unset) {
        expect(result.delete(key)).toBe(true)
        expect(Object.hasOwn(done.set, key)).toBe(false)
      }
      for (const [key, value] of Object.entries(done.set)) {
        expect(result.get(key)).not.toEqual(value)
        result.set(key, value)
        changed += 1
      }
      expect(Object.fromEntries(result)).toEqual(model)
    }),
    { numRuns: 500 },
  )
  expect(changed).toBeGreaterThan(100)
})

test('[DO77] neighbours stay, and what is no object on the way becomes one', () => {
  const seat = { row: 'B', place: 7 }
  expect(edit({ seat, colour: 'red' }, { set: { 'seat.row': 'C', 'colour.rgb.r': 1 } })).toEqual({
    set: { seat: { row: 'C', place: 7 }, colour: { rgb: { r: 1 } } },
    unset: [],
  })
  expect(edit({ seat }, { unset: ['seat.row', 'seat.none.x', 'none'] })).toEqual({
    set: { seat: { place: 7 } },
    unset: [],
  })
  expect(edit({ seat }, { unset: ['seat'] })).toEqual({ set: {}, unset: ['seat'] })
  expect(edit({ seat }, { unset: ['seat'], set: { 'seat.row': 'D' } })).toEqual({
    set: { seat: { row: 'D' } },
    unset: [],
  })
})

test('[DO77] what is so already is no difference, whatever the order of its keys', () => {
  const same = { set: {}, unset: [] }
  expect(edit({ a: { x: 1, y: [{ z: 2 }] } }, { set: { a: { y: [{ z: 2 }], x: 1 } } })).toEqual(same)
  expect(edit({ a: { x: 1 } }, { set: { 'a.x': 1 }, unset: ['b', 'a.y'] })).toEqual(same)
  expect(edit({}, {})).toEqual(same)
  expect(edit({ a: [1, 2] }, { set: { a: [2, 1] } })).toEqual({ set: { a: [2, 1] }, unset: [] })
})

test('[DO78] all attributes together may have as many bytes as the limit says, and not one more', () => {
  const before = { old: 'x'.repeat(maxAttributesBytes / 2) }
  const of = (length: number): JsonObject => ({ ...before, more: 'x'.repeat(length) })
  const fits = maxAttributesBytes - (writeAny(of(5000)).length - 5000)
  expect(edit(before, { set: { more: 'x'.repeat(fits) } })).toMatchObject({ unset: [] })
  expect(edit(before, { set: { more: 'x'.repeat(fits + 1) } })).toBe('too-large')
  expect(edit(before, { set: { more: 'x'.repeat(fits + 1) }, unset: ['old'] })).toMatchObject({
    unset: ['old'],
  })
})
