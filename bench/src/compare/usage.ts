/** What a process has used, finer than in ticks of a hundredth of a second. */
import { readdirSync, readFileSync } from 'node:fs'
import { cpuSeconds } from '../process-usage.ts'

/** Seconds of processor time of all its threads. */
export function processorSeconds(pid: number): number {
  try {
    const folder = `/proc/${pid}/task`
    const spent = readdirSync(folder).map((thread) =>
      Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    return spent.reduce((total, one) => total + one, 0) / 1e9
  } catch {
    // Not every kernel counts like this; all of them count in ticks.
    return cpuSeconds(pid)
  }
}
