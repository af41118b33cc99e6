import { expect, test } from 'vitest'
import { builtExpressions, isGuarded } from './expressions.ts'
import { trackedFiles } from './files.ts'

test('[RP30] nothing that reads what strangers send builds a regular expression from a value', () => {
  const guarded = trackedFiles(/^packages\/.*\.tsx?$/).filter(({ path }) => isGuarded(path))
  expect(guarded.length).toBeGreaterThan(50)
  expect(guarded.flatMap(builtExpressions)).toEqual([])
})

test.each([
  'new RegExp(pattern)',
  'RegExp(pattern)',
  "new RegExp(pattern, 'u')",
  "new RegExp('a', flags)",
  "new RegExp('a' + b)",
  'new RegExp(`^${name}$`)',
  'new globalThis.RegExp(pattern)',
  'const Build = RegExp',
  'Reflect.construct(RegExp, [pattern])',
])('[RP30] a guarded part must not say %s', (text) => {
  expect(builtExpressions({ path: 'packages/wire/src/a.ts', text })).toHaveLength(1)
})

test.each([
  '/^a+$/.test(text)',
  "new RegExp('^a+$', 'u')",
  'new RegExp(/a/)',
  'value instanceof RegExp',
  'const known: RegExp = /a/',
])('[RP30] a guarded part may say %s', (text) => {
  expect(builtExpressions({ path: 'packages/wire/src/a.ts', text })).toEqual([])
})

test.each([
  ['packages/relay/src/node/http.ts', true],
  ['packages/document/src/ids.ts', true],
  ['packages/document/src/ids.test.ts', false],
  ['packages/client/src/outbox.ts', false],
])('[RP30] %s is guarded: %s', (path, expected) => {
  expect(isGuarded(path)).toBe(expected)
})
