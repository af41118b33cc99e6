/**
 * The known faults: bugs this kind of system has had elsewhere, put in one at a time by `pnpm world --faults`. A world
 * that does not find them would not find their like. Rule WO40.
 */
/** Bugs of the relay itself: `@parley/relay/testing` makes it with one of them. The disk's is made by the world's own disk. */
export const relayFaults = [
  'answer-before-disk',
  'fan-out-before-disk',
  'kick-checked-once',
  'gap-accepted',
  'page-before-clock',
  'commands-forgotten',
  'stale-head-clock',
  'compaction-drops-tail',
  'mutes-ignored',
  'edits-pile-up',
  'past-shown',
] as const
export type RelayFault = (typeof relayFaults)[number]

/** Bugs of the relay that show in what passes through it, put around the real one by the world. */
export const passingFaults = [
  /** Signals go to everybody. */
  'signals-to-strangers',
  /** That somebody has gone is never told. */
  'absence-untold',
  /** A device that comes back sends the newer one away. */
  'reconnection-signs-in',
  /** Nobody knows who has a tag. */
  'tags-forgotten',
] as const
export type PassingFault = (typeof passingFaults)[number]

/** What the world itself does wrong around the client and under the relay. */
export const worldFaults = [
  'no-fsync',
  'outbox-cleared-on-send',
  'stale-leader-writes',
  'storage-failure-swallowed',
] as const
export type WorldFault = (typeof worldFaults)[number]

export type Fault = RelayFault | PassingFault | WorldFault
export const faults: readonly Fault[] = [...relayFaults, ...passingFaults, ...worldFaults]

export function isPassingFault(fault: Fault | null): fault is PassingFault {
  return passingFaults.some((name) => name === fault)
}

export function isRelayFault(fault: Fault | null): fault is RelayFault {
  return relayFaults.some((name) => name === fault)
}
