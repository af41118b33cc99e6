/**
 * What leaves towards one peer, counted: both sides count their frames, so that a lost one is noticed. Ends once.
 */
import { encodeRelayFrame, type FailureCode, failureFrame, type RelayFrame } from '@parley/wire'
import type { Peer } from './ports.ts'

export interface Channel {
  readonly open: boolean
  /** Frames sent so far. */
  readonly sent: number
  /** What they weigh together. */
  readonly bytes: number
  send(frame: RelayFrame): void
  /** A frame that was encoded for many. */
  sendBytes(bytes: Uint8Array): void
  buffered(): number
  /** The failure frame, then the end. */
  end(code: FailureCode, detail?: string, waitMs?: number): void
  /** The peer is gone: nothing is sent any more. */
  drop(): void
}

/** There is one for each device: its methods are shared. Rule RE360. */
class PeerChannel implements Channel {
  open = true
  sent = 0
  bytes = 0
  readonly #peer: Peer

  constructor(peer: Peer) {
    this.#peer = peer
  }

  send(frame: RelayFrame): void {
    if (!this.open) return
    if (frame.frame === 'answer' || frame.frame === 'command-answer') this.#peer.answered?.(frame)
    this.sendBytes(encodeRelayFrame(frame))
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.open) return
    this.sent += 1
    this.bytes += bytes.length
    this.#peer.send(bytes)
  }

  buffered(): number {
    return this.open ? this.#peer.buffered() : 0
  }

  end(code: FailureCode, detail?: string, waitMs?: number): void {
    if (!this.open) return
    const frame = failureFrame(code, detail)
    this.sendBytes(encodeRelayFrame(waitMs === undefined ? frame : { ...frame, waitMs }))
    this.open = false
    this.#peer.close(code, frame.detail)
  }

  drop(): void {
    this.open = false
  }
}

export function createChannel(peer: Peer): Channel {
  return new PeerChannel(peer)
}
