/** The relay's process during an attack: that it is the same, how much it grew, and how long it kept others waiting. */
import { readFileSync } from 'node:fs'
import type { Bystanders } from './bystanders.ts'
import type { Metrics, Network } from './ground.ts'
import type { Probe } from './probe.ts'
import { canary } from './scene.ts'

/**
 * Ceilings that hold on a machine that is busy with other things, too. `maxHeldMs` is time of the processor, so it may be
 * strict; waits are what somebody felt, and others' doing as well: one above `noticedMs` is told beside the line, and only
 * one above `maxWaitMs` makes the attack fall. What a flood of half a gigabyte lets the process grow by is garbage that has
 * not been collected yet; the next flood adds nothing.
 */
export const ceilings = {
  noticedMs: 250,
  maxWaitMs: 10_000,
  noticedHeldMs: 50,
  maxHeldMs: 250,
  maxGrownBytes: 256 * 1024 * 1024,
} as const

export interface Watched {
  /** Sentences; none when everything was within its ceiling. */
  readonly faults: readonly string[]
  readonly waitMs: number
  readonly heldMs: number
  /** Undefined where the system does not tell. */
  readonly grownBytes: number | undefined
  readonly counted: (name: string) => number
}

export interface Watch {
  readonly begin: () => Promise<() => Promise<Watched>>
}

export function createWatch(network: Network, probe: Probe, bystanders: Bystanders): Watch {
  return {
    async begin() {
      const metrics = await network.metrics()
      const before = residentBytes(network.pid)
      const printed = network.output().length
      probe.longest()
      await network.held()
      return async () => {
        const waitMs = probe.longest()
        const faults: string[] = []
        if (!network.alive())
          faults.push(`the relay has ended: ${network.output().slice(printed).slice(-500)}`)
        else await bystanders.beat()
        const heldMs = network.alive() ? await network.held() : 0
        const after = residentBytes(network.pid)
        const grownBytes = before === undefined || after === undefined ? undefined : after - before
        if (waitMs > ceilings.maxWaitMs) faults.push(`others waited ${Math.round(waitMs)} ms`)
        if (heldMs > ceilings.maxHeldMs) faults.push(`the relay's loop was held for ${Math.round(heldMs)} ms`)
        if ((grownBytes ?? 0) > ceilings.maxGrownBytes) faults.push(`the relay grew by ${grownBytes} bytes`)
        const errors = /^\S+ error .*$/m.exec(network.output().slice(printed))
        if (errors !== null) faults.push(`the relay logged an error: ${errors[0]}`)
        faults.push(...blabbed(network, network.output().slice(printed)))
        return { faults, waitMs, heldMs, grownBytes, counted: countedSince(metrics, await network.metrics()) }
      }
    },
  }
}

/** What a log must not hold, at whatever level: tokens, secrets, and what people write. */
function blabbed({ secret, adminSecret }: Network, log: string): readonly string[] {
  const faults: string[] = []
  if (/eyJ[\w-]{8}/.test(log)) faults.push('the log holds a token')
  if (log.includes(secret) || log.includes(adminSecret)) faults.push('the log holds a secret')
  if (log.includes(canary)) faults.push('the log holds what somebody wrote')
  return faults
}

function countedSince(before: Metrics, after: Metrics): (name: string) => number {
  return (name) => (after.get(name) ?? 0) - (before.get(name) ?? 0)
}

/** Of a process, as Linux tells it. */
function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined // another system, or the process is gone, which is told elsewhere
  }
}
