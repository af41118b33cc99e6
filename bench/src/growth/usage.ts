/** What a process has used between two looks: processor time, and bytes handed to the disk. */
import { processorSeconds } from '../compare/usage.ts'
import { bytesWritten } from '../process-usage.ts'

export interface Usage {
  readonly cpuMicroseconds: number
  readonly diskBytes: number
}

export function usageOf(pid: number): Usage {
  return { cpuMicroseconds: processorSeconds(pid) * 1e6, diskBytes: bytesWritten(pid) }
}

export function usedSince(before: Usage, after: Usage): Usage {
  return {
    cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds,
    diskBytes: after.diskBytes - before.diskBytes,
  }
}
