/** `pnpm bench:guard` as a process. */
import { guard } from './guard.ts'

// Whoever interrupts it leaves no checkout behind: they are removed when a process exits, and a signal alone is no exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

process.exitCode = await guard(process.argv.slice(2), {
  print(text) {
    console.log(text)
  },
  tell(line) {
    process.stderr.write(`${line}\n`)
  },
})
