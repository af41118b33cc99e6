// Which files the compiler projects hold that `tsc -b` reaches from the root, asked of the compiler itself.

import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join, matchesGlob, relative, resolve } from 'node:path'
import { root } from './files.ts'
import { asRecord } from './workspace.ts'

interface Project {
  readonly path: string
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly references: readonly string[]
}

/** The project of a tsconfig file and all it references, each once. */
export function reachedFrom(
  path: string,
  known: Map<string, Project> = new Map(),
): ReadonlyMap<string, Project> {
  const file = statSync(path).isDirectory() ? join(path, 'tsconfig.json') : path
  if (known.has(file)) return known
  const project = readProject(file)
  known.set(file, project)
  for (const reference of project.references) reachedFrom(resolve(file, '..', reference), known)
  return known
}

/** Paths no project holds. */
export function unchecked(paths: readonly string[], projects: Iterable<Project>): readonly string[] {
  const all = [...projects]
  return paths.filter((path) => !all.some((project) => holds(project, path)))
}

function holds({ include, exclude }: Project, path: string): boolean {
  return (
    include.some((pattern) => matches(path, pattern)) && !exclude.some((pattern) => matches(path, pattern))
  )
}

function matches(path: string, pattern: string): boolean {
  return matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`)
}

function readProject(file: string): Project {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const text = execFileSync(process.execPath, [tsc, '--showConfig', '-p', file], { encoding: 'utf8' })
  const config = asRecord(JSON.parse(text))
  const list = (name: string): readonly unknown[] => (Array.isArray(config[name]) ? config[name] : [])
  // Patterns are relative to the project's folder or absolute; here they are wanted from the root.
  const patterns = (name: string): readonly string[] =>
    list(name).map((pattern) => relative(root, resolve(file, '..', String(pattern))))
  return {
    path: relative(root, file),
    include: patterns('include'),
    exclude: patterns('exclude'),
    references: list('references').map((reference) => String(asRecord(reference)['path'])),
  }
}
