/** `pnpm load` as a process. */
import { load } from './load.ts'

process.exitCode = await load(process.argv.slice(2), (text) => {
  console.log(text)
})
