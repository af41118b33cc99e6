/** A core for servers and one for whoever drives them, where the machine has two and lets us choose. */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

const serverCore = 0
const driverCore = 1

let parted = false

/** From now on this process, with all its threads, stays on one core, and the servers it starts on another. */
export function partCores(): void {
  if (parted || cpus().length < 2) return
  const moved = spawnSync('taskset', ['-a', '-c', '-p', String(driverCore), String(process.pid)])
  parted = moved.status === 0
}

export function coresAreParted(): boolean {
  return parted
}

/** What to run this program with. */
export function onServerCore(program: string): readonly string[] {
  return parted ? ['taskset', '-c', String(serverCore), program] : [program]
}
