// The tracked files of this repository, as a list of paths and texts that checks can be run over.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface File {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

export const root: string = fileURLToPath(new URL('../../..', import.meta.url))

/** Every tracked path; what is not yet known to git counts, so that a check speaks before the commit, not after. */
export const trackedPaths: readonly string[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)))
  .toSorted()

const binary = /\.(bin|png|jpg|ico|woff2|gz|tgz)$/

/** The tracked files whose path matches; nothing found is an error, since a check over nothing proves nothing. */
export function trackedFiles(matching: RegExp): readonly File[] {
  const files = trackedPaths
    .filter((path) => matching.test(path) && !binary.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  if (files.length === 0) throw new Error(`No tracked file matches ${String(matching)}.`)
  return files
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}

/** Code somebody wrote: TypeScript, and the few scripts that must run before there is a TypeScript. */
export const code = /\.(ts|tsx|mjs|js)$/
