/**
 * What the engine keeps in memory: list rows, the outbox, drafts, and what it has looked up of pages and heads.
 * Confirmed entries stay on the disk; nothing here grows with the length of a history.
 */
import type { ConversationId, EntryId, Head } from '@parley/document'
import type { OpenStore } from '@parley/storage'
import type { ConversationRecord, DeviceRecord, DraftRecord, OutboxItem, PageRecord } from './records.ts'
import { readConversation, readDevice, readDraft, readOutboxItem } from './read-records.ts'
import type { Disk } from './disk.ts'
import { createDisk } from './disk.ts'

export interface Model {
  readonly disk: Disk
  device: DeviceRecord
  readonly conversations: Map<ConversationId, ConversationRecord>
  /** Looked up so far; a page that is not here is on the disk or not held. */
  readonly pages: Map<ConversationId, Map<number, PageRecord>>
  /** Confirmed heads in use, at the version the list row says is held. */
  readonly heads: Map<ConversationId, Head>
  /** By n, in the order they were made. */
  readonly outbox: Map<number, OutboxItem>
  readonly outboxById: Map<EntryId, number>
  /** The lanes: the waiting items' numbers per conversation, ascending. */
  readonly lanes: Map<ConversationId, number[]>
  readonly acknowledged: Map<number, EntryId>
  readonly acknowledgedById: Map<EntryId, number>
  readonly drafts: Map<ConversationId, DraftRecord>
  nextN: number
}

/** Loads what has to be at hand. A store that never held anything yields `undefined` for the device. */
export async function loadModel(
  store: OpenStore,
  fresh: () => DeviceRecord,
): Promise<{ readonly model: Model; readonly isNew: boolean }> {
  const disk = createDisk(store)
  const [device = [], conversations = [], outbox = [], acknowledged = [], drafts = []] = await disk.read([
    { kind: 'range', table: 'device', prefix: [] },
    { kind: 'range', table: 'conversations', prefix: [] },
    { kind: 'range', table: 'outbox', prefix: [] },
    { kind: 'range', table: 'acknowledged', prefix: [] },
    { kind: 'range', table: 'drafts', prefix: [] },
  ])
  const stored = device[0]
  const model: Model = {
    disk,
    device: stored === undefined ? fresh() : readDevice(stored.value),
    conversations: new Map(),
    pages: new Map(),
    heads: new Map(),
    outbox: new Map(),
    outboxById: new Map(),
    lanes: new Map(),
    acknowledged: new Map(),
    acknowledgedById: new Map(),
    drafts: new Map(),
    nextN: 1,
  }
  for (const row of conversations) {
    const record = readConversation(row.value)
    model.conversations.set(record.id, record)
  }
  for (const row of outbox) putItem(model, readOutboxItem(row.value))
  for (const row of acknowledged) {
    const item = readOutboxItem(row.value)
    model.acknowledged.set(item.n, item.id)
    model.acknowledgedById.set(item.id, item.n)
    model.nextN = Math.max(model.nextN, item.n + 1)
  }
  for (const row of drafts) {
    const id = row.key[0]
    const record = [...model.conversations.keys()].find((known) => known === id)
    if (record !== undefined) model.drafts.set(record, readDraft(row.value))
  }
  return { model, isNew: stored === undefined }
}

export function putItem(model: Model, item: OutboxItem): void {
  const known = model.outbox.has(item.n)
  model.outbox.set(item.n, item)
  model.outboxById.set(item.id, item.n)
  model.nextN = Math.max(model.nextN, item.n + 1)
  if (known) return
  const lane = [...(model.lanes.get(item.conversation) ?? []), item.n]
  model.lanes.set(
    item.conversation,
    lane.toSorted((a, b) => a - b),
  )
}

export function dropItem(model: Model, n: number): void {
  const item = model.outbox.get(n)
  if (item === undefined) return
  model.outbox.delete(n)
  if (model.outboxById.get(item.id) === n) model.outboxById.delete(item.id)
  const lane = (model.lanes.get(item.conversation) ?? []).filter((other) => other !== n)
  if (lane.length === 0) model.lanes.delete(item.conversation)
  else model.lanes.set(item.conversation, lane)
}

/** A lane's items in the order they were made. */
export function laneItems(model: Model, conversation: ConversationId): readonly OutboxItem[] {
  return (model.lanes.get(conversation) ?? []).flatMap((n) => model.outbox.get(n) ?? [])
}
