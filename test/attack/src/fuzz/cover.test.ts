import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { coveredFiles, unreachable } from './covered-files.ts'

interface Report {
  readonly report: readonly {
    readonly file: string
    readonly total: number
    readonly missed: readonly { readonly line: number; readonly name: string }[]
  }[]
  readonly failures: readonly string[]
}

/** A process of its own: a test runner loads files in another form than they are written in. */
async function cover(): Promise<Report> {
  const program = fileURLToPath(new URL('cover.ts', import.meta.url))
  const options = { maxBuffer: 2 ** 26 }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=parley-source', program, '--json'],
    options,
  )
  return JSON.parse(stdout) as Report
}

test('[AT42] the corpus reaches every branch of the decoders but those listed, and everything holds on it', async () => {
  const { report, failures } = await cover()
  expect(failures).toEqual([])
  const missed = report.flatMap(({ file, missed: branches }) => branches.map(({ name }) => `${file} ${name}`))
  expect(missed.toSorted()).toEqual(unreachable.map(({ file, branch }) => `${file} ${branch}`).toSorted())
  // What is counted is really there: a file that moved has no branches.
  expect(report.map(({ file }) => file)).toEqual(coveredFiles.map(({ file }) => file))
  for (const { file, total } of report) expect([file, total > 0]).toEqual([file, true])
  expect(report.reduce((sum, { total }) => sum + total, 0)).toBeGreaterThan(850)
})
