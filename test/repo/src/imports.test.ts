import { expect, test } from 'vitest'
import { type File, trackedFiles } from './files.ts'
import { circles, forbiddenImports, straying } from './imports.ts'

const sources = trackedFiles(/^(packages|apps|test|bench)\/.*\.tsx?$/)

function file(path: string, text: string): File {
  return { path, text }
}

test('[RP5] the import table is kept', () => {
  expect(forbiddenImports(sources)).toEqual([])
})

test.each([
  ['packages/wire/src/a.ts', `import type { Doc } from 'yjs'`],
  ['packages/storage/src/a.ts', `export type { Entry } from '@parley/document'`],
  ['packages/document/src/a.ts', `const wire = await import('@parley/wire')`],
  ['packages/document/src/a.ts', `type Frame = import('@parley/wire').Frame`],
  ['packages/relay/src/a.ts', `import { WebSocketServer } from 'ws'`],
  ['packages/relay/src/a.ts', `import { readFileSync } from 'node:fs'`],
  ['packages/client/src/browser/a.ts', `import 'node:fs'`],
  ['packages/client/src/a.ts', `import { launchChromium } from '@parley/test-chromium'`],
  ['apps/chat/src/a.ts', `import 'parley'`],
  ['packages/new/src/a.ts', `import 'yjs'`],
])('[RP5] %s must not say %s', (path, text) => {
  expect(forbiddenImports([file(path, text)])).toHaveLength(1)
})

test.each([
  ['packages/relay/src/node/a.ts', `import { WebSocketServer } from 'ws'; import 'node:fs'`],
  ['packages/relay/src/a.ts', `import { judge } from '@parley/document'; import 'lib0/encoding'`],
  ['packages/storage/src/testing.ts', `import { test } from 'vitest'`],
  ['packages/wire/src/a.test.ts', `import { test } from 'vitest'`],
])('[RP5] %s may say %s', (path, text) => {
  expect(forbiddenImports([file(path, text)])).toEqual([])
})

test('[RP6] relative imports stay in their package, and out of its shells', () => {
  expect(straying(sources)).toEqual([])
})

test.each([
  ['packages/client/src/a.ts', `import '../../wire/src/index.ts'`],
  ['packages/client/src/a.ts', `import type { Shell } from './browser/shell.ts'`],
])('[RP6] %s must not say %s', (path, text) => {
  expect(straying([file(path, text)])).toHaveLength(1)
})

test('[RP7] files do not import each other in a circle', () => {
  expect(circles(sources)).toEqual([])
})

test('[RP7] a circle of types is a circle', () => {
  const faults = circles([
    file('packages/wire/src/a.ts', `import type { B } from './b.ts'`),
    file('packages/wire/src/b.ts', `import type { C } from './c.ts'`),
    file('packages/wire/src/c.ts', `import type { B } from './b.ts'`),
  ])
  expect(faults).toEqual(['packages/wire/src/b.ts -> packages/wire/src/c.ts -> packages/wire/src/b.ts'])
})
