// Builds what a page loads, as an app's own bundler does (vite, minified, with chunks), and holds the gzipped sizes against
// bundle-limits.json: of the core, which a page loads before it shows anything, and of all chunks together. Canaries say what
// must be in the core and what must not, and apps that use little say what is left out of them.

import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, defaultClientConditions, type Rolldown } from 'vite'
import { createChecks } from './checks.ts'
import { root } from './prepare.mjs'

interface Limit {
  readonly why: string
  readonly maxGzipBytes: number
  readonly aimGzipBytes: number
  /** Parts of paths. */
  readonly mustNotHold: readonly string[]
}

interface Limits {
  readonly core: Limit & { readonly uses: readonly string[]; readonly mustHold: readonly string[] }
  /** Packages it may hold; anything else is a stowaway. */
  readonly whole: Limit & { readonly mayHold: readonly string[] }
  readonly unused: readonly {
    readonly name: string
    readonly app: string
    readonly mustNotHold: readonly string[]
  }[]
}

interface Chunk {
  readonly name: string
  readonly isEntry: boolean
  readonly imports: readonly string[]
  readonly gzipped: number
  /** Of the modules of which anything is left. */
  readonly modules: ReadonlyMap<string, number>
}

const { check, finish } = createChecks()
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of this repository
const limits = JSON.parse(readFileSync(join(root, 'scripts', 'bundle-limits.json'), 'utf8')) as Limits

await check('core', async () => {
  const { uses, mustHold, ...limit } = limits.core
  const names = uses.join(', ')
  const chunks = await bundle(`import { ${names} } from '@parley/client'; globalThis.app = { ${names} }`)
  const core = withWhatItImports(
    chunks,
    chunks.filter(({ isEntry }) => isEntry),
  )
  hold('core', core, limit)
  const missing = mustHold.filter((path) => !isHeld(core, path))
  if (missing.length > 0) throw new Error(`${missing.join(', ')} should be in it, and is not`)
})

await check('whole', async () => {
  const { mayHold, ...limit } = limits.whole
  const chunks = await bundle("import * as parley from '@parley/client'; globalThis.app = { ...parley }")
  for (const { name, gzipped, modules } of chunks)
    console.log(`  ${kilobytes(gzipped).padStart(8)} ${name} of ${modules.size} files`)
  hold('whole', chunks, limit)
  const packages = new Set(
    chunks.flatMap(({ modules }) => [...modules.keys()].flatMap((path) => packageOf(path) ?? [])),
  )
  const strange = [...packages].filter((name) => !mayHold.includes(name))
  if (strange.length > 0) throw new Error(`${strange.join(', ')} should not be in it`)
})

for (const { name, app, mustNotHold } of limits.unused) {
  await check(`unused: ${name}`, async () => {
    const chunks = await bundle(app)
    const gzipped = chunks.reduce((sum, chunk) => sum + chunk.gzipped, 0)
    console.log(`${name}: ${kilobytes(gzipped)} gzipped`)
    refuse(chunks, mustNotHold)
  })
}
finish()

function hold(
  name: string,
  chunks: readonly Chunk[],
  { maxGzipBytes, aimGzipBytes, mustNotHold }: Limit,
): void {
  const gzipped = chunks.reduce((sum, chunk) => sum + chunk.gzipped, 0)
  const missing = gzipped - aimGzipBytes
  const aim = missing <= 0 ? 'reached' : `${kilobytes(missing)} away`
  console.log(
    `${name}: ${kilobytes(gzipped)} gzipped of at most ${kilobytes(maxGzipBytes)}; the aim of ${kilobytes(aimGzipBytes)} is ${aim}`,
  )
  for (const [owner, share] of sharesOf(chunks))
    console.log(`  ${kilobytes(share).padStart(8)} of code  ${owner}`)
  refuse(chunks, mustNotHold)
  if (gzipped > maxGzipBytes) throw new Error(`it is ${gzipped - maxGzipBytes} bytes over its limit`)
}

function refuse(chunks: readonly Chunk[], paths: readonly string[]): void {
  const found = paths.filter((path) => isHeld(chunks, path))
  if (found.length > 0) throw new Error(`${found.join(', ')} should not be in it`)
}

function isHeld(chunks: readonly Chunk[], path: string): boolean {
  return chunks.some(({ modules }) => [...modules.keys()].some((name) => name.includes(path)))
}

async function bundle(app: string): Promise<readonly Chunk[]> {
  const entry = join(root, 'test', 'consumer', 'app.js')
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    root: join(root, 'test', 'consumer'),
    resolve: { conditions: ['parley-source', ...defaultClientConditions] },
    plugins: [
      {
        name: 'parley-app',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? app : undefined),
      },
    ],
    build: {
      write: false,
      target: 'es2023',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: entry },
    },
  })
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  return outputs.flatMap((output) => (output.type === 'chunk' ? [chunkOf(output)] : []))
}

function chunkOf({ fileName, isEntry, imports, code, modules }: Rolldown.OutputChunk): Chunk {
  const left = Object.entries(modules).filter(([, { renderedLength }]) => renderedLength > 0)
  return {
    name: fileName,
    isEntry,
    imports,
    gzipped: gzipSync(code, { level: 9 }).length,
    modules: new Map(left.map(([path, { renderedLength }]) => [path, renderedLength])),
  }
}

/** What is loaded together with these. */
function withWhatItImports(all: readonly Chunk[], some: readonly Chunk[]): readonly Chunk[] {
  const found = new Set(some)
  for (const { imports } of found) for (const chunk of all) if (imports.includes(chunk.name)) found.add(chunk)
  return [...found]
}

/** Of each package the bytes before they are minified, the heaviest first. */
function sharesOf(chunks: readonly Chunk[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  for (const { modules } of chunks) {
    for (const [path, bytes] of modules) {
      const name = packageOf(path)
      if (name !== undefined) shares.set(name, (shares.get(name) ?? 0) + bytes)
    }
  }
  return new Map([...shares].toSorted(([, a], [, b]) => b - a))
}

function packageOf(path: string): string | undefined {
  const library = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]
  const ours = /\/packages\/([^/]+)/.exec(path)?.[1]
  return library ?? (ours === undefined ? undefined : `@parley/${ours}`)
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}
