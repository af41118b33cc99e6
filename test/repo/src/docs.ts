// Links between tracked pages, and the table of dependencies.

import { posix } from 'node:path'
import type { File } from './files.ts'
import type { Package } from './workspace.ts'

/** Links that lead nowhere. `exists` answers for paths from the root, folders included. */
export function brokenLinks(pages: readonly File[], exists: (path: string) => boolean): readonly string[] {
  const faults: string[] = []
  const texts = new Map(pages.map((page) => [page.path, page.text]))
  for (const page of pages) {
    for (const link of linksOf(page.text)) {
      if (/^[a-z]+:/.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page.path : posix.join(posix.dirname(page.path), decodeURI(path))
      const text = texts.get(target)
      if (!exists(target)) faults.push(`${page.path} links to ${link}, which is not there`)
      else if (anchor !== undefined && text !== undefined && !anchorsOf(text).has(anchor)) {
        faults.push(`${page.path} links to ${link}, but there is no such heading`)
      }
    }
  }
  return faults
}

/** Pages of a folder that its index does not link to, and numbers given to two pages. */
export function unlisted(index: File, paths: readonly string[]): readonly string[] {
  const folder = posix.dirname(index.path)
  const pages = paths.filter(
    (path) => path !== index.path && posix.dirname(path) === folder && path.endsWith('.md'),
  )
  const listed = linksOf(index.text).map((link) => posix.join(folder, link))
  const numbers = pages.map((path) => posix.basename(path).slice(0, 4))
  return [
    ...pages.filter((path) => !listed.includes(path)).map((path) => `${path} is not in ${index.path}`),
    ...pages
      .filter((_, place) => numbers.indexOf(numbers[place] ?? '') !== place)
      .map((path) => `${path} has the number of another page`),
  ]
}

function linksOf(text: string): readonly string[] {
  return [
    ...withoutFences(text)
      .replaceAll(/`[^`\n]*`/g, '``')
      .matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g),
  ].map(([, link = '']) => link)
}

function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...withoutFences(text).matchAll(/^#+ (.+)$/gm)]
  return new Set(
    headings.map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

function withoutFences(text: string): string {
  return text.replaceAll(/^( *)```[\s\S]*?^\1```/gm, '')
}

/** The libraries docs/dependencies.md has a row for. */
export function explainedDependencies(page: File): readonly string[] {
  return [...page.text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name)
}

/** Libraries without a row, and rows without a library. */
export function unexplainedDependencies(
  explained: readonly string[],
  packages: readonly Package[],
): readonly string[] {
  const used = new Set(packages.flatMap(({ dependencies }) => [...dependencies.keys()]))
  const ours = new Set(packages.map(({ name }) => name))
  const missing = [...used].filter((name) => !ours.has(name) && !explained.includes(name))
  const left = explained.filter((name, index) => !used.has(name) || explained.indexOf(name) !== index)
  return [
    ...missing.map((name) => `${name} is used, but has no row`),
    ...left.map((name) => `${name} has a row too many`),
  ]
}

/** Versions that stand in a package instead of the catalog; the runtime alone may, in the root. */
export function strayVersions(packages: readonly Package[]): readonly string[] {
  return packages.flatMap(({ folder, dependencies }) =>
    [...dependencies]
      .filter(
        ([name, version]) =>
          !/^(catalog:|workspace:\*)$/.test(version) && !(folder === '.' && name === 'node'),
      )
      .map(([name, version]) => `${folder} asks for ${name} ${version}`),
  )
}

/** Entries of the catalog that are a range. */
export function ranges(workspace: File): readonly string[] {
  const catalog = /^catalog:\n((?: +.*\n| *\n)+)/m.exec(workspace.text)?.[1]
  if (catalog === undefined) throw new Error('There is no catalog.')
  return catalog
    .split('\n')
    .filter((line) => line.trim() !== '')
    .filter((line) => !/^ {2}('@?[\w./-]+'|[\w.-]+): \d+\.\d+\.\d+(-[\w.]+)?$/.test(line))
}
