/**
 * What the engine keeps in memory: list rows, the outbox, drafts, and what it has looked up of pages and heads.
 * Confirmed entries stay on the disk; nothing here grows with the length of a history.
 */
import { parseConversationId } from '@parley/document'
import type { ConversationId, Head, UserId } from '@parley/document'
import type { OpenStore } from '@parley/storage'
import { createAcknowledged } from './acknowledged.ts'
import type { AcknowledgedIndex } from './acknowledged.ts'
import type { ListOrder } from './list-order.ts'
import type { LivePage, LivePages } from './live-page.ts'
import { createOutboxIndex } from './outbox-index.ts'
import type { OutboxIndex } from './outbox-index.ts'
import type { Parts } from './parts.ts'
import type { PersonModel } from './person-model.ts'
import type { ConversationRecord, DeviceRecord, DraftRecord, PageRecord } from './records.ts'
import {
  isCommand,
  readAcknowledgement,
  readConversation,
  readDevice,
  readDraft,
  readOutboxItem,
} from './read-records.ts'
import type { Disk } from './disk.ts'
import { createDisk } from './disk.ts'
import { notHis } from './whose-store.ts'

export interface Model {
  readonly disk: Disk
  readonly user: UserId
  device: DeviceRecord
  readonly conversations: Map<ConversationId, ConversationRecord>
  /** Made when the list is asked for first. */
  list: ListOrder | undefined
  /** Looked up so far; a page that is not here is on the disk or not held. */
  readonly pages: Map<ConversationId, Map<number, PageRecord>>
  /** Confirmed heads in use, at the version the list row says is held. */
  readonly heads: Map<ConversationId, Head>
  readonly livePages: LivePages
  readonly outbox: OutboxIndex
  readonly acknowledged: AcknowledgedIndex
  readonly drafts: Map<ConversationId, DraftRecord>
  /** Made by the part that knows it, when there is anything to be known. */
  person: PersonModel | undefined
  readonly parts: Parts
  nextN: number
  /** For what has to leave before everything that waits. */
  firstN: number
}

/** Where numbering begins: there is room on both sides. */
const middleN = 1_000_000

/** Loads what has to be at hand. A store that never held anything yields `undefined` for the device. */
export async function loadModel(
  store: OpenStore,
  user: UserId,
  parts: Parts,
  fresh: () => DeviceRecord,
): Promise<{ readonly model: Model; readonly isNew: boolean }> {
  const disk = createDisk(store)
  const [
    device = [],
    conversations = [],
    outbox = [],
    acknowledged = [],
    drafts = [],
    own = [],
    personal = [],
    people = [],
  ] = await disk.read([
    { kind: 'range', table: 'device', prefix: [] },
    { kind: 'range', table: 'conversations', prefix: [] },
    { kind: 'range', table: 'outbox', prefix: [] },
    { kind: 'range', table: 'acknowledged', prefix: [] },
    { kind: 'range', table: 'drafts', prefix: [] },
    { kind: 'range', table: 'own', prefix: [] },
    { kind: 'range', table: 'personal', prefix: [] },
    { kind: 'range', table: 'people', prefix: [] },
  ])
  const stored = device[0]
  const known = stored === undefined ? fresh() : readDevice(stored.value)
  if (known.user !== user) throw notHis(known.user)
  const model: Model = {
    disk,
    user,
    parts,
    device: known,
    conversations: new Map(),
    list: undefined,
    pages: new Map(),
    heads: new Map(),
    livePages: new Map<string, LivePage>(),
    outbox: createOutboxIndex(),
    acknowledged: createAcknowledged(),
    drafts: new Map(),
    person: undefined,
    nextN: middleN,
    firstN: middleN,
  }
  for (const row of conversations) {
    const record = readConversation(row.value)
    model.conversations.set(record.id, record)
  }
  const reader = outbox.some((row) => isCommand(row.value))
    ? (parts.held('changes') ?? (await parts.load('changes')))
    : undefined
  for (const row of outbox) {
    const item = readOutboxItem(row.value, reader)
    model.outbox.put(item)
    spanNumbers(model, item.n)
  }
  for (const row of acknowledged) {
    const item = readAcknowledgement(row.value)
    model.acknowledged.put(item)
    spanNumbers(model, item.n)
  }
  for (const row of drafts) {
    const id = parseConversationId(String(row.key[0]))
    if (id !== undefined && model.conversations.has(id)) model.drafts.set(id, readDraft(row.value))
  }
  if (own.length + personal.length + people.length > 0) {
    const part = parts.held('people') ?? (await parts.load('people'))
    for (const n of part.loadPerson(part.personOf(model), { own, personal, people })) spanNumbers(model, n)
  }
  return { model, isNew: stored === undefined }
}

function spanNumbers(model: Model, n: number): void {
  model.nextN = Math.max(model.nextN, n + 1)
  model.firstN = Math.min(model.firstN, n)
}
