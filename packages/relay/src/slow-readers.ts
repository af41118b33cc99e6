/**
 * Who holds back more than he may is given nothing more, and has so long to take some of it. Nothing is kept for him: the
 * log has it. Rule RE238.
 */
import type { Session } from './session.ts'

export interface SlowLimits {
  readonly maxBufferedBytes: number
  readonly minDrainBytes: number
  readonly maxDrainMs: number
}

/** Looks once; to be called again and again. */
export function takesNothing(session: Session, now: number, limits: SlowLimits): boolean {
  const { channel, backlog } = session
  const buffered = channel.buffered()
  if (buffered <= limits.maxBufferedBytes) {
    session.backlog = undefined
    return false
  }
  const taken = channel.bytes - buffered
  if (backlog === undefined || taken - backlog.taken >= limits.minDrainBytes || now < backlog.since) {
    session.backlog = { taken, since: now }
    return false
  }
  return now - backlog.since >= limits.maxDrainMs
}
