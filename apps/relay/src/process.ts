/** The `parley` command as a process. */
import { readFile } from 'node:fs/promises'
import { runParley } from './run.ts'

// Whoever read the log has gone; the relay goes on without.
process.stdout.on('error', () => undefined)

const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'

process.exitCode = await runParley({
  args: process.argv.slice(2),
  environment: process.env,
  version,
  print: (text) => {
    process.stdout.write(text)
  },
  complain: (text) => {
    process.stderr.write(text)
  },
  now: Date.now,
  onSignal: (listener) => {
    process.on('SIGTERM', listener)
    process.on('SIGINT', listener)
    return () => {
      process.off('SIGTERM', listener)
      process.off('SIGINT', listener)
    }
  },
  exit: (code) => {
    process.exit(code)
  },
})
