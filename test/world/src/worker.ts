/** One process of the pool: runs what it is told, one after the other. */
import { runSeed, type RunOptions } from './run.ts'

process.on('message', (message) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- from our own pool
  runSeed(message as RunOptions).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
