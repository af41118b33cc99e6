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

export function createChannel(peer: Peer): Channel {
  let open = true
  let sent = 0
  let given = 0
  const sendBytes = (bytes: Uint8Array): void => {
    if (!open) return
    sent += 1
    given += bytes.length
    peer.send(bytes)
  }
  return {
    get open() {
      return open
    },
    get sent() {
      return sent
    },
    get bytes() {
      return given
    },
    send(frame) {
      if (!open) return
      if (frame.frame === 'answer' || frame.frame === 'command-answer') peer.answered?.(frame)
      sendBytes(encodeRelayFrame(frame))
    },
    sendBytes,
    buffered: () => (open ? peer.buffered() : 0),
    end(code, detail, waitMs) {
      if (!open) return
      const frame = failureFrame(code, detail)
      sendBytes(encodeRelayFrame(waitMs === undefined ? frame : { ...frame, waitMs }))
      open = false
      peer.close(code, frame.detail)
    },
    drop() {
      open = false
    },
  }
}
