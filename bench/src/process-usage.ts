/** What a process of this machine has used so far, as Linux tells it under /proc. */
import { readFileSync } from 'node:fs'

/** Linux counts in these on every machine it runs on today. */
const ticksPerSecond = 100

export function cpuSeconds(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Of all its children that have ended. */
export function endedChildrenCpuSeconds(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}

/** Memory the process has in use. */
export function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1]
  if (kibibytes === undefined) throw new Error('this system does not say how much memory a process has')
  return Number(kibibytes) * 1024
}

/** The most it has ever had in use. */
export function peakResidentBytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1]
  if (kibibytes === undefined) throw new Error('this system does not say how much memory a process has had')
  return Number(kibibytes) * 1024
}

/** Files and sockets it may have open at once. */
export function maxOpenFiles(pid: number): number {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(read(pid, 'limits'))?.[1]
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}

/** Handed to the disk, journals and all. Zero where the disk is memory. */
export function bytesWritten(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(read(pid, 'io'))?.[1] ?? 0)
}

/** The name, in brackets, may hold anything; numbers follow it, from field 3 on as proc(5) counts them. */
function statOf(pid: number): readonly string[] {
  return read(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ')
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch (error) {
    throw new Error('What a process uses is read under /proc, which this system does not have.', {
      cause: error,
    })
  }
}
