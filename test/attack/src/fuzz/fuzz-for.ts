/**
 * The fuzzer by command: `pnpm attack --minutes 5 --seed mine`. Rules AT47 and AT48.
 *
 * It runs in a thread of its own, which is ended when one input takes it longer than any budget: what loops for ever is
 * a finding like any other, and the rest goes on.
 */
import { Worker } from 'node:worker_threads'
import { readCorpus } from './corpus.ts'
import type { Finding } from './run.ts'
import { createStanding, inputOf, type Standing } from './standing.ts'
import { targetNames } from './target-names.ts'

export interface FuzzOptions {
  readonly minutes: number
  readonly seed: string
  /** Names; left out, all of them. */
  readonly targets?: readonly string[]
  readonly tell?: (line: string) => void
  /** Other targets than ours, for tests of the fuzzer. */
  readonly others?: { readonly module: string; readonly names: readonly string[] }
  /** Four hundred times the budget of one input: no machine is that busy. */
  readonly hungMs?: number
}

export interface Fuzzed {
  /** Targets that nothing was found of, and those that something was. */
  readonly held: number
  readonly fell: number
  readonly inputs: number
  readonly findings: readonly Finding[]
}

const tellEveryMs = 60_000
const ours = { module: new URL('targets.ts', import.meta.url).href, names: targetNames }

interface Progress {
  inputs: number
  kept: number
  readonly findings: Finding[]
  readonly fallen: Set<string>
}

export async function fuzzFor(options: FuzzOptions): Promise<Fuzzed> {
  const { minutes, seed, tell = console.log, others = ours } = options
  const targets = options.targets ?? others.names
  const unknown = targets.filter((name) => !others.names.includes(name))
  if (unknown.length > 0) {
    throw new Error(`There is no target ${unknown.join(', ')}: they are ${others.names.join(', ')}.`)
  }
  const progress: Progress = { inputs: 0, kept: 0, findings: [], fallen: new Set() }
  const start = performance.now()
  const end = start + minutes * 60_000
  const corpus = targets.reduce((sum, name) => sum + readCorpus(name).length, 0)
  const timer = setInterval(() => {
    tell(progressLine(progress, corpus, start))
  }, tellEveryMs)
  try {
    let names = targets
    for (let part = 1; names.length > 0 && performance.now() < end && part <= targets.length; part += 1) {
      // After a hang the others go on, with inputs of their own.
      const setting = { ...options, seed: part === 1 ? seed : `${seed}-${part}`, tell, module: others.module }
      await runWorker(names, setting, end - performance.now(), progress)
      names = names.filter(
        (name) => !progress.findings.some(({ target, kind }) => target === name && kind === 'hung'),
      )
    }
  } finally {
    clearInterval(timer)
  }
  tell(progressLine(progress, corpus, start))
  const fell = progress.fallen.size
  return { held: targets.length - fell, fell, inputs: progress.inputs, findings: progress.findings }
}

interface Message {
  readonly finding?: Finding
  readonly slice?: { readonly target: string; readonly inputs: number; readonly kept: readonly Uint8Array[] }
}

interface WorkerSetting {
  readonly seed: string
  readonly module: string
  readonly tell: (line: string) => void
  readonly hungMs?: number
}

async function runWorker(
  names: readonly string[],
  { seed, module, tell, hungMs = 20_000 }: WorkerSetting,
  milliseconds: number,
  progress: Progress,
): Promise<void> {
  const standing = createStanding()
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: { milliseconds, seed, module, names, standing },
    execArgv: ['--conditions=parley-source'],
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  })
  const find = (finding: Finding): void => {
    progress.findings.push(finding)
    progress.fallen.add(finding.target)
    for (const line of describe(finding)) tell(line)
  }
  const here = (kind: Finding['kind'], detail: string): Finding => {
    const input = inputOf(standing)
    return { kind, detail, target: names[standing.header[1] ?? 0] ?? '', seed, input, smallest: input }
  }
  const watch = watchBeat(standing, hungMs, () => {
    find(here('hung', `takes longer than ${hungMs} ms`))
    worker.terminate().catch(() => undefined) // it is gone then
  })
  try {
    await new Promise<void>((resolve) => {
      worker.on('message', ({ finding, slice }: Message) => {
        if (finding !== undefined) find(finding)
        if (slice === undefined) return
        progress.inputs += slice.inputs
        progress.kept += slice.kept.length
      })
      worker.on('error', (error) => {
        find(here('hung', `ends its thread: ${String(error)}`))
      })
      worker.on('exit', () => {
        resolve()
      })
    })
  } finally {
    clearInterval(watch)
  }
}

function watchBeat({ header }: Standing, hungMs: number, hung: () => void): ReturnType<typeof setInterval> {
  let beat = -1
  let since = performance.now()
  return setInterval(() => {
    const now = Atomics.load(header, 0)
    // Before the first input everything is loaded, and the corpus replayed.
    if (now !== beat || now === 0) {
      beat = now
      since = performance.now()
    } else if (performance.now() - since > hungMs) {
      since = Number.POSITIVE_INFINITY
      hung()
    }
  }, 500)
}

function describe({ target, kind, detail, seed, input, smallest }: Finding): readonly string[] {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  return [
    `fell: ${target}: ${kind}: ${detail}`,
    `    seed ${seed}, input of ${input.length} bytes, shrunk to ${smallest.length}:`,
    `    ${hex(smallest)}`,
    ...(input.length === smallest.length || input.length > 4096 ? [] : [`    from ${hex(input)}`]),
  ]
}

function progressLine({ inputs, kept, fallen }: Progress, corpus: number, start: number): string {
  const seconds = (performance.now() - start) / 1000
  const rate = (inputs / seconds).toFixed(0)
  return `fuzzed ${seconds.toFixed(0)} s: ${inputs} inputs, ${rate}/s, corpus of ${corpus} and ${kept} with new branches, ${fallen.size} targets fell`
}
