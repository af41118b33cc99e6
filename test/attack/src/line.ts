/** One connection at the first door: what it has heard, and how it ended. It sends whatever it is told to. */
import {
  type DeviceFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  failures,
  type RelayFrame,
} from '@parley/wire'
import { waitFor } from './waiting.ts'

export type FrameOf<Kind extends RelayFrame['frame']> = Extract<RelayFrame, { readonly frame: Kind }>

export interface Line {
  readonly frames: readonly RelayFrame[]
  /** Everything heard, as it came. */
  readonly heard: readonly Uint8Array[]
  readonly send: (frame: DeviceFrame) => void
  readonly sendBytes: (bytes: Uint8Array) => void
  readonly sendText: (text: string) => void
  /** The next frame of a kind that has not been taken yet. Throws when the line ends, or nothing comes. */
  readonly next: <Kind extends RelayFrame['frame']>(kind: Kind) => Promise<FrameOf<Kind>>
  /** Frames sent so far: a ping says it. */
  readonly sent: () => number
  /** `failure malformed`, or `closed 1002` where no failure was told; undefined while it is open. */
  readonly ended: () => string | undefined
  readonly end: () => Promise<string>
  readonly close: () => void
}

/** What carries a line. */
export interface Carrier {
  readonly send: (bytes: Uint8Array | string) => void
  readonly close: () => void
}

export interface OwnLine {
  readonly line: Line
  readonly hear: (bytes: Uint8Array) => void
  readonly closed: (code: number) => void
}

export function createLine(carrier: Carrier): OwnLine {
  const frames: RelayFrame[] = []
  const heard: Uint8Array[] = []
  const untaken: RelayFrame[] = []
  const wake = new Set<() => void>()
  let sent = 0
  let ended: string | undefined
  const notify = (): void => {
    for (const listener of wake) listener()
  }
  const line: Line = {
    frames,
    heard,
    sent: () => sent,
    send(frame) {
      sent += 1
      carrier.send(encodeDeviceFrame(frame))
    },
    sendBytes(bytes) {
      sent += 1
      carrier.send(bytes)
    },
    sendText(text) {
      sent += 1
      carrier.send(text)
    },
    next: async (kind) =>
      waitFor(wake, `a frame "${kind}"`, () => {
        const found = takeFirst(untaken, kind)
        if (found === undefined && ended !== undefined) throw new Ended(ended)
        return found
      }),
    ended: () => ended,
    end: async () => waitFor(wake, 'the end of a session', () => ended),
    close: carrier.close,
  }
  return {
    line,
    hear(bytes) {
      heard.push(bytes)
      const decoded = decodeRelayFrame(bytes)
      if (!decoded.ok) throw new Error(`the relay sent no frame: ${decoded.failure.detail}`)
      frames.push(decoded.frame)
      untaken.push(decoded.frame)
      notify()
    },
    closed(code) {
      ended ??= endOf(frames.at(-1), code)
      notify()
    },
  }
}

/** The session is over, and what was waited for has not come. */
export class Ended extends Error {
  readonly how: string

  constructor(how: string) {
    super(`the session ended: ${how}`)
    this.how = how
  }
}

/** The failure that was told and the close code must be of one row of the table. */
function endOf(last: RelayFrame | undefined, code: number): string {
  if (last?.frame !== 'failure') return `closed ${code}`
  const row = Object.entries(failures).find(([name]) => name === last.code)?.[1]
  return row?.closeCode === code ? `failure ${last.code}` : `failure ${last.code}, closed ${code}`
}

function takeFirst<Kind extends RelayFrame['frame']>(
  frames: RelayFrame[],
  kind: Kind,
): FrameOf<Kind> | undefined {
  const index = frames.findIndex((frame) => frame.frame === kind)
  const [found] = index < 0 ? [] : frames.splice(index, 1)
  return found !== undefined && isKind(found, kind) ? found : undefined
}

function isKind<Kind extends RelayFrame['frame']>(frame: RelayFrame, kind: Kind): frame is FrameOf<Kind> {
  return frame.frame === kind
}
