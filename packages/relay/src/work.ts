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
  readonly session: Session
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
  takeReads(): readonly Read[]
  clear(): void
}

export function createWork(limits: WorkLimits): Work {
  let inputs: Waiting[] = []
  let reads: Read[] = []
  let bytes = 0
  return {
    get empty() {
      return inputs.length === 0 && reads.length === 0
    },
    add(waiting) {
      const { session, input } = waiting
      const updates = session.updates + updatesOf(input)
      if (updates > limits.maxQueuedUpdates || bytes + input.bytes > limits.maxQueuedBytes) return false
      session.updates = updates
      bytes += input.bytes
      inputs.push(waiting)
      return true
    },
    addRead(read) {
      reads.push(read)
    },
    takeTurn() {
      const count = fitting(inputs, limits)
      const turn = inputs.slice(0, count)
      inputs = inputs.slice(count)
      for (const { session, input } of turn) {
        session.updates -= updatesOf(input)
        bytes -= input.bytes
      }
      return turn
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

function updatesOf(input: Input): number {
  return input.kind === 'push' ? Math.max(1, input.updates.length) : 1
}
