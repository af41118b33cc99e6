import { expect, test } from 'vitest'
import {
  brokenLinks,
  explainedDependencies,
  ranges,
  strayVersions,
  unlisted,
  unexplainedDependencies,
} from './docs.ts'
import { type File, trackedFiles, trackedPaths } from './files.ts'
import { packages, readPackage, rootPackage } from './workspace.ts'

const all = [rootPackage, ...packages]

function exists(path: string): boolean {
  return trackedPaths.some((tracked) => tracked === path || tracked.startsWith(`${path.replace(/\/$/, '')}/`))
}

test('[RP15] links lead somewhere', () => {
  expect(brokenLinks(trackedFiles(/\.md$/), exists)).toEqual([])
})

test('[RP15] links that lead nowhere are found', () => {
  const page = {
    path: 'docs/a.md',
    text: '# A `b`, c\n[1](b.md) [2](../README.md) [3](#a-b-c) [4](#d) [5](https://e.f)',
  }
  expect(brokenLinks([page], (path) => ['docs/a.md', 'README.md'].includes(path))).toEqual([
    'docs/a.md links to b.md, which is not there',
    'docs/a.md links to #d, but there is no such heading',
  ])
})

test('[RP21] every decision is in the index, under a number of its own', () => {
  const [index] = trackedFiles(/^docs\/decisions\/README\.md$/)
  expect(unlisted(index ?? { path: '', text: '' }, trackedPaths)).toEqual([])
})

test('[RP21] a page left out, or with a number given before, is found', () => {
  const index = { path: 'docs/decisions/README.md', text: '[1](0001-a.md) [2](0001-b.md)' }
  const paths = ['README.md', '0001-a.md', '0001-b.md', '0003-c.md'].map((name) => `docs/decisions/${name}`)
  expect(unlisted(index, paths)).toEqual([
    'docs/decisions/0003-c.md is not in docs/decisions/README.md',
    'docs/decisions/0001-b.md has the number of another page',
  ])
})

test('[RP16] every dependency is explained, and nothing else', () => {
  const explained = trackedFiles(/^docs\/dependencies\.md$/).flatMap(explainedDependencies)
  expect(explained.length).toBeGreaterThan(0)
  expect(unexplainedDependencies(explained, all)).toEqual([])
})

test('[RP16] a missing row and a row too many are found', () => {
  const page: File = { path: 'docs/dependencies.md', text: '| `yjs` | why |\n| `left` | why |\n' }
  const wire = readPackage('packages/wire', {
    name: '@parley/wire',
    dependencies: { yjs: 'catalog:', '@parley/wire': 'workspace:*' },
    devDependencies: { lib0: 'catalog:' },
  })
  expect(unexplainedDependencies(explainedDependencies(page), [wire])).toEqual([
    'lib0 is used, but has no row',
    'left has a row too many',
  ])
})

test('[RP17] versions stand in the catalog', () => {
  expect(strayVersions(all)).toEqual([])
})

test('[RP17] a version elsewhere is found', () => {
  const fields = { name: 'a', dependencies: { yjs: '^13.0.0', lib0: 'catalog:', node: '24.21.0' } }
  expect(strayVersions([readPackage('.', fields)])).toEqual(['. asks for yjs ^13.0.0'])
  expect(strayVersions([readPackage('packages/a', fields)])).toHaveLength(2)
})

test('[RP17] the catalog is exact', () => {
  expect(trackedFiles(/^pnpm-workspace\.yaml$/).flatMap(ranges)).toEqual([])
  expect(ranges({ path: 'pnpm-workspace.yaml', text: "catalog:\n  a: 1.2.3\n  'b': ^1.2.3\n" })).toEqual([
    "  'b': ^1.2.3",
  ])
})
