/** The program of `program.ts`: prints what its job took, as JSON. */
import { readBare } from './bare-device.ts'
import type { Given } from './program.ts'
import { runJob } from './sdk-device.ts'

// Made by `runProgram`.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const given = JSON.parse(process.argv[2] ?? '') as Given
process.stdout.write(JSON.stringify(await (given.bare === true ? readBare(given) : runJob(given))))
process.exit(0)
