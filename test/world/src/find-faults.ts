/**
 * The test of the test: each known fault is put in, alone, and some seed must notice. A seed counts only when it passes
 * without the fault. Rule WO40.
 */
import { type Fault, faults } from './faults.ts'
import type { Pool } from './pool.ts'

const seedsPerFault = 500
const seedsInBrief = 150

/** About where each was first found: a brief search begins a little before. */
const firstFound: Readonly<Record<Fault, number>> = {
  'answer-before-disk': 1,
  'fan-out-before-disk': 1,
  'kick-checked-once': 1,
  'gap-accepted': 144,
  'page-before-clock': 14,
  'commands-forgotten': 63,
  'stale-head-clock': 1,
  'compaction-drops-tail': 2,
  'mutes-ignored': 15,
  'edits-pile-up': 200,
  'past-shown': 99,
  'signals-to-strangers': 1,
  'absence-untold': 3,
  'reconnection-signs-in': 1,
  'tags-forgotten': 1,
  'no-fsync': 1,
  'outbox-cleared-on-send': 1,
  'stale-leader-writes': 6,
  'storage-failure-swallowed': 2,
}

export async function findFaults(pool: Pool, brief: boolean): Promise<number> {
  let found = 0
  for (const fault of faults) {
    const first = brief ? Math.max(1, firstFound[fault] - 3) : 1
    const hit = await find(pool, fault, first, brief ? seedsInBrief : seedsPerFault)
    if (hit !== undefined) found += 1
    console.log(
      hit === undefined
        ? `${fault}: NOT FOUND`
        : `${fault}: found at seed ${hit.seed}, after ${hit.runs} runs: ${hit.what.slice(0, 200)}`,
    )
  }
  console.log(`${found} passed, ${faults.length - found} failed`)
  return found === faults.length ? 0 : 1
}

interface Hit {
  readonly seed: number
  readonly runs: number
  readonly what: string
}

/** As many at a time as there are processes; the lowest seed of those counts. */
async function find(pool: Pool, fault: Fault, first: number, seeds: number): Promise<Hit | undefined> {
  for (let seed = first; seed < first + seeds; seed += pool.size) {
    const batch = Array.from({ length: pool.size }, (_, index) => seed + index)
    const hits = await Promise.all(
      batch.map(async (one) => {
        const result = await pool.run({ seed: one, fault })
        const [what] = result.violations
        if (what === undefined) return undefined
        const without = await pool.run({ seed: one })
        return without.violations.length === 0 ? { seed: one, runs: one - first + 1, what } : undefined
      }),
    )
    const hit = hits.find((other) => other !== undefined)
    if (hit !== undefined) return hit
  }
  return undefined
}
