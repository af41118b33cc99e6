/**
 * How many schedules of the simulated world run in a second: `pnpm world`, as anybody would start it.
 *
 * A schedule is one whole life of devices and a relay, with its faults and its checks. The command counts by itself.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { availableParallelism } from 'node:os'
import { rootFolder } from './folders.ts'
import { endedChildrenCpuSeconds } from './process-usage.ts'
import { type Run, type Scenario, type Size, usualRuns } from './scenario.ts'

const full = { seeds: 200, workers: availableParallelism() }
const tiny = { seeds: 3, workers: 1 }
const patienceMs = 600_000

export const world: Scenario = {
  name: 'world',
  about:
    'The simulated world of `test/world`: `pnpm world --seeds 200`, one worker a core, from the first seed on. Starting the workers counts.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const { seeds, workers } = size === 'full' ? full : tiny
    const before = endedChildrenCpuSeconds(process.pid)
    const said = await runWorld(seeds, workers)
    const spent = endedChildrenCpuSeconds(process.pid) - before
    const perSecond = Number(/^seeds .*, ([\d.]+) schedules\/s$/m.exec(said)?.[1])
    const passed = Number(/^(\d+) passed, 0 failed$/m.exec(said)?.[1])
    if (passed !== seeds) throw new Error(`the world did not pass:\n${said.slice(-2000)}`)
    return {
      checked: passed,
      figures: [
        { of: 'all workers', name: 'schedules', unit: 'per s', value: perSecond },
        { of: 'all workers', name: 'schedules', unit: 'per CPU s', value: seeds / Math.max(spent, 0.01) },
      ],
    }
  },
}

async function runWorld(seeds: number, workers: number): Promise<string> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=parley-source',
      join(rootFolder, 'test', 'world', 'src', 'cli.ts'),
      `--seeds=${seeds}`,
      `--workers=${workers}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: patienceMs },
  )
  let said = ''
  const listen = (text: string): void => {
    said += text
  }
  child.stdout.setEncoding('utf8').on('data', listen)
  child.stderr.setEncoding('utf8').on('data', listen)
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve())
  })
  return said
}
