// The threat model: what it promises, and that what it names as proof is there.

import type { File } from './files.ts'
import { prefixes, type Rule } from './rules.ts'

const ruleId = new RegExp(`\\b(?:${Object.values(prefixes).join('|')})\\d+\\b`, 'g')
const attackName = /`([a-z0-9]+(?:-[a-z0-9]+)*)`/g

interface Promised {
  readonly promise: string
  readonly keptBy: string
}

/** Names of the attacks that the tables of their README list; a test over there holds those against the attacks. */
export function attacksOf(readme: File): readonly string[] {
  return [...readme.text.matchAll(/^\| ([a-z0-9-]+) \| [^|]+ \| (?:[A-Z]{2}\d+ ?)+ \|/gm)].map(
    ([, name = '']) => name,
  )
}

/** Promises that name neither a rule nor an attack. */
export function unkept(page: File): readonly string[] {
  return promisesOf(page)
    .filter(({ keptBy }) => (keptBy.match(ruleId) ?? keptBy.match(attackName)) === null)
    .map(({ promise }) => `nothing keeps: ${promise}`)
}

/** Rules and attacks that are named and do not exist. */
export function unknownProofs(
  page: File,
  rules: readonly Rule[],
  attacks: readonly string[],
): readonly string[] {
  const known = new Set([...rules.map(({ id }) => id), ...attacks])
  const named = promisesOf(page).flatMap(({ keptBy }) => [
    ...(keptBy.match(/\b[A-Z]{2}\d+\b/g) ?? []),
    ...[...keptBy.matchAll(attackName)].map(([, name = '']) => name),
  ])
  return [...new Set(named)].filter((name) => !known.has(name)).map((name) => `${name} does not exist`)
}

/** Rows of the tables whose second column says what keeps the first. */
export function promisesOf({ text }: File): readonly Promised[] {
  const tables = text.matchAll(/^\| promise \| kept by \|\n\| --- \| --- \|\n((?:\|.*\|\n)+)/gm)
  return [...tables].flatMap(([, rows = '']) =>
    [...rows.matchAll(/^\| (.+?) \| (.*) \|$/gm)].map(([, promise = '', keptBy = '']) => ({
      promise,
      keptBy,
    })),
  )
}
