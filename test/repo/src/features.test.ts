import { expect, test } from 'vitest'
import { featureSeries, misplacedFeatures, unknownFiles, unknownRules, unproved } from './features.ts'
import { type File, trackedFiles, trackedPaths } from './files.ts'
import { rulesOf } from './rules.ts'

const [found] = trackedFiles(/^docs\/features\.md$/)
const page: File = found ?? { path: 'docs/features.md', text: '' }
const rules = trackedFiles(/(^|\/)SPEC\.md$/).flatMap(rulesOf)

function pageOf(...rows: readonly string[]): File {
  return { path: 'docs/features.md', text: ['| id | what |', ...rows, ''].join('\n') }
}

function allRows(): readonly string[] {
  return Object.entries(featureSeries).flatMap(([series, count]) =>
    Array.from({ length: count }, (_, place) => `| ${series}${place + 1} | it | \`call()\` | CL1 |`),
  )
}

test('[RP22] every feature has its row', () => {
  expect(misplacedFeatures(page)).toEqual([])
})

test('[RP22] a row that is missing, doubled, strange or out of its order is found', () => {
  const rows = allRows()
  expect(misplacedFeatures(pageOf(...rows))).toEqual([])
  expect(misplacedFeatures(pageOf(...rows.slice(1)))).toEqual(['F1 has no row'])
  expect(misplacedFeatures(pageOf(...rows, '| F2 | it | `call()` | CL1 |'))).toEqual([
    'F2 has a row too many',
  ])
  expect(misplacedFeatures(pageOf(...rows, '| F93 | it | `call()` | CL1 |'))).toEqual([
    'F93 has a row too many',
  ])
  const [first = '', second = '', ...rest] = rows
  expect(misplacedFeatures(pageOf(second, first, ...rest))).toEqual(['F2 stands out of its order'])
})

test('[RP23] what the page claims is tested, by rules and files that are there', () => {
  expect(unproved(page)).toEqual([])
  expect(unknownRules(page, rules)).toEqual([])
  expect(unknownFiles(page, (path) => trackedPaths.includes(path))).toEqual([])
})

test('[RP23] a claim without a rule is found, and so is a rule or a file that is not there', () => {
  const wrong = pageOf(
    '| F1 | it | `call()` | somewhere |',
    '| F2 | it | **Partly**: `call()` | – |',
    '| F3 | it | **Later** | – |',
    '| F4 | it | **Not here**, because | – |',
    '| F5 | it | `call()` | CL1, CL9999 and `packages/a.ts`, `../test/b.test.ts`, `docs/c.md` |',
  )
  expect(unproved(wrong)).toEqual(['F1 names no rule', 'F2 names no rule'])
  expect(unknownRules(wrong, rules)).toEqual(['docs/features.md names CL9999, which is no rule'])
  expect(unknownFiles(wrong, (path) => path === 'docs/c.md')).toEqual([
    'docs/features.md names packages/a.ts, which is not there',
    'docs/features.md names ../test/b.test.ts, which is not there',
  ])
})
