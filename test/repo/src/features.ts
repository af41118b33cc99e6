// The page of features: a row for each of them, and nothing in it that is not there.

import { posix } from 'node:path'
import type { File } from './files.ts'
import { prefixes, type Rule } from './rules.ts'

/** How many features of each series the page has, numbered from 1. */
export const featureSeries: Readonly<Record<string, number>> = { F: 92, 'L-': 58 }

interface Row {
  readonly id: string
  readonly how: string
  readonly testedBy: string
}

/** Features without a row, with several, or out of their order. */
export function misplacedFeatures(page: File): readonly string[] {
  const ids = rowsOf(page).map(({ id }) => id)
  const wanted = Object.entries(featureSeries).flatMap(([series, count]) =>
    Array.from({ length: count }, (_, place) => `${series}${place + 1}`),
  )
  const missing = wanted.filter((id) => !ids.includes(id))
  const more = ids.filter((id, place) => !wanted.includes(id) || ids.indexOf(id) !== place)
  const found = ids.filter((id) => !more.includes(id))
  const ordered = wanted.filter((id) => found.includes(id))
  const early = found.filter((id, place) => id !== ordered[place]).slice(0, 1)
  return [
    ...missing.map((id) => `${id} has no row`),
    ...more.map((id) => `${id} has a row too many`),
    ...early.map((id) => `${id} stands out of its order`),
  ]
}

/** Rows that claim something and name no test of it. */
export function unproved(page: File): readonly string[] {
  return rowsOf(page)
    .filter(({ how, testedBy }) => !/^\*\*(Later|Not here)\*\*/.test(how) && idsOf(testedBy).length === 0)
    .map(({ id }) => `${id} names no rule`)
}

/** Rules the page names that no SPEC has. */
export function unknownRules(page: File, rules: readonly Rule[]): readonly string[] {
  const known = new Set(rules.map(({ id }) => id))
  const strange = idsOf(page.text).filter((id) => !known.has(id))
  return [...new Set(strange)].map((id) => `${page.path} names ${id}, which is no rule`)
}

/** Files the page names in code, from the root or from its own folder, that are not there. */
export function unknownFiles(page: File, exists: (path: string) => boolean): readonly string[] {
  const named = [...page.text.matchAll(/`((?:\.\.?\/)?(?:[\w.-]+\/)+[\w.-]+\.(?:ts|md|json))`/g)]
  return named
    .map(([, path = '']) => path)
    .filter((path) => !exists(path.startsWith('.') ? posix.join(posix.dirname(page.path), path) : path))
    .map((path) => `${page.path} names ${path}, which is not there`)
}

function rowsOf({ text }: File): readonly Row[] {
  const rows = text.matchAll(/^\| ([FL]-?\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)
  return [...rows].map(([, id = '', how = '', testedBy = '']) => ({ id, how, testedBy }))
}

const ruleId = new RegExp(`\\b(?:${Object.values(prefixes).join('|')})\\d+\\b`, 'g')

function idsOf(text: string): readonly string[] {
  return text.match(ruleId) ?? []
}
