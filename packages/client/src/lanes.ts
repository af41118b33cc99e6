/**
 * What leaves next. Each conversation has a lane; its commands and entries leave, and are judged, in the order they were
 * made. Rules CL50 to CL57.
 *
 * Entries for one page go out one behind the other: their clocks keep the order at the relay. A command, another page
 * and an operation whose target is unanswered wait until all before them is answered. Bytes are made when first sent,
 * stored before they go out, and resent unchanged until answered.
 */
import { makeClientId, readAppend, readErased, writeAppend } from '@parley/document'
import type { ConversationId, ItemId } from '@parley/document'
import { maxUpdatesPerPush } from '@parley/wire'
import type { DeviceFrame } from '@parley/wire'
import type { Ledger } from './ledger.ts'
import { createPersonSending } from './person-sending.ts'
import type { PersonSending } from './person-sending.ts'
import type { CommandItem, EntryItem, OutboxItem } from './records.ts'

/** Not on the disk: a restarted engine draws new client ids, and asks again. */
export interface Lane {
  readonly blockedUntil: number
  readonly waitForPage: number
  /** The last one was refused, and what went behind it in vain: one at a time, until one is taken. */
  readonly careful: boolean
}

export const openLane: Lane = { blockedUntil: 0, waitForPage: 0, careful: false }

/** The Yjs clients this engine writes as: one per page, never used again after a rewrite or a restart. */
export interface Writer {
  readonly client: number
  readonly clock: number
}

export interface Sending {
  readonly lanes: Map<ConversationId, Lane>
  readonly writers: Map<string, Writer>
  /** What is on the way in this session. */
  readonly sent: Set<number>
  readonly person: PersonSending
}

export interface SendContext {
  readonly now: number
  readonly random: (bytes: number) => Uint8Array
  readonly maxInFlight: number
  readonly keepAbsentMs: number
  /** Finds the target of an operation whose place is not known; the lane waits for it. */
  readonly locate: (item: EntryItem) => void
}

export interface Departure {
  readonly frames: readonly DeviceFrame[]
  readonly numbers: readonly number[]
}

const maxPushBytes = 128 * 1024

export function createSending(): Sending {
  return { lanes: new Map(), writers: new Map(), sent: new Set(), person: createPersonSending() }
}

/** What of one lane can leave now; bytes that do not exist yet are made in the ledger. */
export async function departures(
  ledger: Ledger,
  id: ConversationId,
  sending: Sending,
  context: SendContext,
): Promise<Departure | undefined> {
  const first = firstWaiting(ledger, id)
  if (first === undefined || isHeld(ledger, id, first, sending, context)) return undefined
  if (first.kind === 'command') {
    if (sending.sent.has(first.n)) return undefined
    if (!first.tried) ledger.setItem({ ...first, tried: true })
    return commandDeparture(first)
  }
  const lane = sending.lanes.get(id)
  const page = pageOf(ledger, first, lane)
  if (page === undefined) {
    if (
      first.target !== null &&
      first.target.place === null &&
      ledger.outbox.byId(first.target.id) === undefined
    ) {
      context.locate(first)
    }
    return undefined
  }
  if (lane?.careful === true && sending.sent.has(first.n)) return undefined
  const room = lane?.careful === true ? 1 : context.maxInFlight - sending.sent.size
  const leaving: EntryItem[] = []
  for (const item of waiting(ledger, id)) {
    if (item.kind === 'command' || pageOf(ledger, item, lane) !== page || leaving.length >= room) break
    if (!sending.sent.has(item.n)) leaving.push(item)
  }
  if (leaving.length === 0) return undefined
  const made: EntryItem[] = []
  for (const item of leaving)
    made.push(item.made === null ? await make(ledger, id, item, page, sending, context) : item)
  return { frames: pushes(id, page, made), numbers: made.map((item) => item.n) }
}

/** Walked only as far as something may leave. */
function* waiting(ledger: Ledger, id: ConversationId): Iterable<OutboxItem> {
  for (const item of ledger.outbox.walk(id))
    if (item.state === 'waiting' && item.answered === null) yield item
}

function firstWaiting(ledger: Ledger, id: ConversationId): OutboxItem | undefined {
  for (const item of waiting(ledger, id)) return item
  return undefined
}

function isHeld(
  ledger: Ledger,
  id: ConversationId,
  first: OutboxItem,
  sending: Sending,
  context: SendContext,
): boolean {
  const lane = sending.lanes.get(id)
  if (lane !== undefined && lane.blockedUntil > context.now) return true
  const record = ledger.conversation(id)
  if (record === undefined) return false
  // What is offered again first sees what the relay still has: the comparison settles most of it.
  if (first.offered && record.verify && record.role !== '' && record.absentSince === 0) return true
  if (record.absentSince === 0) return false
  // A relay restored from an older copy does not know this conversation yet: who made it offers it again. Creating and
  // joining are the ways back in; everything else waits for them, and in the end is judged as it is.
  const opens = first.kind === 'command' && (first.command.op === 'create' || first.command.op === 'join')
  return !opens && context.now - record.absentSince < context.keepAbsentMs
}

function commandDeparture(item: CommandItem): Departure {
  return {
    frames: [
      { frame: 'command', conversation: item.conversation, id: item.id, command: plain(item.command) },
    ],
    numbers: [item.n],
  }
}

/** A command is JSON already; its readonly arrays and objects are what the wire takes. */
function plain(
  command: CommandItem['command'],
): Extract<DeviceFrame, { readonly frame: 'command' }>['command'] {
  return { ...command }
}

function pageOf(ledger: Ledger, item: EntryItem, lane: Lane | undefined): number | undefined {
  if (item.made !== null) return item.made.page
  if (item.target !== null) return item.target.place?.page
  const pages = ledger.conversation(item.conversation)?.pages ?? 0
  return pages === 0 || pages < (lane?.waitForPage ?? 0) ? undefined : pages
}

async function make(
  ledger: Ledger,
  id: ConversationId,
  item: EntryItem,
  page: number,
  sending: Sending,
  context: SendContext,
): Promise<EntryItem> {
  const name = writerName(id, page)
  const writer = sending.writers.get(name) ?? { client: makeClientId(context.random(8)), clock: 0 }
  sending.writers.set(name, { ...writer, clock: writer.clock + 1 })
  const origin = await lastItem(ledger, id, item, page)
  const update = writeAppend({ ...writer, origin, content: item.content })
  const made: EntryItem = { ...item, tried: true, made: { page, ...writer, update } }
  ledger.setItem(made)
  return made
}

/** What the next entry of a page follows: the last own one on its way there, else the last one confirmed. */
async function lastItem(
  ledger: Ledger,
  id: ConversationId,
  item: EntryItem,
  page: number,
): Promise<ItemId | null> {
  const before = ledger.outbox.made(id).findLast((other) => other.n < item.n && other.made?.page === page)
  if (before?.made !== undefined && before.made !== null) {
    return { client: before.made.client, clock: before.made.clock }
  }
  const record = ledger.conversation(id)
  if (record?.pages === page) return record.tail
  // Rows of a page that is not held may belong to a log that is gone.
  const holds = record?.verify !== true && (await ledger.page(id, page)).held > 0
  const held = holds ? await ledger.lastUpdate(id, page) : undefined
  const last = held === undefined ? undefined : itemOf(held.record.update)
  if (last !== undefined) return last
  const place = item.target?.place ?? null
  return place === null ? null : { client: place.client, clock: place.clock }
}

export function itemOf(update: Uint8Array): ItemId | undefined {
  const append = readAppend(update)
  if (append.ok) return { client: append.append.client, clock: append.append.clock }
  const erased = readErased(update)
  return erased.ok ? { client: erased.erased.client, clock: erased.erased.clock } : undefined
}

function pushes(
  conversation: ConversationId,
  page: number,
  items: readonly EntryItem[],
): readonly DeviceFrame[] {
  const frames: DeviceFrame[] = []
  let updates: Uint8Array[] = []
  let bytes = 0
  for (const { made } of items) {
    if (made === null) continue
    if (
      updates.length === maxUpdatesPerPush ||
      (updates.length > 0 && bytes + made.update.length > maxPushBytes)
    ) {
      frames.push({ frame: 'push', conversation, page, updates })
      updates = []
      bytes = 0
    }
    updates.push(made.update)
    bytes += made.update.length
  }
  if (updates.length > 0) frames.push({ frame: 'push', conversation, page, updates })
  return frames
}

export function writerName(id: ConversationId, page: number): string {
  return `${id}/${page}`
}
