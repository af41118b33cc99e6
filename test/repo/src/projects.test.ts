import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, trackedPaths } from './files.ts'
import { reachedFrom, unchecked } from './projects.ts'

test('[RP18] every file of code is checked by the compiler', { timeout: 60_000 }, () => {
  const projects = reachedFrom(join(root, 'tsconfig.json'))
  expect(projects.size).toBeGreaterThan(5)
  // What starts a program in a package's `bin` is JavaScript of a line or two.
  // What is in bench/peers imports packages that only a comparison installs: no compiler here knows them.
  const code = trackedPaths.filter(
    (path) => /\.(ts|tsx|mts|mjs)$/.test(path) && !path.startsWith('bench/peers/'),
  )
  expect(unchecked(code, projects.values())).toEqual([])
})

test('[RP18] a file no project holds is found', () => {
  const project = {
    path: 'packages/wire/tsconfig.json',
    include: ['packages/wire/src'],
    exclude: ['packages/wire/src/node', '**/*.test.ts'],
    references: [],
  }
  const paths = [
    'packages/wire/src/a.ts',
    'packages/wire/src/node/b.ts',
    'packages/wire/src/a.test.ts',
    'c.config.ts',
  ]
  expect(unchecked(paths, [project])).toEqual(paths.slice(1))
})
