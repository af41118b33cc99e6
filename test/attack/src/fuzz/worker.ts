/** One thread that fuzzes: it says what it found, and leaves where it stands, so that somebody else sees it hang. */
import { parentPort, workerData } from 'node:worker_threads'
import { guidingFiles } from './covered-files.ts'
import { startCoverage } from './coverage.ts'
import { runTargets } from './run.ts'
import type { Standing, WorkerData } from './standing.ts'
import type { Target } from './target.ts'

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- given by fuzz-for.ts alone
const { milliseconds, seed, module, names, standing } = workerData as WorkerData
const coverage = startCoverage(guidingFiles)
// Only now: what is loaded before is not counted by its blocks.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- given by fuzz-for.ts alone
const { targets } = (await import(module)) as { readonly targets: readonly Target[] }
const chosen = targets.filter(({ name }) => names.includes(name))
const end = performance.now() + milliseconds

await runTargets({
  targets: chosen,
  seed,
  goesOn: () => performance.now() < end,
  sliceMs: 1000,
  coverage,
  onInput(index, input) {
    leave(standing, names.indexOf(chosen[index]?.name ?? ''), input)
  },
  onFinding(finding) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage({ finding })
  },
  onSlice(target, inputs, kept) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage({ slice: { target, inputs, kept } })
  },
})
coverage.stop()

function leave({ header, bytes }: Standing, target: number, input: Uint8Array): void {
  bytes.set(input.subarray(0, bytes.length))
  header[1] = target
  header[2] = Math.min(input.length, bytes.length)
  Atomics.add(header, 0, 1)
}
