// The packages that are published, and what they offer.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './prepare.mjs'

export interface PublicPackage {
  /** `packages/wire` */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** `@parley/wire`, `@parley/wire/testing` … */
  readonly entries: readonly string[]
  /** Commands it installs. */
  readonly commands: readonly string[]
}

export function publicPackages(): readonly PublicPackage[] {
  return globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root })
    .toSorted()
    .flatMap((path) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of this repository, whose form test/repo checks
      const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as {
        readonly name: string
        readonly version: string
        readonly private?: boolean
        readonly exports?: Readonly<Record<string, unknown>>
        readonly bin?: Readonly<Record<string, string>>
      }
      if (manifest.private === true) return []
      return [
        {
          folder: path.replaceAll('\\', '/').replace(/\/package\.json$/, ''),
          name: manifest.name,
          version: manifest.version,
          entries: Object.keys(manifest.exports ?? {})
            .filter((subpath) => subpath !== './package.json')
            .map((subpath) => `${manifest.name}${subpath.slice(1)}`),
          commands: Object.keys(manifest.bin ?? {}),
        },
      ]
    })
}
