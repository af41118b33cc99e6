/**
 * The corpus and the branches it reaches: `node --conditions=parley-source test/attack/src/fuzz/cover.ts`, with `--json` for
 * a program, with `--grow <seconds>` to look for more first, and then to keep no more of it than reaches everything.
 */
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { tryInput } from './budget.ts'
import { coveredFiles, guidingFiles, unreachable } from './covered-files.ts'
import { readCorpus, writeCorpus } from './corpus.ts'
import { startCoverage } from './coverage.ts'
import { runTargets } from './run.ts'
import type { Target } from './target.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    grow: { type: 'string', default: '0' },
    seed: { type: 'string', default: 'cover' },
  },
})
// What is optimized is not counted whole: a small function that became part of another one would seem never called.
for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag)
const coverage = startCoverage(guidingFiles)
// Only now: what is loaded before is not counted by its blocks.
const { targets } = await import('./targets.ts')

const corpus = new Map<string, readonly Uint8Array[]>(targets.map(({ name }) => [name, readCorpus(name)]))
const failures: string[] = []
const seconds = Number(values.grow)
if (seconds > 0) await grow(seconds * 1000)

const reached = new Set<string>()
for (const target of targets) {
  for (const input of corpus.get(target.name) ?? []) {
    const failure = await tryInput(target, input)
    if (failure !== undefined) failures.push(`${target.name}: ${failure.kind}: ${failure.detail}`)
  }
}
for (const branch of coverage.take()) reached.add(branch)
tell()

async function grow(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds
  const found = new Map<string, Uint8Array[]>()
  const setting = {
    targets,
    seed: values.seed,
    goesOn: () => performance.now() < end,
    sliceMs: 500,
    coverage,
    onFinding: (finding: { readonly target: string; readonly detail: string }) => {
      failures.push(`${finding.target}: ${finding.detail}`)
    },
    onSlice: (name: string, _inputs: number, kept: readonly Uint8Array[]) => {
      found.set(name, [...(found.get(name) ?? []), ...kept])
    },
  }
  await runTargets(setting)
  for (const target of targets) {
    const all = [...(corpus.get(target.name) ?? []), ...(found.get(target.name) ?? [])]
    const kept = await minimised(target, all)
    corpus.set(target.name, kept)
    writeCorpus(target.name, kept)
  }
}

/** Of what reaches the same, the shortest; and nothing that reaches only what others reach. */
async function minimised(target: Target, inputs: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  coverage.take()
  const reaches: { readonly input: Uint8Array; readonly branches: ReadonlySet<string> }[] = []
  for (const input of inputs.toSorted((a, b) => a.length - b.length)) {
    await tryInput(target, input)
    reaches.push({ input, branches: coverage.take() })
  }
  const kept: Uint8Array[] = []
  const done = new Set<string>()
  for (;;) {
    const best = reaches.reduce<(typeof reaches)[number] | undefined>((before, one) => {
      const gained = gain(one.branches, done)
      return gained > (before === undefined ? 0 : gain(before.branches, done)) ? one : before
    }, undefined)
    if (best === undefined) return kept
    kept.push(best.input)
    for (const branch of best.branches) done.add(branch)
  }
}

function gain(branches: ReadonlySet<string>, done: ReadonlySet<string>): number {
  let count = 0
  for (const branch of branches) if (!done.has(branch)) count += 1
  return count
}

function tell(): void {
  const report = coveredFiles.map(({ file, besides, only }) => {
    const branches = (coverage.branches.get(file) ?? []).map((branch, index) => ({ ...branch, index }))
    const counted = branches.filter(
      ({ inside }) => besides?.test(inside) !== true && only?.test(inside) !== false,
    )
    const missed = counted.filter(({ index }) => !reached.has(`${file}#${index}`))
    return { file, total: counted.length, missed: missed.map(({ line, name }) => ({ line, name })) }
  })
  if (values.json) {
    console.log(JSON.stringify({ report, failures }))
    return
  }
  for (const { file, total, missed } of report) {
    console.log(`${String(total - missed.length).padStart(4)} of ${String(total).padStart(4)}  ${file}`)
    for (const { line, name } of missed) {
      const known = unreachable.find((one) => one.file === file && one.branch === name)
      console.log(`              line ${line}: ${name}${known === undefined ? '' : `  (${known.why})`}`)
    }
  }
  const total = report.reduce((sum, one) => sum + one.total, 0)
  const missed = report.reduce((sum, one) => sum + one.missed.length, 0)
  const inputs = [...corpus.values()].reduce((sum, list) => sum + list.length, 0)
  console.log(`${total - missed} of ${total} branches, by ${inputs} inputs`)
  for (const failure of failures) console.log(failure)
}
process.exitCode = failures.length === 0 ? 0 : 1
