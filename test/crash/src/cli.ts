/**
 * `pnpm crash`: a real relay, killed or failed at its 1st, 2nd, 3rd … call that writes or syncs. `--runs 40`: how far;
 * `--only fsync-eio`: one series of them.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readOrder } from './order.ts'
import { hasStrace, type Injection, startRelay } from './relay-process.ts'
import { crash, prepare, type Run, temporaryFolder } from './runs.ts'
import { createJournal, startWriter } from './writer.ts'

interface Series {
  readonly name: string
  readonly calls: string
  readonly fault: string
  /** Begins without data, so that the first calls are those that make the file. */
  readonly empty: boolean
  /** From one run's call to the next one's: a commit writes some thirty times. */
  readonly step: number
}

const series: readonly Series[] = [
  { name: 'write-kill-new', calls: 'pwrite64', fault: 'signal=SIGKILL', empty: true, step: 1 },
  { name: 'write-kill', calls: 'pwrite64', fault: 'signal=SIGKILL', empty: false, step: 29 },
  { name: 'fsync-kill-new', calls: 'fsync', fault: 'signal=SIGKILL', empty: true, step: 1 },
  { name: 'fsync-kill', calls: 'fsync', fault: 'signal=SIGKILL', empty: false, step: 2 },
  { name: 'truncate-kill', calls: 'ftruncate', fault: 'signal=SIGKILL', empty: false, step: 1 },
  { name: 'fsync-eio-new', calls: 'fsync', fault: 'error=EIO', empty: true, step: 1 },
  { name: 'fsync-eio', calls: 'fsync', fault: 'error=EIO', empty: false, step: 2 },
  { name: 'write-eio', calls: 'pwrite64', fault: 'error=EIO', empty: false, step: 29 },
  { name: 'write-enospc-new', calls: 'pwrite64', fault: 'error=ENOSPC', empty: true, step: 1 },
  { name: 'write-enospc', calls: 'pwrite64', fault: 'error=ENOSPC', empty: false, step: 29 },
]

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    only: { type: 'string', multiple: true, default: [] },
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.exitCode = await main()

async function main(): Promise<number> {
  const names = ['order', ...series.map(({ name }) => name)]
  const unknown = values.only.filter((name) => !names.includes(name))
  const runs = Number(values.runs)
  if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
    console.error(`--runs is a number; --only is one of ${names.join(', ')}.`)
    return 2
  }
  if (!hasStrace()) {
    console.error('strace is missing: it makes the calls fail. Install it, as with "apt-get install strace".')
    return 2
  }
  const wanted = (name: string): boolean => values.only.length === 0 || values.only.includes(name)
  let failed = 0
  let passed = 0
  const count = (wrong: readonly string[], name: string): void => {
    if (wrong.length === 0) passed += 1
    else failed += 1
    for (const sentence of wrong.slice(0, 5)) console.log(`  ${name}: ${sentence}`)
  }
  if (wanted('order')) count(await order(), 'order')
  const prepared = await prepare()
  for (const one of series) {
    if (!wanted(one.name)) continue
    const done: Run[] = []
    for (let at = 0; at < runs; at += 1) {
      const when = 1 + at * one.step
      const injection: Injection = { calls: one.calls, fault: one.fault, when }
      const run = await crash(injection, one.empty ? undefined : prepared)
      done.push(run)
      count(run.wrong, `${one.name} ${when}`)
    }
    console.log(told(one.name, done))
    // A series that met nothing has shown nothing.
    if (done.every(({ reached }) => !reached)) count(['no run came to its call'], one.name)
  }
  rmSync(prepared, { recursive: true })
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function told(name: string, runs: readonly Run[]): string {
  const sum = (of: (run: Run) => number): number => runs.reduce((total, run) => total + of(run), 0)
  return [
    `${name}: ${runs.length} runs`,
    `${sum(({ reached }) => Number(reached))} came to their call`,
    `${sum(({ whileStarting }) => Number(whileStarting))} while starting`,
    `${sum(({ answers }) => answers)} answers held against the disk`,
    `${sum(({ later }) => later)} times later`,
    `${sum(({ wrong }) => Number(wrong.length > 0))} wrong`,
  ].join(', ')
}

/** A relay that nothing happens to, watched. */
async function order(): Promise<readonly string[]> {
  const directory = temporaryFolder()
  const trace = join(directory, '..', `${process.pid}.strace`)
  const calls = 'trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg'
  const relay = await startRelay(join(directory, 'data'), ['-yy', '-o', trace, '-e', calls])
  const journal = createJournal('Tom', 1)
  if (relay.port === undefined) return [`the relay did not start: ${relay.output()}`]
  const writer = await startWriter(relay.port, journal, 300)
  await writer.done
  writer.close()
  await relay.end('SIGTERM')
  const seen = readOrder(readFileSync(trace, 'utf8').split('\n'))
  rmSync(directory, { recursive: true })
  rmSync(trace)
  const { writes, syncs, sends, early } = seen
  console.log(
    `order: ${writes} writes into the log, ${syncs} syncs, ${sends} sends, ${early} of them before the sync`,
  )
  if (early > 0) return [`${early} answers left before the log was synced`]
  return syncs < 100 || sends < 100 ? ['too little was seen to show anything'] : []
}
