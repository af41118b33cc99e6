// `pnpm verify`: every check there is, one after the other, and a sum of what they counted. All steps run, so that one
// failure does not hide another. `pnpm verify types unit` runs only the steps named.
//
// A step that found nothing to check has failed: an empty pattern or a renamed folder must not look like a success.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment } from './checks.ts'
import { root } from './prepare.mjs'

interface Outcome {
  readonly code: number
  readonly output: string
  /** A file of the step's own, for a report that is not for people. */
  readonly report: string
}

interface Count {
  readonly passed: number
  readonly failed: number
  readonly note?: string
}

interface Step {
  readonly name: string
  readonly command: (report: string) => readonly string[]
  readonly count: (outcome: Outcome) => Count
}

const world = ['node', '--conditions=parley-source', 'test/world/src/cli.ts']

const attack = ['node', '--conditions=parley-source', 'test/attack/src/cli.ts']

const steps: readonly Step[] = [
  { name: 'format', command: () => ['oxfmt', '--check'], count: asOne(/on (\d+) files/) },
  { name: 'types', command: () => ['tsc', '-b', '--verbose'], count: asOne(/Project '.*tsconfig/) },
  { name: 'lint', command: () => ['oxlint'], count: asOne(/on (\d+) files/) },
  { name: 'unused', command: () => ['knip'], count: asOne() },
  { name: 'unit', command: (report) => vitest('unit', report), count: fromVitest },
  { name: 'browser', command: (report) => vitest('browser', report), count: fromVitest },
  { name: 'world', command: () => [...world, '--seeds', '1000'], count: asPrinted },
  { name: 'faults', command: () => [...world, '--faults', '--brief'], count: asPrinted },
  { name: 'attack', command: () => [...attack, '--brief'], count: asHeld },
  { name: 'packed', command: () => ['node', 'scripts/packed.ts'], count: asPrinted },
  { name: 'size', command: () => ['node', 'scripts/bundle-size.ts'], count: asPrinted },
  { name: 'fences', command: () => ['node', 'scripts/doc-fences.ts'], count: asPrinted },
]

process.exitCode = await verify(process.argv.slice(2))

async function verify(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => steps.every((step) => step.name !== name))
  if (unknown.length > 0) {
    console.error(
      `No such step: ${unknown.join(', ')}. There are: ${steps.map((step) => step.name).join(', ')}.`,
    )
    return 2
  }
  const lines: string[] = []
  let passed = 0
  let failed = 0
  const folder = mkdtempSync(join(tmpdir(), 'parley-verify-'))
  for (const step of steps) {
    if (names.length > 0 && !names.includes(step.name)) continue
    console.log(`\n=== ${step.name}`)
    const start = performance.now()
    const count = step.count(await run(step, join(folder, `${step.name}.json`)))
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    const line = `${step.name.padEnd(8)} ${seconds.padStart(6)} s  ${count.passed} passed, ${count.failed} failed${
      count.note === undefined ? '' : ` (${count.note})`
    }`
    console.log(`=== ${line}`)
    lines.push(line)
    passed += count.passed
    failed += count.failed
  }
  rmSync(folder, { recursive: true, force: true })
  console.log(`\n${lines.join('\n')}\n\n${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

function run(step: Step, report: string): Promise<Outcome> {
  const [program = '', ...parameters] = step.command(report)
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      cwd: root,
      env: environment,
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      from.setEncoding('utf8')
      from.on('data', (text: string) => {
        output += text
        to.write(text)
      })
    }
    child.on('error', (error) => {
      console.error(error.message)
      resolve({ code: 1, output, report })
    })
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output, report })
    })
  })
}

function vitest(project: string, report: string): readonly string[] {
  return [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
}

/** One check, which must have found something: the pattern is what it prints then. */
function asOne(something?: RegExp): Step['count'] {
  return ({ code, output }) => {
    const found = something?.exec(output)
    if (code === 0 && (something === undefined || (found != null && found[1] !== '0')))
      return { passed: 1, failed: 0 }
    return { passed: 0, failed: 1, ...(code === 0 && { note: 'checked nothing' }) }
  }
}

/** The step prints lines `N passed, N failed` of its own. */
function asPrinted({ code, output }: Outcome): Count {
  let passed = 0
  let failed = 0
  for (const [, yes, no] of output.matchAll(/^(\d+) passed, (\d+) failed$/gm)) {
    passed += Number(yes)
    failed += Number(no)
  }
  return atLeast(code, passed, failed, 'checked nothing')
}

/** The attacks end with a line `N held, N fell`. */
function asHeld({ code, output }: Outcome): Count {
  const [, held, fell] = /^(\d+) held, (\d+) fell$/m.exec(output) ?? []
  return atLeast(code, Number(held ?? 0), Number(fell ?? 0), 'nothing was attacked')
}

function fromVitest({ code, report }: Outcome): Count {
  let text: string
  try {
    text = readFileSync(report, 'utf8')
  } catch {
    return { passed: 0, failed: 1, note: 'vitest left no report' }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- vitest's own report, of the version pinned here
  const counts = JSON.parse(text) as {
    readonly numPassedTests: number
    readonly numFailedTests: number
    readonly numPendingTests: number
  }
  const count = atLeast(code, counts.numPassedTests, counts.numFailedTests, 'no test ran')
  return counts.numPendingTests === 0 ? count : { ...count, note: `${counts.numPendingTests} skipped` }
}

/** A step that ended badly, or did nothing, counts as one failure even if it counted none. */
function atLeast(code: number, passed: number, failed: number, nothing: string): Count {
  if (failed === 0 && code !== 0) return { passed, failed: 1, note: 'ended with an error' }
  if (failed === 0 && passed === 0) return { passed, failed: 1, note: nothing }
  return { passed, failed }
}
