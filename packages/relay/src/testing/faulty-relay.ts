/**
 * Relays with one known bug each: a test that watches a relay proves with them that it would see the bug. Rule RE74.
 *
 * The bugs are in what surrounds the relay (its store, its peers) or in the tables it is made of; its own code has no
 * switch for any of them.
 */
import { writeHeadChange } from '@parley/document'
import { protocolOrder } from '../checks.ts'
import { createRelayWith } from '../create-relay.ts'
import type { MemoryDisk } from '../memory-store.ts'
import type { Peer, Relay, RelayOptions } from '../ports.ts'
import { ownSeams, type Seams } from '../turn.ts'
import { acceptGaps, hearTheMuted, judgeMembersOnce, judgePageFirst } from './faulty-checks.ts'
import { createHasty, type Hasty, holdBack } from './faulty-order.ts'
import { dropTails, forgetCommands, forgetEdits, loseUnsynced, showThePast } from './faulty-stores.ts'

export const relayFaults = [
  /** A device is told "accepted" while the commit is under way. */
  'answer-before-disk',
  /** Others are shown a row while its commit is under way. */
  'fan-out-before-disk',
  /** A commit resolves without a sync: a crash loses the last few. Needs the disk. */
  'no-fsync',
  /** Who was a member once writes for ever. */
  'kick-checked-once',
  /** An update is accepted though one of its author's before it is missing. */
  'gap-accepted',
  /** A device that lost an answer is told that the page is closed, and writes its message again. */
  'page-before-clock',
  /** A command sent again is carried out again. */
  'commands-forgotten',
  /** Two changes of a head are written at the same clock. */
  'stale-head-clock',
  /** After a restart, pages lack the last row they had. */
  'compaction-drops-tail',
  /** Who may not speak does. */
  'mutes-ignored',
  /** An edit leaves the one before it where it is. */
  'edits-pile-up',
  /** What was said before somebody came is told to him, though it is hidden. */
  'past-shown',
] as const

export type RelayFault = (typeof relayFaults)[number]

export interface FaultyRelayOptions extends RelayOptions {
  /** What `store` keeps its data on, for the faults that need it. */
  readonly disk?: MemoryDisk
}

export function createFaultyRelay(fault: RelayFault, options: FaultyRelayOptions): Relay {
  switch (fault) {
    case 'answer-before-disk':
      return createHastyRelay(options, (hasty, peer) => holdBack(hasty, peer, 'fan-out'))
    case 'fan-out-before-disk':
      return createHastyRelay(options, (hasty, peer) => holdBack(hasty, peer, 'answers'))
    case 'no-fsync':
      return createRelayWith({ ...options, store: loseUnsynced(options.store, diskOf(options)) }, ownSeams)
    case 'kick-checked-once':
      return withSeams(options, { checks: judgeMembersOnce(protocolOrder) })
    case 'gap-accepted':
      return withSeams(options, { checks: acceptGaps(protocolOrder) })
    case 'page-before-clock':
      return withSeams(options, { checks: judgePageFirst(protocolOrder) })
    case 'commands-forgotten':
      return createRelayWith({ ...options, store: forgetCommands(options.store) }, ownSeams)
    case 'stale-head-clock':
      return withSeams(options, { writeHead: createStaleWriter() })
    case 'compaction-drops-tail':
      return createRelayWith({ ...options, store: dropTails(options.store) }, ownSeams)
    case 'mutes-ignored':
      return withSeams(options, { checks: hearTheMuted(protocolOrder) })
    case 'edits-pile-up':
      return createRelayWith({ ...options, store: forgetEdits(options.store) }, ownSeams)
    case 'past-shown':
      return createRelayWith({ ...options, store: showThePast(options.store) }, ownSeams)
  }
}

function withSeams(options: RelayOptions, seams: Partial<Seams>): Relay {
  return createRelayWith(options, { ...ownSeams, ...seams })
}

function createHastyRelay(options: RelayOptions, hold: (hasty: Hasty, peer: Peer) => Peer): Relay {
  const hasty = createHasty(options.store)
  const relay = createRelayWith({ ...options, store: hasty.store }, ownSeams)
  return {
    get health() {
      return relay.health
    },
    accept: (peer) => relay.accept(hold(hasty, peer)),
    connect: (identity, standing, peer) => relay.connect(identity, standing, hold(hasty, peer)),
    authenticate: async (...shown) => relay.authenticate(...shown),
    revoke: async (...whom) => relay.revoke(...whom),
    sweep: () => relay.sweep(),
    drain: async () => relay.drain(),
  }
}

/** Writes each change on the state before the last one, as if two had been read at once. */
function createStaleWriter(): Seams['writeHead'] {
  const before = new Map<string, Uint8Array>()
  return (head) => {
    const stale = head.state === null ? undefined : before.get(String(head.state))
    const written = staleWrite(head, stale) ?? writeHeadChange(head)
    if (head.state !== null) before.set(String(written.state), head.state)
    return written
  }
}

function staleWrite(
  head: Parameters<Seams['writeHead']>[0],
  stale: Uint8Array | undefined,
): ReturnType<Seams['writeHead']> | undefined {
  if (stale === undefined) return undefined
  try {
    const { update } = writeHeadChange({ ...head, state: stale })
    return { ...writeHeadChange(head), update }
  } catch {
    // The change makes no sense on the older state; then this time the clock is read rightly.
    return undefined
  }
}

function diskOf({ disk }: FaultyRelayOptions): MemoryDisk {
  if (disk === undefined) throw new Error('this fault needs the disk the store is on')
  return disk
}
