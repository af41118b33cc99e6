// Bundles what a page loads, whole and minified, and holds its gzipped size against bundle-limits.json. It also says which
// packages went in: one that should be missing and is not, or the other way round, fails as well.

import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { createChecks } from './checks.ts'
import { root } from './prepare.mjs'

interface Limit {
  readonly name: string
  readonly why: string
  readonly imports: readonly string[]
  readonly maxGzipBytes: number
  readonly mustHold: readonly string[]
  /** What may be in it besides; anything else is a stowaway. */
  readonly mayHold: readonly string[]
}

const { check, finish } = createChecks()
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of this repository
const limits = JSON.parse(
  readFileSync(join(root, 'scripts', 'bundle-limits.json'), 'utf8'),
) as readonly Limit[]
for (const limit of limits) await check(limit.name, () => measure(limit))
finish()

async function measure(limit: Limit): Promise<void> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: limit.imports.map((entry) => `export * from '${entry}'`).join('\n'),
      resolveDir: join(root, 'test', 'consumer'),
    },
    bundle: true,
    conditions: ['parley-source'],
    format: 'esm',
    logLevel: 'silent',
    metafile: true,
    minify: true,
    platform: 'browser',
    target: 'es2023',
    write: false,
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  const gzipped = gzipSync(bytes, { level: 9 }).length
  const shares = sharesOf(metafile)
  console.log(`${limit.name}: ${kilobytes(gzipped)} gzipped of at most ${kilobytes(limit.maxGzipBytes)}`)
  for (const [name, share] of shares) console.log(`  ${kilobytes(share).padStart(8)} minified  ${name}`)

  const missing = limit.mustHold.filter((name) => !shares.has(name))
  const strange = [...shares.keys()].filter(
    (name) => !limit.mustHold.includes(name) && !limit.mayHold.includes(name),
  )
  if (missing.length > 0) throw new Error(`${missing.join(', ')} should be in it, and is not`)
  if (strange.length > 0) throw new Error(`${strange.join(', ')} should not be in it`)
  if (gzipped > limit.maxGzipBytes)
    throw new Error(`it is ${gzipped - limit.maxGzipBytes} bytes over its limit`)
}

/** Minified bytes per package, the heaviest first. */
function sharesOf(metafile: Metafile): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      if (bytesInOutput === 0) continue
      const name = packageOf(path)
      if (name !== undefined) shares.set(name, (shares.get(name) ?? 0) + bytesInOutput)
    }
  }
  return new Map([...shares].toSorted(([, a], [, b]) => b - a))
}

function packageOf(path: string): string | undefined {
  const library = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]
  const ours = /^packages\/([^/]+)/.exec(path)?.[1]
  return library ?? (ours === undefined ? undefined : `@parley/${ours}`)
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}
