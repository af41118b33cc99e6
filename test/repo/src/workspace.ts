// The packages of the workspace, as their package.json describes them.

import { readJson, trackedPaths } from './files.ts'

export interface Package {
  /** `packages/wire` */
  readonly folder: string
  readonly name: string
  readonly isPublic: boolean
  readonly exports: Readonly<Record<string, unknown>>
  readonly fields: Readonly<Record<string, unknown>>
  /** Name and version of everything it depends on, of whatever kind. */
  readonly dependencies: ReadonlyMap<string, string>
}

const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']

export function readPackage(folder: string, manifest: unknown): Package {
  const fields = asRecord(manifest)
  const dependencies = new Map<string, string>()
  for (const kind of kinds) {
    for (const [name, version] of Object.entries(asRecord(fields[kind] ?? {})))
      dependencies.set(name, String(version))
  }
  return {
    folder,
    name: String(fields['name']),
    isPublic: fields['private'] !== true,
    exports: asRecord(fields['exports'] ?? {}),
    fields,
    dependencies,
  }
}

/** All packages but the root. */
export const packages: readonly Package[] = trackedPaths
  .filter((path) => /^((packages|apps|test)\/[^/]+|bench)\/package\.json$/.test(path))
  .map((path) => readPackage(path.slice(0, -'/package.json'.length), readJson(path)))

export const rootPackage: Package = readPackage('.', readJson('package.json'))

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('An object was expected.')
  return Object.fromEntries(Object.entries(value))
}
