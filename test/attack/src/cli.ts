/**
 * `pnpm attack`: the attacks of this folder, against a real relay process. `--door parley`, `--only clocks` (a name or a
 * theme), `--brief` for once each, `--table` for the tables of README.md. `--minutes 5` goes on with the
 * fuzzer, from `--seed` or from any.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { doors } from './answers.ts'
import { attacks } from './attacks.ts'
import { fuzzFor } from './fuzz/fuzz-for.ts'
import { startGround } from './ground-process.ts'
import { fallen, lineOf, runSuite, sumOf, tasksOf } from './suite.ts'
import { attackTable } from './table.ts'

const { values } = parseArgs({
  options: {
    door: { type: 'string' },
    only: { type: 'string' },
    brief: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    seed: { type: 'string' },
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.exitCode = await main()

async function main(): Promise<number> {
  if (values.table) {
    console.log(attackTable(attacks))
    return 0
  }
  const door = doors.find((name) => name === values.door)
  const tasks = tasksOf(attacks, { door, only: values.only })
  const minutes = Number(values.minutes ?? 0)
  if (values.door !== undefined && door === undefined) return wrong(`--door is one of ${doors.join(', ')}.`)
  if (tasks.length === 0) return wrong('There is no such attack. test/attack/README.md names them all.')
  if (!(minutes >= 0)) return wrong('--minutes is a number.')
  const ground = await startGround()
  const results = [...(await runSuite(ground, tasks, console.log, values.brief))]
  const code = await ground.network.end()
  if (code !== 0) {
    const result = fallen('the orderly end', [`the relay ended with ${code}`])
    results.push(result)
    console.log(lineOf(result))
  }
  console.log(`\n${sumOf(results)}`)
  const fell = results.some(({ faults }) => faults.length > 0)
  return minutes > 0 && !(await fuzz(minutes)) ? 1 : Number(fell)
}

/** Whether nothing fell. The seed is told, so that a run can be had again. */
async function fuzz(minutes: number): Promise<boolean> {
  const seed = values.seed ?? randomBytes(8).toString('hex')
  console.log(`\nThe fuzzer, for ${minutes} minutes, from the seed ${seed}:`)
  const { held, fell } = await fuzzFor({ minutes, seed })
  console.log(`\nof the targets of the fuzzer ${held} held, ${fell} fell`)
  return fell === 0
}

function wrong(sentence: string): number {
  console.error(sentence)
  return 2
}
