// The shape of files of code: length, name, what an index holds, and what a suppression says.

import type { File } from './files.ts'
import { commentsOf, countCodeLines, lineAt, statementsOf } from './syntax.ts'

export const maxCodeLines = 300

export function tooLong(files: readonly File[]): readonly string[] {
  return files
    .map((file) => ({ path: file.path, lines: countCodeLines(file) }))
    .filter(({ lines }) => lines > maxCodeLines)
    .map(({ path, lines }) => `${path} has ${lines} lines of code`)
}

/** Paths of code with a name that is not kebab-case; dots part a name from what kind of file it is. */
export function misnamed(paths: readonly string[]): readonly string[] {
  const part = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/
  return paths.filter((path) => !path.split('/').every((name) => part.test(name)))
}

/** Statements of an index that are not a re-export with its names written out. */
export function ownCode(index: File): readonly string[] {
  return statementsOf(index)
    .filter((statement) => statement.type !== 'ExportNamedDeclaration' || statement['source'] === null)
    .map(
      ({ start }) =>
        `${index.path}:${lineAt(index.text, start)} is not a re-export with its names written out`,
    )
}

const suppression = /\b(oxlint|eslint)-disable|@ts-(expect-error|ignore|nocheck)\b|oxfmt-ignore/

/** Suppressions with no reason behind them on their line, and no comment on the line above. */
export function unexplained(file: File): readonly string[] {
  const comments = commentsOf(file)
  const faults: string[] = []
  for (const { text, line } of comments) {
    if (!suppression.test(text)) continue
    const reason = /(?:--|@ts-expect-error\b:?)\s*(\S+\s+\S+.*)/.exec(text)
    const above = comments.some((other) => other.line === line - 1 && !suppression.test(other.text))
    if (reason === null && !above) faults.push(`${file.path}:${line} suppresses a check without a reason`)
  }
  return faults
}
