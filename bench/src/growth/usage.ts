/** What a process has used between two looks: its processor time as finely as the system tells it, and the disk. */
import { readdirSync, readFileSync } from 'node:fs'
import { bytesWritten, cpuSeconds } from '../process-usage.ts'

export interface Usage {
  readonly cpuMicroseconds: number
  readonly diskBytes: number
}

export function usageOf(pid: number): Usage {
  return { cpuMicroseconds: cpuMicroseconds(pid), diskBytes: bytesWritten(pid) }
}

export function usedSince(before: Usage, after: Usage): Usage {
  return {
    cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds,
    diskBytes: after.diskBytes - before.diskBytes,
  }
}

/** Of all its threads. Where the scheduler tells nothing, the hundredths of a second that every Linux counts. */
function cpuMicroseconds(pid: number): number {
  const folder = `/proc/${pid}/task`
  let nanoseconds = 0
  for (const thread of readdirSync(folder)) {
    const told = readOf(`${folder}/${thread}/schedstat`)
    nanoseconds += Number(told?.split(' ')[0] ?? 0)
  }
  return nanoseconds > 0 ? nanoseconds / 1000 : cpuSeconds(pid) * 1e6
}

/** Nothing for a thread that has just ended, or a kernel that keeps no such count. */
function readOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) {
      return undefined
    }
    throw error
  }
}
