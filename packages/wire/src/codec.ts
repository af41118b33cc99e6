/** Frames to bytes and back. */
import type { DeviceFrame, RelayFrame } from './frames.ts'

/** Why bytes are not a frame. The code is one of the failures a session ends with; `detail` is for people. */
export interface WireFault {
  readonly code: 'unknown-frame' | 'malformed' | 'too-large' | 'wrong-version'
  readonly detail: string
}

export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly failure: WireFault }

export function encodeDeviceFrame(frame: DeviceFrame): Uint8Array<ArrayBuffer> {
  throw new Error(`not written yet: ${frame.frame}`)
}

export function decodeDeviceFrame(bytes: Uint8Array): Decoded<DeviceFrame> {
  throw new Error(`not written yet: ${bytes.length}`)
}

export function encodeRelayFrame(frame: RelayFrame): Uint8Array<ArrayBuffer> {
  throw new Error(`not written yet: ${frame.frame}`)
}

export function decodeRelayFrame(bytes: Uint8Array): Decoded<RelayFrame> {
  throw new Error(`not written yet: ${bytes.length}`)
}
