/**
 * A device whose relay is the test itself: frames that leave are looked at, frames that come are written by hand. Time
 * stands still until it is moved, and chance is the same in every run. For the real relay see test/world and test/e2e.
 */
import type { DeviceStore } from '@parley/storage'
import { createMemoryStore } from '@parley/storage/memory'
import {
  decodeDeviceFrame,
  type DeviceFrame,
  encodeRelayFrame,
  type News,
  type RelayFrame,
} from '@parley/wire'
import { createEngine } from '../engine.ts'
import type { PartSources } from '../part-modules.ts'
import type { Engine, EngineEvent } from '../engine-types.ts'
import type { ClientLimits } from '../limits.ts'
import type { Inflate, Ports, Socket, SocketHandlers, TokenReason } from '../ports.ts'
import { deviceLayout } from '../records.ts'
import { settle, user } from './values.test-kit.ts'

export interface TestSurroundings {
  readonly ports: Omit<Ports, 'store'>
  /** Frames that left since last asked, hello included. */
  readonly sent: () => readonly DeviceFrame[]
  /** All bytes that ever left, in order. */
  readonly bytes: readonly Uint8Array[]
  /** Frames from the relay; their counts are put right. */
  readonly say: (...frames: readonly RelayFrame[]) => Promise<void>
  /** The same without that. */
  readonly sayAsIs: (...frames: readonly RelayFrame[]) => Promise<void>
  readonly sayBytes: (bytes: Uint8Array) => Promise<void>
  readonly opens: () => Promise<void>
  /** The socket ends from the far side. */
  readonly cut: () => Promise<void>
  /** Opens the socket and takes it through hello, welcome and an empty or given catch-up. */
  readonly connect: (catchUp?: CatchUp) => Promise<void>
  /** Moves the clock and lets what is due happen, in its order. */
  readonly pass: (ms: number) => Promise<void>
  /** Sets the clock without anything happening. */
  readonly setClock: (now: number) => void
  /** Why tokens were asked for. */
  readonly tokens: readonly TokenReason[]
  readonly sockets: readonly { readonly open: boolean; readonly handlers: SocketHandlers }[]
  /** What was logged as an error. */
  readonly errors: readonly string[]
  readonly timers: number
}

export interface CatchUp {
  readonly epoch?: string
  readonly news?: readonly News[]
  readonly full?: boolean
  readonly cursor?: number
  /** How long its token holds, by the relay's clock. Default: for ever. */
  readonly tokenMs?: number
  /** How far the relay's clock is ahead. */
  readonly ahead?: number
}

export interface SurroundingsOptions {
  readonly name?: string
  readonly seed?: number
  /** What its clock says when it starts. */
  readonly now?: number
  readonly token?: (
    reason: TokenReason,
    who: { readonly clientId: string; readonly deviceId: string },
  ) => Promise<string | null>
  /** Instead of a socket that opens when the test says so. */
  readonly connect?: (handlers: SocketHandlers) => Socket
  readonly inflate?: Inflate
}

export function createSurroundings({
  name = 'Tom',
  seed = 1,
  now: start = 1_000_000,
  token,
  connect,
  inflate,
}: SurroundingsOptions = {}): TestSurroundings {
  let now = start
  let chance = seed
  let counted = 0
  let timers: { readonly at: number; readonly callback: () => void }[] = []
  const frames: DeviceFrame[] = []
  const bytes: Uint8Array[] = []
  const errors: string[] = []
  const tokens: TokenReason[] = []
  const sockets: { open: boolean; readonly handlers: SocketHandlers }[] = []

  function openSocket(handlers: SocketHandlers): Socket {
    counted = 0
    const socket = { open: true, handlers }
    sockets.push(socket)
    return {
      send(sent) {
        const decoded = decodeDeviceFrame(sent)
        if (!decoded.ok) throw new Error(`the device sent ${decoded.failure.code}`)
        bytes.push(sent)
        frames.push(decoded.frame)
      },
      close() {
        socket.open = false
      },
    }
  }

  async function sayAsIs(...said: readonly RelayFrame[]): Promise<void> {
    const handlers = sockets.at(-1)?.handlers
    for (const frame of said) {
      handlers?.message(encodeRelayFrame(frame))
      counted += 1
    }
    await settle()
  }

  async function say(...said: readonly RelayFrame[]): Promise<void> {
    await sayAsIs(
      ...said.map((frame, index) => ('frames' in frame ? { ...frame, frames: counted + index } : frame)),
    )
  }

  async function pass(ms: number): Promise<void> {
    const end = now + ms
    for (;;) {
      const due = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      timers = timers.filter((other) => other !== due)
      now = Math.max(now, due.at)
      due.callback()
      await settle()
    }
    now = end
    await settle()
  }

  const surroundings: TestSurroundings = {
    ports: {
      now: () => now,
      timer: (ms, callback) => {
        const timer = { at: now + ms, callback }
        timers.push(timer)
        return () => {
          timers = timers.filter((other) => other !== timer)
        }
      },
      random: (count) =>
        Uint8Array.from({ length: count }, () => (chance = (chance * 48_271) % 2_147_483_647) % 256),
      token: async ({ reason, ...who }) => {
        tokens.push(reason)
        return token === undefined ? 'a.token' : token(reason, who)
      },
      log: { error: (message) => errors.push(message), info: () => undefined, debug: () => undefined },
      connect: connect ?? openSocket,
      inflate,
    },
    bytes,
    tokens,
    sockets,
    errors,
    get timers() {
      return timers.length
    },
    sent: () => frames.splice(0),
    say,
    sayAsIs,
    async sayBytes(given) {
      counted += 1
      sockets.at(-1)?.handlers.message(given)
      await settle()
    },
    async opens() {
      sockets.at(-1)?.handlers.open()
      await settle()
    },
    async cut() {
      sockets.at(-1)?.handlers.closed('cut')
      await settle()
    },
    async connect({ epoch = 'epoch', news = [], full = false, cursor = 1, tokenMs, ahead = 0 } = {}) {
      await surroundings.opens()
      const time = now + ahead
      const expires = tokenMs === undefined ? 0 : time + tokenMs
      await say(
        { frame: 'welcome', version: 1, user: name, epoch, time, expires },
        { frame: 'sync', cursor, frames: 1, full, more: false, news },
      )
    },
    pass,
    setClock(time) {
      now = time
    },
  }
  return surroundings
}

export interface TestDevice extends TestSurroundings {
  readonly engine: Engine
  readonly store: DeviceStore
  readonly events: EngineEvent[]
}

export interface TestDeviceOptions extends SurroundingsOptions {
  readonly store?: DeviceStore
  readonly limits?: Partial<ClientLimits>
  readonly tag?: string
  readonly readReceipts?: boolean
  readonly syncReadMarks?: boolean
  readonly login?: boolean
  readonly parts?: PartSources
}

export async function startDevice({
  store = createMemoryStore(deviceLayout),
  limits = {},
  tag = '',
  readReceipts = false,
  syncReadMarks = false,
  login,
  parts,
  ...options
}: TestDeviceOptions = {}): Promise<TestDevice> {
  const surroundings = createSurroundings(options)
  const events: EngineEvent[] = []
  const engine = createEngine({
    user: user(options.name ?? 'Tom'),
    limits,
    tag,
    readReceipts,
    syncReadMarks,
    login,
    ...(parts === undefined ? undefined : { parts }),
    ports: { ...surroundings.ports, store },
  })
  engine.on((event) => events.push(event))
  await engine.start()
  await settle()
  return Object.assign(Object.create(surroundings) as TestSurroundings, { engine, store, events })
}

/** Of one kind, since last asked; the others stay. */
export function take<T extends EngineEvent['type']>(
  events: EngineEvent[],
  type: T,
): readonly Extract<EngineEvent, { readonly type: T }>[] {
  const of = events.filter(
    (event): event is Extract<EngineEvent, { readonly type: T }> => event.type === type,
  )
  for (const event of of) events.splice(events.indexOf(event), 1)
  return of
}
