/**
 * What waits: inputs for the next turn, reads for the time between two turns. Both are bounded, and both are taken in
 * rotation over users: a flood of one user waits for its own turns. Rules RE5, RE6 and RE234 to RE237.
 */
import type { UserId } from '@parley/document'
import type { Input } from './inputs.ts'
import { createRotation } from './rotation.ts'
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
  /** Whether it may be read already; left out, at once. */
  readonly due?: () => boolean
}

export interface WorkLimits {
  readonly maxTurnUpdates: number
  readonly maxTurnBytes: number
  readonly maxUserTurnUpdates: number
  readonly maxUserTurnBytes: number
  readonly maxQueuedUpdates: number
  readonly maxQueuedBytes: number
  readonly maxQueuedUserBytes: number
  readonly maxReadsPerTurn: number
  readonly maxUserReadsPerTurn: number
}

export interface Work {
  /** Nothing is to be done now: reads that are not due yet may wait. */
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
  const inputs = createRotation<UserId, Waiting>()
  const reads = createRotation<UserId | symbol, Read>()
  const heldByUser = new Map<UserId, { bytes: number }>()
  let bytes = 0
  const count = ({ session, input }: Waiting, sign: 1 | -1): void => {
    const { user } = input.by
    const weight = sign * heldBy(input)
    session.updates += sign * updatesOf(input)
    bytes += weight
    const held = heldByUser.get(user)
    if (held === undefined) heldByUser.set(user, { bytes: weight })
    else if (held.bytes + weight > 0) held.bytes += weight
    else heldByUser.delete(user)
  }
  const hasRoom = ({ session, input }: Waiting): boolean =>
    session.updates + updatesOf(input) <= limits.maxQueuedUpdates &&
    bytes + heldBy(input) <= limits.maxQueuedBytes &&
    (heldByUser.get(input.by.user)?.bytes ?? 0) + heldBy(input) <= limits.maxQueuedUserBytes
  return {
    get empty() {
      return inputs.size === 0 && reads.peek(isDue) === undefined
    },
    add(waiting) {
      if (!hasRoom(waiting)) return false
      count(waiting, 1)
      inputs.add(waiting.input.by.user, waiting)
      return true
    },
    addRead(read) {
      // Whoever is not in session yet stands for himself.
      reads.add(read.session?.identity.user ?? Symbol('nobody yet'), read)
    },
    takeTurn() {
      const all: Amount = { updates: 0, bytes: 0 }
      const byUser = new Map<UserId, Amount>()
      const turn = inputs.takeWhile(({ input }) => {
        const { user } = input.by
        const his = byUser.get(user)
        // At least one of everybody, since a frame is never divided.
        if (byUser.size > 0 && isTooMuch(all, input, limits.maxTurnUpdates, limits.maxTurnBytes))
          return 'stop'
        // What he sent behind a frame that is too much for this turn waits as well.
        if (his !== undefined && isTooMuch(his, input, limits.maxUserTurnUpdates, limits.maxUserTurnBytes))
          return 'pass'
        add(all, input)
        if (his === undefined) byUser.set(user, { updates: updatesOf(input), bytes: input.bytes })
        else add(his, input)
        return 'take'
      })
      for (const waiting of turn) count(waiting, -1)
      return turn
    },
    putBack(rest) {
      for (const waiting of rest) count(waiting, 1)
      inputs.putBack(rest.map((waiting) => [waiting.input.by.user, waiting] as const))
    },
    takeReads() {
      const taken: Read[] = []
      const hasTurn = (read: Read): boolean => isDue(read) && !isOften(read, taken, limits)
      while (taken.length < limits.maxReadsPerTurn) {
        const read = reads.take(hasTurn)
        if (read === undefined) break
        taken.push(read)
      }
      return taken
    },
    clear() {
      inputs.clear()
      reads.clear()
      heldByUser.clear()
      bytes = 0
    },
  }
}

interface Amount {
  updates: number
  bytes: number
}

function add(amount: Amount, input: Input): void {
  amount.updates += updatesOf(input)
  amount.bytes += input.bytes
}

function isTooMuch({ updates, bytes }: Amount, more: Input, maxUpdates: number, maxBytes: number): boolean {
  return updates + updatesOf(more) > maxUpdates || bytes + more.bytes > maxBytes
}

/** As much as one user may keep the next turn waiting. */
function isOften({ session }: Read, taken: readonly Read[], limits: WorkLimits): boolean {
  if (session === undefined) return false
  const { user } = session.identity
  const own = taken.filter((read) => read.session?.identity.user === user)
  return own.length >= limits.maxUserReadsPerTurn
}

function isDue({ due }: Read): boolean {
  return due === undefined || due()
}

/** What it takes to keep it: every update is an object of its own, however short. */
function heldBy(input: Input): number {
  return input.bytes + 1024 * updatesOf(input)
}

function updatesOf(input: Input): number {
  return input.kind === 'push' ? Math.max(1, input.updates.length) : 1
}
