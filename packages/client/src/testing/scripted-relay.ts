/**
 * A device whose relay is the test itself: frames that leave are looked at, frames that come are written by hand. Time
 * stands still until it is moved. For the real relay see test/world and test/e2e.
 */
import {
  type Change,
  type Command,
  type ConversationId,
  emptyDigest,
  type Entry,
  type EntryId,
  headDigest,
  type ItemId,
  makeConversationId,
  makeEntryId,
  parseUserId,
  readAppend,
  readEntry,
  readHeadState,
  rowDigest,
  type UserId,
  writeAppend,
  writeEntry,
  writeHeadChange,
  xorDigest,
} from '@parley/document'
import { createMemoryStore, type DeviceStore } from '@parley/storage'
import {
  decodeDeviceFrame,
  type DeviceFrame,
  encodeRelayFrame,
  type EntryRow,
  type HeadRow,
  type News,
  type RelayFrame,
} from '@parley/wire'
import { createEngine } from '../engine.ts'
import type { Engine, EngineEvent } from '../engine-types.ts'
import type { ClientLimits } from '../limits.ts'
import type { SocketHandlers } from '../ports.ts'
import { silentLogger } from '../ports.ts'
import { deviceLayout } from '../records.ts'

export function user(name: string): UserId {
  const id = parseUserId(name)
  if (id === undefined) throw new Error(`${name} is no user id`)
  return id
}

export function conversationId(n: number): ConversationId {
  return makeConversationId(new Uint8Array(16).fill(n))
}

export function entryId(n: number): EntryId {
  return makeEntryId(n, new Uint8Array(10).fill(n % 256))
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  // A memory store answers within microtasks; the longest chain of them is far shorter than this.
  for (let turn = 0; turn < 500; turn += 1) await Promise.resolve()
}

export interface TestDevice {
  readonly engine: Engine
  readonly store: DeviceStore
  readonly events: EngineEvent[]
  /** Frames that left since last asked, hello included. */
  sent(): readonly DeviceFrame[]
  say(...frames: readonly RelayFrame[]): Promise<void>
  /** The socket ends from the far side. */
  cut(): Promise<void>
  /** Opens the socket and takes it through hello, welcome and an empty or given catch-up. */
  connect(catchUp?: {
    readonly epoch?: string
    readonly news?: readonly News[]
    readonly full?: boolean
    readonly cursor?: number
  }): Promise<void>
  pass(ms: number): Promise<void>
  /** How many tokens were asked for, and why. */
  readonly tokens: string[]
  readonly sockets: { open: boolean }[]
}

export interface TestDeviceOptions {
  readonly name?: string
  readonly store?: DeviceStore
  readonly limits?: Partial<ClientLimits>
  readonly token?: () => Promise<string>
}

let seed = 1

export async function startDevice({
  name = 'Tom',
  store = createMemoryStore(deviceLayout),
  limits,
  token,
}: TestDeviceOptions = {}): Promise<TestDevice> {
  let now = 1_000_000
  let timers: { readonly at: number; readonly callback: () => void }[] = []
  let handlers: SocketHandlers | undefined
  const frames: DeviceFrame[] = []
  const events: EngineEvent[] = []
  const tokens: string[] = []
  const sockets: { open: boolean }[] = []
  const engine = createEngine({
    user: user(name),
    ...(limits === undefined ? {} : { limits }),
    ports: {
      store,
      now: () => now,
      timer: (ms, callback) => {
        const timer = { at: now + ms, callback }
        timers.push(timer)
        return () => {
          timers = timers.filter((other) => other !== timer)
        }
      },
      random: (bytes) =>
        Uint8Array.from({ length: bytes }, () => (seed = (seed * 48_271) % 2_147_483_647) % 256),
      token: async ({ reason }) => {
        tokens.push(reason)
        return token === undefined ? 'a.token' : token()
      },
      log: silentLogger,
      connect: (given) => {
        const socket = { open: true }
        sockets.push(socket)
        handlers = given
        return {
          send: (bytes) => {
            const decoded = decodeDeviceFrame(bytes)
            if (!decoded.ok) throw new Error(`the device sent ${decoded.failure.code}`)
            frames.push(decoded.frame)
          },
          close: () => {
            socket.open = false
          },
        }
      },
    },
  })
  engine.on((event) => events.push(event))
  await engine.start()
  await settle()
  const device: TestDevice = {
    engine,
    store,
    events,
    tokens,
    sockets,
    sent: () => frames.splice(0),
    async say(...said) {
      for (const frame of said) handlers?.message(encodeRelayFrame(frame))
      await settle()
    },
    async cut() {
      handlers?.closed('cut')
      await settle()
    },
    async connect({ epoch = 'epoch', news = [], full = false, cursor = 1 } = {}) {
      handlers?.open()
      await device.say(
        { frame: 'welcome', version: 1, user: name, epoch, time: now },
        { frame: 'sync', cursor, frames: 1, full, more: false, news },
      )
    },
    async pass(ms) {
      now += ms
      const due = timers.filter(({ at }) => at <= now)
      timers = timers.filter(({ at }) => at > now)
      for (const { callback } of due) callback()
      await settle()
    },
  }
  return device
}

/** One conversation as a relay would keep it, for making rows and news of it. */
export function createScript(
  id: ConversationId,
  creation: { readonly by: UserId; readonly members: readonly UserId[] },
): Script {
  let seq = 0
  let state: Uint8Array | null = null
  let clock = 0
  let pages = 1
  let total = 0
  const digests = new Map<number, string>([[1, emptyDigest]])
  const rows: (EntryRow | HeadRow)[] = []

  function change(what: Change, command = ''): HeadRow {
    seq += 1
    const written = writeHeadChange({ state, client: 2 ** 53 - 5, change: what, time: 1000 + seq })
    state = written.state
    if (what.op === 'page') {
      pages = what.pages
      digests.set(pages, emptyDigest)
    }
    const row: HeadRow = {
      kind: 'head',
      seq,
      time: 1000 + seq,
      update: written.update,
      command,
      change: { ...what },
    }
    rows.push(row)
    return row
  }

  function accept(update: Uint8Array, page = pages, erases: EntryRow['erases'] = []): EntryRow {
    seq += 1
    const read = readAppend(update)
    if (!read.ok) throw new Error(read.detail)
    const entry = readEntry(read.append.content)
    if (entry.ok && !('op' in entry.entry)) total += 1
    const { client, clock: at } = read.append
    digests.set(
      page,
      xorDigest(
        digests.get(page) ?? emptyDigest,
        rowDigest({ seq, client, clock: at, length: 1, erased: false }),
      ),
    )
    const row: EntryRow = { kind: 'entry', seq, time: 1000 + seq, page, update, erases }
    rows.push(row)
    return row
  }

  const script: Script = {
    rows,
    get state() {
      if (state === null) throw new Error('not created')
      return state
    },
    get seq() {
      return seq
    },
    change,
    accept,
    digest: (page) => digests.get(page) ?? emptyDigest,
    write(entry, options = {}) {
      const update = writeAppend({
        client: options.client ?? 77,
        clock,
        origin: options.origin ?? null,
        content: writeEntry(entry),
      })
      clock += 1
      return accept(update, options.page, options.erases)
    },
    text(from, text) {
      return script.write({ id: entryId(500 + seq), from, sentAt: 5, type: -1, text })
    },
    news(more = {}) {
      const head = readHeadState(script.state)
      if (head === undefined) throw new Error('no head')
      return {
        conversation: id,
        kind: head.info.kind,
        name: head.info.name,
        creator: head.info.creator,
        createdAt: head.info.createdAt,
        unique: head.info.unique,
        role: 'member',
        members: head.members.size,
        joinedSeq: 1,
        invitedBy: creation.by,
        removedBy: '',
        seq,
        time: 1000 + seq,
        pages,
        headVersion: rows.findLast((row) => row.kind === 'head')?.seq ?? 0,
        headDigest: headDigest(head),
        total,
        mine: 0,
        joinedTotal: 0,
        joinedMine: 0,
        last: rows.findLast((row): row is EntryRow => row.kind === 'entry') ?? null,
        touched: [],
        recalled: [],
        whole: true,
        rows,
        ...more,
      }
    },
  }
  change({
    op: 'created',
    by: creation.by,
    kind: 'group',
    unique: false,
    members: creation.members,
    name: null,
    attributes: {},
  })
  return script
}

export interface Script {
  readonly rows: readonly (EntryRow | HeadRow)[]
  readonly state: Uint8Array
  readonly seq: number
  change(what: Change, command?: string): HeadRow
  /** Takes an update a device has pushed. */
  accept(update: Uint8Array, page?: number, erases?: EntryRow['erases']): EntryRow
  write(
    entry: Entry,
    options?: {
      readonly page?: number
      readonly client?: number
      readonly origin?: ItemId
      readonly erases?: EntryRow['erases']
    },
  ): EntryRow
  text(from: UserId, text: string): EntryRow
  digest(page: number): string
  news(more?: Partial<News>): News
}

export const createGroup = (members: readonly UserId[]): Command => ({
  op: 'create',
  kind: 'group',
  unique: false,
  members,
  name: null,
  attributes: {},
})

/** The updates of the push frames among those given, with their place. */
export function pushed(frames: readonly DeviceFrame[]): readonly {
  readonly page: number
  readonly client: number
  readonly clock: number
  readonly update: Uint8Array
  readonly entry: Entry
}[] {
  return frames.flatMap((frame) =>
    frame.frame !== 'push'
      ? []
      : frame.updates.map((update) => {
          const read = readAppend(update)
          if (!read.ok) throw new Error(read.detail)
          const entry = readEntry(read.append.content)
          if (!entry.ok) throw new Error(entry.detail)
          return {
            page: frame.page,
            client: read.append.client,
            clock: read.append.clock,
            update,
            entry: entry.entry,
          }
        }),
  )
}

export function textOf(entry: Entry | undefined): string {
  return entry === undefined || 'op' in entry ? '' : (entry.text ?? '')
}
