// Rules in SPEC.md files and the tests that carry their ids, held against each other.

import type { File } from './files.ts'
import { titlesOf } from './syntax.ts'

export interface Rule {
  readonly id: string
  readonly path: string
}

/** Whose rules begin with what. */
export const prefixes: Readonly<Record<string, string>> = {
  'packages/document/SPEC.md': 'DO',
  'packages/wire/SPEC.md': 'WI',
  'packages/storage/SPEC.md': 'ST',
  'packages/relay/SPEC.md': 'RE',
  'packages/client/SPEC.md': 'CL',
  'apps/relay/SPEC.md': 'AR',
  'apps/chat/SPEC.md': 'AC',
  'test/attack/SPEC.md': 'AT',
  'test/e2e/SPEC.md': 'EE',
  'test/world/SPEC.md': 'WO',
  'test/repo/SPEC.md': 'RP',
  'bench/SPEC.md': 'BE',
}

export function rulesOf(spec: File): readonly Rule[] {
  return [...spec.text.matchAll(/^- \*\*([A-Z]{2}\d+)\*\* \S/gm)].map(([, id = '']) => ({
    id,
    path: spec.path,
  }))
}

/** Ids at the beginnings of titles, with the file they stand in. */
export function citationsOf(file: File): readonly Rule[] {
  return titlesOf(file).flatMap((title) => {
    const ids = /^(\[[A-Z]{2}\d+\]\s*)+/.exec(title)?.[0] ?? ''
    return [...ids.matchAll(/[A-Z]{2}\d+/g)].map(([id]) => ({ id, path: file.path }))
  })
}

export function untested(rules: readonly Rule[], citations: readonly Rule[]): readonly string[] {
  const cited = new Set(citations.map(({ id }) => id))
  return rules.filter(({ id }) => !cited.has(id)).map(({ id, path }) => `${id} of ${path} has no test`)
}

export function unknown(rules: readonly Rule[], citations: readonly Rule[]): readonly string[] {
  const known = new Set(rules.map(({ id }) => id))
  const strange = citations.filter(({ id }) => !known.has(id))
  return [...new Set(strange.map(({ id, path }) => `${path} cites ${id}, which is no rule`))]
}

/** Ids given twice or with a foreign prefix, and lines that look like rules but would not be read as such. */
export function misnumbered(specs: readonly File[]): readonly string[] {
  const faults: string[] = []
  const seen = new Map<string, string>()
  for (const spec of specs) {
    const prefix = prefixes[spec.path]
    if (prefix === undefined) faults.push(`${spec.path} has no prefix`)
    const rules = rulesOf(spec)
    for (const { id } of rules) {
      if (seen.has(id)) faults.push(`${id} stands in ${seen.get(id) ?? ''} and again in ${spec.path}`)
      if (prefix !== undefined && !id.startsWith(prefix)) faults.push(`${id} does not belong in ${spec.path}`)
      seen.set(id, spec.path)
    }
    const alike = spec.text.match(/^\s*[-*]\s+\*\*[A-Za-z]+\s?-?\d+/gm)?.length ?? 0
    if (alike !== rules.length)
      faults.push(`${spec.path} has ${alike} lines like rules, of which ${rules.length} are`)
  }
  return faults
}
