/** A core for servers and one for whoever drives them, where the machine has two and lets us choose. */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const serverCore = 0
const driverCore = 1

/** Asked once. */
let choice: boolean | undefined

export function canPin(): boolean {
  choice ??=
    availableParallelism() >= 2 && spawnSync('taskset', ['-c', String(serverCore), 'true']).status === 0
  return choice
}

/** What to run this program with, so that it stays on the core of servers. */
export function onServerCore(program: string): readonly string[] {
  return canPin() ? ['taskset', '-c', String(serverCore), program] : [program]
}

/** This process, with all its threads, stays on the other one. */
export function driveFromOwnCore(): void {
  if (canPin()) spawnSync('taskset', ['-a', '-c', '-p', String(driverCore), String(process.pid)])
}
