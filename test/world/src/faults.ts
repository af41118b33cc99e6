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

/** What the world itself does wrong around the client and under the relay. */
export const worldFaults = [
  'no-fsync',
  'outbox-cleared-on-send',
  'stale-leader-writes',
  'storage-failure-swallowed',
] as const
export type WorldFault = (typeof worldFaults)[number]

export type Fault = RelayFault | WorldFault
export const faults: readonly Fault[] = [...relayFaults, ...worldFaults]

export function isRelayFault(fault: Fault | null): fault is RelayFault {
  return relayFaults.some((name) => name === fault)
}
