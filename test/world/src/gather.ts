/** Everything one device shows and holds, asked through the engine's own calls. */
import type {
  ContactView,
  ConversationView,
  Engine,
  Inspection,
  MemberReached,
  MessageView,
  ProfileView,
  UnsentItem,
} from '@parley/client/engine'
import type { ConversationId, Head, UserId } from '@parley/document'
import type { Device } from './device.ts'
import type { World } from './world.ts'

export interface Holding {
  readonly view: ConversationView
  readonly head: Head | undefined
  /** As a user pages through it, oldest first. */
  readonly shown: readonly MessageView[]
  readonly missing: readonly number[]
  readonly inspection: Inspection
  /** How far the others have said to have got. */
  readonly reached: readonly MemberReached[]
}

export interface ListCounts {
  readonly all: number
  readonly shown: number
  readonly unread: number
  readonly loud: number
}

export interface Replica {
  readonly device: Device
  readonly holdings: ReadonlyMap<ConversationId, Holding>
  /** Every listed row in its order, hidden ones too, and what the engine counts of them. */
  readonly list: readonly ConversationView[]
  readonly counts: ListCounts
  readonly unsent: readonly UnsentItem[]
  readonly own: {
    readonly profile: ProfileView
    readonly contacts: readonly ContactView[]
    readonly blocked: readonly UserId[]
    readonly refused: readonly ConversationId[]
  }
}

const patienceMs = 120_000

/** Lets the world run until the promise has settled. */
export async function ask<T>(world: World, what: string, promise: Promise<T>): Promise<T> {
  const state = { settled: false }
  const watched = promise.finally(() => {
    state.settled = true
  })
  watched.catch(() => undefined)
  const end = world.scheduler.now() + patienceMs
  await world.run(0)
  while (!state.settled && world.scheduler.now() < end) await world.run(20)
  if (!state.settled) throw new Error(`${what} never came back`)
  return watched
}

export async function gather(world: World, device: Device): Promise<Replica> {
  const process = device.process()
  if (process === null) throw new Error(`${device.name} does not run`)
  const { engine } = process
  const list = engine.conversations({ hidden: true })
  const counts = {
    all: engine.listed(true),
    shown: engine.listed(false),
    unread: engine.totalUnread(true),
    loud: engine.totalUnread(false),
  }
  const holdings = new Map<ConversationId, Holding>()
  for (const { id } of list) {
    const head = await ask(world, `${device.name}: the head of ${id}`, engine.confirmedHead(id))
    const { shown, missing } = await pageThrough(world, device, engine, id)
    const view = engine.conversation(id)
    const inspection = await ask(world, `${device.name}: what is held of ${id}`, engine.inspect(id))
    const reached = engine.reached(id)
    if (view !== undefined) holdings.set(id, { view, head, shown, missing, inspection, reached })
  }
  const own = {
    profile: engine.profile(device.user),
    contacts: engine.contacts(),
    blocked: engine.blocked(),
    refused: engine.refused(),
  }
  return { device, holdings, list, counts, unsent: engine.unsent(), own }
}

interface Paged {
  readonly shown: readonly MessageView[]
  readonly missing: readonly number[]
}

/** Again, when a part could not be had: a session that ends with its token is back in a moment. */
async function pageThrough(world: World, device: Device, engine: Engine, id: ConversationId): Promise<Paged> {
  for (let attempt = 1; ; attempt += 1) {
    const paged = await pageOnce(world, device, engine, id)
    if (paged.missing.length === 0 || attempt === 5) return paged
    await world.run(3000)
  }
}

async function pageOnce(world: World, device: Device, engine: Engine, id: ConversationId): Promise<Paged> {
  const limit = 25
  const found: MessageView[] = []
  const missing: number[] = []
  for (;;) {
    const oldest = found[0]
    // With a bound there is nothing unsent among what comes.
    const start =
      oldest === undefined
        ? { time: Number.MAX_SAFE_INTEGER, closed: true }
        : { id: oldest.id, closed: false }
    const page = await ask(
      world,
      `${device.name}: the history of ${id}`,
      engine.history(id, { limit, start, direction: 'new-to-old' }),
    )
    missing.push(...page.missing)
    found.unshift(...page.messages)
    if (page.messages.length < limit) return { shown: found, missing }
  }
}
