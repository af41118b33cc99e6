import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, trackedFiles } from './files.ts'

interface Limit {
  readonly maxGzipBytes: number
  readonly aimGzipBytes: number
  readonly mustHold?: readonly string[]
  readonly mustNotHold: readonly string[]
}

const limits = JSON.parse(readFileSync(join(root, 'scripts', 'bundle-limits.json'), 'utf8')) as {
  readonly core: Limit
  readonly whole: Limit
  readonly unused: readonly { readonly name: string; readonly mustNotHold: readonly string[] }[]
}

test('[RP31] the aims of what a page loads stand beside its limits, and no limit is under its aim', () => {
  const { core, whole } = limits
  expect([core.aimGzipBytes, whole.aimGzipBytes]).toEqual([45_000, 60_000])
  for (const { maxGzipBytes, aimGzipBytes } of [core, whole])
    expect(maxGzipBytes).toBeGreaterThanOrEqual(aimGzipBytes)
  expect(core.maxGzipBytes).toBeLessThan(whole.maxGzipBytes)
})

test('[RP32] every canary of ours names something that exists: what is renamed must not go unseen', () => {
  const paths = trackedFiles(/^packages\//).map(({ path }) => path)
  const canaries = [limits.core, limits.whole, ...limits.unused].flatMap(({ mustNotHold, ...more }) => [
    ...mustNotHold,
    ...('mustHold' in more ? (more.mustHold ?? []) : []),
  ])
  const ours = canaries.filter((canary) => canary.startsWith('packages/'))
  expect(ours.length).toBeGreaterThan(30)
  expect(ours.filter((canary) => !paths.some((path) => path.startsWith(canary)))).toEqual([])
})

test('[RP33] nothing imports a part without waiting for it: it would be in the core', () => {
  const mayImport = ['whole-parts.ts', 'part-modules.ts', 'browser/most-parts.ts'].map(
    (name) => `packages/client/src/${name}`,
  )
  const importers = trackedFiles(/^packages\/client\/src\/.*\.ts$/).filter(
    ({ path, text }) => !mayImport.includes(path) && /from '[^']*(-part|most-parts)\.ts'/.test(text),
  )
  expect(importers.map(({ path }) => path)).toEqual([])
  const lazy = readFileSync(join(root, 'packages/client/src/browser/lazy-parts.ts'), 'utf8')
  expect(lazy.match(/import\('[^']*(-part|most-parts)\.ts'\)/g)).toHaveLength(2)
})
