/**
 * One unit of change: everything a job reads and alters goes through its ledger, becomes one transaction of the store,
 * and is adopted into memory together. A job that fails leaves no trace.
 */
import type { ConversationId, EntryId, Head } from '@parley/document'
import type { Batch, Key, Put } from '@parley/storage'
import { assert } from './assert.ts'
import { acknowledgementOf, createAcknowledgedChanges, replaces } from './acknowledged.ts'
import type { Acknowledgement, AcknowledgedChanges } from './acknowledged.ts'
import { nameOf } from './overlay.ts'
import type { EngineEvent } from './engine-types.ts'
import { keepLivePage } from './live-page.ts'
import type { LivePage, LivePages } from './live-page.ts'
import { createOutboxChanges } from './outbox-changes.ts'
import type { OutboxChanges } from './outbox-changes.ts'
import type { Model } from './model.ts'
import { PartAwaited, type PartModules, type PartName } from './parts.ts'
import type { PersonChanges } from './person-changes.ts'
import { readPage, readUpdate } from './read-records.ts'
import { createRowChanges, mergeRows } from './row-changes.ts'
import type { StoredUpdate } from './row-changes.ts'
import { deviceKey, toValue } from './records.ts'
import type {
  ConversationRecord,
  DeviceRecord,
  DraftRecord,
  OutboxItem,
  PageRecord,
  UpdateRecord,
} from './records.ts'

/** A frame's job that needs a part is run again when that is there, or told why it could not be had. */
export interface FrameJob {
  readonly missing?: Error | undefined
}

export class Ledger {
  readonly model: Model
  readonly #frame: FrameJob | undefined
  readonly events: EngineEvent[] = []
  /** Done once the change stands: promises to settle, caches to drop. */
  readonly after: (() => void)[] = []
  /** Pages folded in this job, as far as it has come. */
  readonly folded: LivePages = new Map<string, LivePage>()
  /** Something turned out to be behind: worth fetching in idle time. */
  wantsFetching = false
  #device: DeviceRecord | undefined
  #nextN: number
  #firstN: number
  readonly #conversations = new Map<ConversationId, ConversationRecord | null>()
  readonly #pages = new Map<
    string,
    { readonly conversation: ConversationId; readonly page: number; readonly record: PageRecord | null }
  >()
  readonly #heads = new Map<ConversationId, Head | null>()
  readonly #outbox: OutboxChanges
  readonly #acknowledged: AcknowledgedChanges
  #person: PersonChanges | undefined
  readonly #drafts = new Map<ConversationId, DraftRecord | null>()
  readonly #rows = createRowChanges()
  readonly #puts = new Map<string, Put>()
  readonly #removes = new Map<string, { readonly table: string; readonly key: Key }>()
  /** Conversations of which no page is held any more. */
  readonly #forgotten = new Set<ConversationId>()

  constructor(model: Model, frame?: FrameJob) {
    this.model = model
    this.#frame = frame
    this.#nextN = model.nextN
    this.#firstN = model.firstN
    this.#outbox = createOutboxChanges(model.outbox)
    this.#acknowledged = createAcknowledgedChanges(model.acknowledged)
  }

  get isEmpty(): boolean {
    return (
      this.#puts.size === 0 && this.#removes.size === 0 && this.#forgotten.size === 0 && this.#rows.isEmpty
    )
  }

  get batch(): Omit<Batch, 'durability'> {
    const pages = [...this.#forgotten].map((id) => ({ table: 'pages', prefix: [id] }))
    return {
      removePrefixes: [...this.#rows.prefixes, ...pages],
      removes: [...this.#removes.values()],
      puts: [...this.#puts.values(), ...this.#rows.puts],
    }
  }

  /** A call waits for it here, for a short time. */
  async part<N extends PartName>(name: N): Promise<PartModules[N]> {
    const { parts } = this.model
    const held = parts.held(name)
    if (held !== undefined) return held
    if (this.#frame === undefined) return parts.soon(name)
    throw this.#frame.missing ?? new PartAwaited(name)
  }

  get device(): DeviceRecord {
    return this.#device ?? this.model.device
  }

  setDevice(record: DeviceRecord): void {
    this.#device = record
    this.#put('device', deviceKey, record)
  }

  takeN(): number {
    this.#nextN += 1
    return this.#nextN - 1
  }

  /** Before everything that waits. */
  takeFirstN(): number {
    this.#firstN -= 1
    return this.#firstN
  }

  conversation(id: ConversationId): ConversationRecord | undefined {
    const own = this.#conversations.get(id)
    return own === undefined ? this.model.conversations.get(id) : (own ?? undefined)
  }

  setConversation(record: ConversationRecord): void {
    this.#conversations.set(record.id, record)
    this.#put('conversations', [record.id], record)
  }

  /** Everything held of a conversation, list row included. */
  removeConversation(id: ConversationId): void {
    this.#conversations.set(id, null)
    this.#heads.set(id, null)
    this.#remove('conversations', [id])
    this.#rows.clearAll(id)
    this.folded.clear()
    this.#forgotten.add(id)
    const known = [...this.#pages.values()].filter(({ conversation }) => conversation === id)
    for (const page of [...known.map((one) => one.page), ...(this.model.pages.get(id)?.keys() ?? [])]) {
      this.#puts.delete(nameOf('pages', [id, page]))
      this.#pages.set(nameOf('pages', [id, page]), { conversation: id, page, record: null })
    }
  }

  /** The record of a page; `held: 0` for one this device does not hold. */
  async page(id: ConversationId, page: number): Promise<PageRecord> {
    const own = this.#pages.get(nameOf('pages', [id, page]))
    if (own !== undefined) return own.record ?? absentPage
    if (this.#forgotten.has(id)) return absentPage
    const cached = this.model.pages.get(id)?.get(page)
    if (cached !== undefined) return cached
    const [rows = []] = await this.model.disk.read([{ kind: 'get', table: 'pages', key: [id, page] }])
    const row = rows[0]
    const record = row === undefined ? absentPage : readPage(row.value)
    cachePage(this.model, id, page, record)
    return record
  }

  setPage(id: ConversationId, page: number, record: PageRecord): void {
    this.#pages.set(nameOf('pages', [id, page]), { conversation: id, page, record })
    this.#put('pages', [id, page], record)
  }

  removePage(id: ConversationId, page: number): void {
    this.#pages.set(nameOf('pages', [id, page]), { conversation: id, page, record: null })
    this.#remove('pages', [id, page])
    this.clearUpdates(id, page)
  }

  async update(id: ConversationId, page: number, seq: number): Promise<UpdateRecord | undefined> {
    const own = this.#rows.get(id, page, seq)
    if (own !== undefined || this.#rows.isCleared(id, page)) return own
    const [rows = []] = await this.model.disk.read([{ kind: 'get', table: 'updates', key: [id, page, seq] }])
    const row = rows[0]
    return row === undefined ? undefined : readUpdate(row.value)
  }

  /** All stored rows of a page, in sequence. */
  async updates(id: ConversationId, page: number): Promise<readonly StoredUpdate[]> {
    const own = this.#rows.all(id, page)
    const cleared = this.#rows.isCleared(id, page)
    const [rows = []] = cleared
      ? []
      : await this.model.disk.read([{ kind: 'range', table: 'updates', prefix: [id, page] }])
    return mergeRows(rows, own)
  }

  /** The newest stored row of a page. */
  async lastUpdate(id: ConversationId, page: number): Promise<StoredUpdate | undefined> {
    const own = this.#rows.last(id, page)
    if (this.#rows.isCleared(id, page)) return own
    const [rows = []] = await this.model.disk.read([
      { kind: 'range', table: 'updates', prefix: [id, page], reverse: true, limit: 1 },
    ])
    const row = rows[0]
    const seq = row?.key[2]
    // What was put may be an older row that was erased.
    if (row === undefined || typeof seq !== 'number' || seq <= (own?.seq ?? 0)) return own
    return { seq, record: readUpdate(row.value) }
  }

  setUpdate(id: ConversationId, page: number, seq: number, record: UpdateRecord): void {
    this.#rows.put(id, page, seq, record)
  }

  clearUpdates(id: ConversationId, page: number): void {
    this.folded.clear()
    this.#rows.clear(id, page)
  }

  head(id: ConversationId): Head | undefined {
    const own = this.#heads.get(id)
    return own === undefined ? this.model.heads.get(id) : (own ?? undefined)
  }

  setHead(id: ConversationId, head: Head | null): void {
    this.#heads.set(id, head)
  }

  /** The outbox, changed through `setItem` and `removeItem` alone. */
  get outbox(): Omit<OutboxChanges, 'put' | 'drop' | 'adopt'> {
    return this.#outbox
  }

  setItem(item: OutboxItem): void {
    this.#outbox.put(item)
    this.#put('outbox', [item.n], item)
  }

  removeItem(n: number): void {
    this.#outbox.drop(n)
    this.#remove('outbox', [n])
  }

  setAcknowledged(item: OutboxItem): void {
    const own = acknowledgementOf(item)
    const others = own.target === null ? [] : this.acknowledgedAbout(own.target.id)
    if (others.some((other) => replaces(other, own))) return
    for (const other of others) if (replaces(own, other)) this.removeAcknowledged(other.n)
    this.#acknowledged.put(own)
    this.#put('acknowledged', [item.n], item)
  }

  removeAcknowledged(n: number): void {
    this.#acknowledged.drop(n)
    this.#remove('acknowledged', [n])
  }

  acknowledged(id: EntryId): Acknowledgement | undefined {
    return this.#acknowledged.byId(id)
  }

  /** Own operations on a message, in the order they were made. */
  acknowledgedAbout(target: EntryId): readonly Acknowledgement[] {
    return this.#acknowledged.about(target)
  }

  draft(id: ConversationId): DraftRecord | undefined {
    const own = this.#drafts.get(id)
    return own === undefined ? this.model.drafts.get(id) : (own ?? undefined)
  }

  setDraft(id: ConversationId, draft: DraftRecord | null): void {
    this.#drafts.set(id, draft)
    if (draft === null) this.#remove('drafts', [id])
    else this.#put('drafts', [id], draft)
  }

  /** For the part that knows him alone. */
  get person(): Omit<PersonChanges, 'adopt'> {
    const people = this.model.parts.held('people')
    assert(people !== undefined, 'whoever asks has loaded what answers')
    this.#person ??= people.createPersonChanges(people.personOf(this.model), {
      put: (table, key, record) => this.#put(table, key, record),
      remove: (table, key) => this.#remove(table, key),
    })
    return this.#person
  }

  emit(event: EngineEvent): void {
    this.events.push(event)
  }

  /** It is to be read again. */
  changed(conversation: ConversationId): void {
    this.emit({ type: 'conversation', conversation })
  }

  /** The change stands: memory follows the store. */
  adopt(): void {
    const { model } = this
    if (this.#device !== undefined) model.device = this.#device
    model.nextN = Math.max(model.nextN, this.#nextN)
    model.firstN = Math.min(model.firstN, this.#firstN)
    for (const [id, record] of this.#conversations) {
      if (record === null) model.conversations.delete(id)
      else model.conversations.set(id, record)
    }
    for (const { conversation, page, record } of this.#pages.values())
      cachePage(model, conversation, page, record ?? absentPage)
    for (const [id, head] of this.#heads) {
      if (head === null) model.heads.delete(id)
      else model.heads.set(id, head)
    }
    this.#outbox.adopt()
    this.#acknowledged.adopt()
    this.#person?.adopt()
    for (const [name, page] of this.folded) keepLivePage(model.livePages, name, page)
    for (const [id, draft] of this.#drafts) {
      if (draft === null) model.drafts.delete(id)
      else model.drafts.set(id, draft)
    }
  }

  #put(table: string, key: Key, record: object): void {
    const name = nameOf(table, key)
    this.#removes.delete(name)
    this.#puts.set(name, { table, key, value: toValue(record) })
  }

  #remove(table: string, key: Key): void {
    const name = nameOf(table, key)
    this.#puts.delete(name)
    this.#removes.set(name, { table, key })
  }
}

const absentPage: PageRecord = { held: 0, known: 0, digest: '' }

function cachePage(model: Model, id: ConversationId, page: number, record: PageRecord): void {
  const pages = model.pages.get(id) ?? new Map<number, PageRecord>()
  pages.set(page, record)
  model.pages.set(id, pages)
}
