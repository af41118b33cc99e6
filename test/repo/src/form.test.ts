import { expect, test } from 'vitest'
import { trackedPaths } from './files.ts'
import { misshapen } from './form.ts'
import { packages, readPackage } from './workspace.ts'

test('[RP20] packages have the form', () => {
  const shaped = packages.filter(({ folder }) => /^(packages|apps)\//.test(folder))
  expect(shaped.length).toBeGreaterThan(4)
  expect(shaped.flatMap((about) => misshapen(about, (path) => trackedPaths.includes(path)))).toEqual([])
})

test('[RP20] another form is found', () => {
  const fields = {
    name: '@parley/wire',
    description: 'Frames.',
    license: 'MIT',
    type: 'module',
    exports: {
      '.': { 'parley-source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './late': { types: './dist/late.d.ts', 'parley-source': './src/late.ts', default: './dist/late.js' },
    },
  }
  const faults = misshapen(readPackage('packages/wire', fields), (path) => !/SPEC|late/.test(path))
  expect(faults).toEqual([
    'packages/wire has no SPEC.md',
    'packages/wire exports ./late in another form',
    'packages/wire exports ./late, but has no ./dist/late.d.ts',
  ])
})
