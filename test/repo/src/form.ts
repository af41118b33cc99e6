// The form of a package: what CONTRIBUTING.md says every package has.

import type { Package } from './workspace.ts'
import { asRecord } from './workspace.ts'

/** What a package of `packages/` or `apps/` lacks; `exists` answers for paths from the root. */
export function misshapen(about: Package, exists: (path: string) => boolean): readonly string[] {
  const { folder, fields } = about
  const faults = ['README.md', 'SPEC.md', 'tsconfig.json', 'tsconfig.test.json']
    .filter((name) => !exists(`${folder}/${name}`))
    .map((name) => `${folder} has no ${name}`)
  if (fields['license'] !== 'MIT') faults.push(`${folder} names no licence`)
  if (fields['type'] !== 'module') faults.push(`${folder} is not of type module`)
  if (typeof fields['description'] !== 'string') faults.push(`${folder} does not say what it is`)
  if (!about.isPublic) return faults

  for (const [subpath, entry] of Object.entries(about.exports)) {
    if (subpath !== './package.json') faults.push(...misshapenEntry(folder, subpath, asRecord(entry), exists))
  }
  return faults
}

/** An entry is `parley-source`, `types`, `default`, in this order; or two of them, for the browser and for the rest. */
function misshapenEntry(
  folder: string,
  subpath: string,
  entry: Readonly<Record<string, unknown>>,
  exists: (path: string) => boolean,
): readonly string[] {
  const conditions = Object.entries(entry)
  if (conditions.map(([name]) => name).join() === 'browser,default') {
    return conditions.flatMap(([, inner]) => misshapenEntry(folder, subpath, asRecord(inner), exists))
  }
  const source = String(conditions[0]?.[1])
  const output = source.replace('./src/', './dist/').replace(/\.ts$/, '')
  const wanted = [
    ['parley-source', source],
    ['types', `${output}.d.ts`],
    ['default', `${output}.js`],
  ]
  const isAsWanted = JSON.stringify(conditions) === JSON.stringify(wanted)
  return [
    ...(isAsWanted ? [] : [`${folder} exports ${subpath} in another form`]),
    ...(exists(`${folder}/${source.slice(2)}`) ? [] : [`${folder} exports ${subpath}, but has no ${source}`]),
  ]
}
