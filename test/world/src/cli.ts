/**
 * `pnpm world`: many seeds, counted; or one, told. `pnpm world --faults`: the test of the test.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { counterNames, noCounts } from './counters.ts'
import { neverExercised, seedsForCoverage } from './coverage.ts'
import { findFaults } from './find-faults.ts'
import { createPool, type Pool } from './pool.ts'
import { runSeed, type RunResult } from './run.ts'

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  return 2
})

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      first: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
      trace: { type: 'boolean', default: false },
      faults: { type: 'boolean', default: false },
      brief: { type: 'boolean', default: false },
    },
  })
  const seeds = wholeNumber('seeds', values.seeds)
  const first = wholeNumber('first', values.first)
  if (values.trace) return tell(first, seeds)
  const pool = createPool(wholeNumber('workers', values.workers))
  try {
    return values.faults ? await findFaults(pool, values.brief) : await runAll(pool, first, seeds)
  } finally {
    pool.close()
  }
}

async function tell(first: number, seeds: number): Promise<number> {
  let failed = 0
  for (let seed = first; seed < first + seeds; seed += 1) {
    const result = await runSeed({ seed, keepTrace: true })
    console.log(result.trace.join('\n'))
    report(result)
    if (result.violations.length > 0) failed += 1
  }
  console.log(`\n${seeds - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

async function runAll(pool: Pool, first: number, seeds: number): Promise<number> {
  const start = performance.now()
  const total = noCounts()
  let passed = 0
  let failed = 0
  let told = start
  await Promise.all(
    Array.from({ length: seeds }, async (_, index) => {
      const result = await pool.run({ seed: first + index })
      for (const name of counterNames) total[name] += result.counters[name]
      if (result.violations.length === 0) passed += 1
      else {
        failed += 1
        report(result)
      }
      if (performance.now() - told < 10_000) return
      told = performance.now()
      console.log(`${passed + failed} of ${seeds}, ${rate(passed + failed, start)} schedules/s`)
    }),
  )
  console.log('\nwhat the runs exercised:')
  for (const name of counterNames) console.log(`  ${String(total[name]).padStart(9)}  ${name}`)
  const never = neverExercised(total)
  if (never.length > 0) console.log(`\nnever exercised: ${never.join(', ')}`)
  if (never.length > 0 && seeds >= seedsForCoverage) failed += 1
  console.log(`\nseeds ${first} to ${first + seeds - 1}, ${rate(seeds, start)} schedules/s`)
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

function report({ seed, violations }: RunResult): void {
  if (violations.length === 0) return
  console.log(`seed ${seed} failed:`)
  for (const violation of violations.slice(0, 5)) console.log(`    ${violation.slice(0, 600)}`)
  if (violations.length > 5) console.log(`    and ${violations.length - 5} more`)
  console.log(`    to replay: pnpm world --seeds 1 --first ${seed} --trace`)
}

function rate(runs: number, start: number): string {
  return ((runs * 1000) / (performance.now() - start)).toFixed(1)
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name} is a whole number from 1 on, not "${text}".`)
  return number
}
