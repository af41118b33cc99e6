/** `pnpm bench:guard` as a process. */
import { guard } from './guard.ts'

process.exitCode = await guard(process.argv.slice(2), {
  print(text) {
    console.log(text)
  },
})
