import { expect, test } from 'vitest'
import { trackedFiles } from './files.ts'
import { citationsOf, misnumbered, prefixes, rulesOf, unknown, untested } from './rules.ts'

const specs = trackedFiles(/(^|\/)SPEC\.md$/)
const rules = specs.flatMap(rulesOf)
const citations = trackedFiles(/^(packages|apps|test|bench)\/.*\.tsx?$/).flatMap(citationsOf)

test('[RP2] every rule has a test', () => {
  expect(rules.length).toBeGreaterThan(0)
  expect(untested(rules, citations)).toEqual([])
})

test('[RP2] a rule without a test is found', () => {
  const spec = { path: 'packages/wire/SPEC.md', text: '- **WI1** One.\n- **WI2** Two.\n' }
  const tests = { path: 'packages/wire/src/a.test.ts', text: `test('[WI1] one', f); test('on [WI2]', f)` }
  expect(untested(rulesOf(spec), citationsOf(tests))).toEqual(['WI2 of packages/wire/SPEC.md has no test'])
})

test('[RP2] a title may carry several ids, and be a template', () => {
  const tests = {
    path: 'packages/wire/src/a.test.ts',
    text: 'test(`[WI1] [WI2] of ${name}`, f); test.each(a)("[WI3]", f)',
  }
  expect(citationsOf(tests).map(({ id }) => id)).toEqual(['WI1', 'WI2', 'WI3'])
})

test('[RP3] every id in a title is a rule', () => {
  expect(citations.length).toBeGreaterThan(0)
  expect(unknown(rules, citations)).toEqual([])
})

test('[RP3] a title with an id that is no rule is found', () => {
  expect(unknown([], [{ id: 'WI9', path: 'a.test.ts' }])).toEqual(['a.test.ts cites WI9, which is no rule'])
})

test('[RP4] ids are given once, with the prefix of their package', () => {
  expect(misnumbered(specs)).toEqual([])
})

test.each([
  ['packages/wire/SPEC.md', '- **WI1** One.\n- **WI1** Again.\n'],
  ['packages/wire/SPEC.md', '- **DO1** Not ours.\n'],
  ['packages/wire/SPEC.md', '- **WI1**: One.\n- **WI2**\n'],
  ['packages/new/SPEC.md', ''],
])('[RP4] %s must not be %j', (path, text) => {
  expect(misnumbered([{ path, text }])).toHaveLength(1)
})

test('[RP4] every prefix is of two letters and belongs to one SPEC', () => {
  const all = Object.values(prefixes)
  expect(all.every((prefix) => /^[A-Z]{2}$/.test(prefix))).toBe(true)
  expect(new Set(all).size).toBe(all.length)
})
