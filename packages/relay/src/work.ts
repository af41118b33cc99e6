/**
 * What waits: inputs for the next turn, reads for the time between two turns. Both are bounded. Rules RE5 and RE6.
 */
import type { Input } from './inputs.ts'
import type { Session } from './session.ts'

export interface Waiting {
  readonly session: Session
  readonly input: Input
}

/** Something to read for a session, and to send. Never rejects but by a fault of the store, or a bug. */
export interface Read {
  /** undefined for one that is not in session yet. */
  readonly session: Session | undefined
  readonly run: () => Promise<void>
}

export interface WorkLimits {
  readonly maxTurnUpdates: number
  readonly maxTurnBytes: number
  readonly maxQueuedUpdates: number
  readonly maxQueuedBytes: number
  readonly maxReadsPerTurn: number
}

export interface Work {
  readonly empty: boolean
  /** False when there is no room: nothing was taken. */
  add(waiting: Waiting): boolean
  addRead(read: Read): void
  takeTurn(): readonly Waiting[]
  /** What a turn did not come to, before everything else. */
  putBack(rest: readonly Waiting[]): void
  takeReads(): readonly Read[]
  clear(): void
}

export function createWork(limits: WorkLimits): Work {
  let inputs: Waiting[] = []
  let reads: Read[] = []
  let bytes = 0
  const count = ({ session, input }: Waiting, sign: 1 | -1): void => {
    session.updates += sign * updatesOf(input)
    bytes += sign * heldBy(input)
  }
  return {
    get empty() {
      return inputs.length === 0 && reads.length === 0
    },
    add(waiting) {
      const { session, input } = waiting
      if (session.updates + updatesOf(input) > limits.maxQueuedUpdates) return false
      if (bytes + heldBy(input) > limits.maxQueuedBytes) return false
      count(waiting, 1)
      inputs.push(waiting)
      return true
    },
    addRead(read) {
      reads.push(read)
    },
    takeTurn() {
      const fit = fitting(inputs, limits)
      const turn = inputs.slice(0, fit)
      inputs = inputs.slice(fit)
      for (const waiting of turn) count(waiting, -1)
      return turn
    },
    putBack(rest) {
      for (const waiting of rest) count(waiting, 1)
      inputs = [...rest, ...inputs]
    },
    takeReads() {
      const taken = reads.slice(0, limits.maxReadsPerTurn)
      reads = reads.slice(limits.maxReadsPerTurn)
      return taken
    },
    clear() {
      inputs = []
      reads = []
      bytes = 0
    },
  }
}

/** How many of the first inputs make one turn: at least one, since a frame is never divided. */
function fitting(inputs: readonly Waiting[], limits: WorkLimits): number {
  let updates = 0
  let bytes = 0
  for (const [index, { input }] of inputs.entries()) {
    updates += updatesOf(input)
    bytes += input.bytes
    if (index > 0 && (updates > limits.maxTurnUpdates || bytes > limits.maxTurnBytes)) return index
  }
  return inputs.length
}

/** What it takes to keep it: every update is an object of its own, however short. */
function heldBy(input: Input): number {
  return input.bytes + 1024 * updatesOf(input)
}

function updatesOf(input: Input): number {
  return input.kind === 'push' ? Math.max(1, input.updates.length) : 1
}
