/** `pnpm bench` as a process. */
import { bench } from './bench.ts'

process.exitCode = await bench(process.argv.slice(2), (text) => {
  console.log(text)
})
