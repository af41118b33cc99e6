/**
 * `pnpm attack`: the attacks of this folder, against a real relay process. `--door parley`, `--only clocks` (a name or a
 * theme); `--minutes 5` goes on with the fuzzer.
 */
import { parseArgs } from 'node:util'
import { doors } from './answers.ts'
import { attacks } from './attacks.ts'
import { startGround } from './ground-process.ts'
import { runSuite, sumOf, tasksOf } from './suite.ts'

const { values } = parseArgs({
  options: {
    door: { type: 'string' },
    only: { type: 'string' },
    minutes: { type: 'string' },
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.exitCode = await main()

async function main(): Promise<number> {
  const door = doors.find((name) => name === values.door)
  const tasks = tasksOf(attacks, { door, only: values.only })
  if (values.door !== undefined && door === undefined) {
    console.error(`There is no door "${values.door}": it is one of ${doors.join(', ')}.`)
    return 2
  }
  if (tasks.length === 0) {
    console.error('There is no such attack. test/attack/README.md names them all.')
    return 2
  }
  const ground = await startGround()
  const results = await runSuite(ground, tasks, console.log)
  await ground.network.end()
  console.log(`\n${sumOf(results)}`)
  return results.every(({ faults }) => faults.length === 0) ? 0 : 1
}
