// Who may import whom (docs/decisions/0001-import-arrows.md).

import { posix } from 'node:path'
import type { File } from './files.ts'
import { importsOf } from './syntax.ts'

interface Allowed {
  /** Packages of ours. */
  readonly ours: readonly string[]
  /** Libraries of the pure part; the shells have them too. */
  readonly libraries: readonly string[]
  readonly browser?: readonly string[]
  /** Libraries of the Node shell, beside Node's own modules. */
  readonly node?: readonly string[]
}

const table: Readonly<Record<string, Allowed>> = {
  'packages/document': { ours: [], libraries: ['yjs', 'lib0'] },
  'packages/wire': { ours: [], libraries: ['lib0'] },
  'packages/storage': { ours: [], libraries: [], node: ['lib0'] },
  'packages/client': { ours: ['document', 'wire', 'storage'], libraries: ['yjs', 'lib0'] },
  'packages/relay': {
    ours: ['document', 'wire'],
    libraries: ['yjs', 'lib0', 'y-protocols', 're2js'],
    node: ['ws', 'jose'],
  },
}

/** What a test kit may import besides: it is made for a test runner. */
const kitLibraries = ['vitest', 'fast-check']
const inKit = /^packages\/[^/]+\/src\/testing(\.ts$|\/)/

/** Tests, and the files that help them: a page for a browser, a program for a child process. */
const isTest = /\.test(-[a-z]+)?\.tsx?$/
const packageOf = /^(?:(?:packages|apps|test)\/[^/]+|bench)(?=\/)/

/** Imports the table does not allow. Tests may import anything; what is imported relatively is another check's matter. */
export function forbiddenImports(files: readonly File[]): readonly string[] {
  const faults: string[] = []
  for (const file of files) {
    const folder = packageOf.exec(file.path)?.[0]
    if (folder === undefined || isTest.test(file.path) || /^(test|bench)/.test(folder)) continue
    for (const { specifier, line } of importsOf(file)) {
      if (specifier.startsWith('.')) continue
      const fault = faultOf(folder, file.path, specifier)
      if (fault !== undefined) faults.push(`${file.path}:${line} imports ${specifier}: ${fault}`)
    }
  }
  return faults
}

function faultOf(folder: string, path: string, specifier: string): string | undefined {
  const name = libraryName(specifier)
  if (/^@parley\/(test-|bench)/.test(name)) return 'nothing imports apps, test or bench'
  if (folder.startsWith('apps/')) return name === 'parley' ? 'nothing imports apps, test or bench' : undefined
  const allowed = table[folder]
  if (allowed === undefined) return `${folder} has no row in the import table`
  if (name.startsWith('@parley/')) {
    return allowed.ours.includes(name.slice('@parley/'.length))
      ? undefined
      : 'there is no such arrow in the table'
  }
  const shell = path.startsWith(`${folder}/src/node/`)
    ? 'node'
    : path.startsWith(`${folder}/src/browser/`)
      ? 'browser'
      : undefined
  if (name.startsWith('node:')) return shell === 'node' ? undefined : 'only a Node shell sees Node'
  if (allowed.libraries.includes(name)) return undefined
  if (shell !== undefined && allowed[shell]?.includes(name) === true) return undefined
  if (inKit.test(path) && kitLibraries.includes(name)) return undefined
  return 'the table does not give this library to this part'
}

function libraryName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  const [scope = '', name = ''] = specifier.split('/')
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}

/** Relative imports that leave their package, or lead from a pure part into a shell. */
export function straying(files: readonly File[]): readonly string[] {
  const faults: string[] = []
  for (const file of files) {
    const folder = packageOf.exec(file.path)?.[0]
    if (folder === undefined) continue
    for (const { specifier, line } of importsOf(file)) {
      if (!specifier.startsWith('.')) continue
      const target = posix.join(posix.dirname(file.path), specifier)
      if (!target.startsWith(`${folder}/`))
        faults.push(`${file.path}:${line} leaves its package: ${specifier}`)
      const shell = /\/src\/(browser|node)\//.exec(target.slice(folder.length))?.[0]
      if (
        shell !== undefined &&
        folder.startsWith('packages/') &&
        !file.path.includes(shell) &&
        !isTest.test(file.path)
      ) {
        faults.push(`${file.path}:${line} leads into a shell: ${specifier}`)
      }
    }
  }
  return faults
}

/** Circles of relative imports, each named once, by its first file in the alphabet. */
export function circles(files: readonly File[]): readonly string[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => posix.join(posix.dirname(file.path), specifier)),
    ]),
  )
  const done = new Set<string>()
  const faults: string[] = []

  function visit(path: string, trail: readonly string[]): void {
    const seen = trail.indexOf(path)
    if (seen !== -1) faults.push([...trail.slice(seen), path].join(' -> '))
    if (seen !== -1 || done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }

  for (const path of [...edges.keys()].toSorted()) visit(path, [])
  return faults
}
