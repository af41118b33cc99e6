/**
 * Which branches of which files the engine has gone, by V8's own block counts. Rule AT42.
 *
 * It must begin before the files are loaded, and see them as they are written: under Node with the sources' condition, not
 * under a test runner, which moves their text.
 */
import { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { type Branch, branchesOf } from './branches.ts'

export interface Coverage {
  /** Branches by file, below the root of the repository. */
  readonly branches: ReadonlyMap<string, readonly Branch[]>
  /** Those gone since the last call, each as `file#number`. */
  readonly take: () => ReadonlySet<string>
  readonly stop: () => void
}

const root = fileURLToPath(new URL('../../../../', import.meta.url))

interface Range {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

interface Script {
  readonly url: string
  readonly functions: readonly { readonly ranges: readonly Range[] }[]
}

export function startCoverage(files: readonly string[]): Coverage {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const branches = new Map(files.map((file) => [file, branchesOf(`${root}${file}`)] as const))
  const take = (): ReadonlySet<string> => {
    let scripts: readonly Script[] = []
    session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error
      scripts = taken.result
    })
    const gone = new Set<string>()
    for (const { url, functions } of scripts) {
      if (!url.startsWith('file:')) continue
      const file = fileURLToPath(url).slice(root.length)
      const known = branches.get(file)
      if (known !== undefined) tellGone(file, known, functions, gone)
    }
    return gone
  }
  const stop = (): void => {
    session.post('Profiler.stopPreciseCoverage')
    session.disconnect()
  }
  return { branches, take, stop }
}

/** A branch was gone when the innermost range around its beginning counts. */
function tellGone(
  file: string,
  branches: readonly Branch[],
  functions: Script['functions'],
  gone: Set<string>,
): void {
  const ranges = functions.flatMap((one) => one.ranges)
  for (const [index, { start, end }] of branches.entries()) {
    let innermost: Range | undefined
    for (const range of ranges) {
      if (range.startOffset > start || range.endOffset < end) continue
      if (innermost === undefined || width(range) <= width(innermost)) innermost = range
    }
    if (innermost !== undefined && innermost.count > 0) gone.add(`${file}#${index}`)
  }
}

function width({ startOffset, endOffset }: Range): number {
  return endOffset - startOffset
}
