/**
 * Yjs client ids: 53 bits, where Yjs itself would take 32. The uppermost 2^32 belong to the relay, so that no device
 * can take the writer of a head for itself. Rule DO5.
 */
import { mixedText } from './mix.ts'

export const firstRelayClientId: number = 2 ** 53 - 2 ** 32

/** The relay's writer in every document of one log epoch. */
export function relayClientId(epoch: string): number {
  const [low] = mixedText(`parley relay 1\n${epoch}`, [0x9e3779b9, 0])
  return firstRelayClientId + (low >>> 0)
}

/** A device's client id of 8 random bytes, below the relay's range. */
export function makeClientId(chance: Uint8Array): number {
  if (chance.length !== 8) throw new RangeError('a client id is made of 8 random bytes')
  const view = new DataView(chance.buffer, chance.byteOffset, 8)
  const high = view.getUint32(0) & 0x1fffff
  // All 21 ones is the relay's range. Clearing one bit costs nothing one could measure in evenness.
  return (high === 0x1fffff ? 0x0fffff : high) * 2 ** 32 + view.getUint32(4)
}
