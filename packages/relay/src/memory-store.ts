/**
 * The log in memory. The disk is an object of its own: it survives the store, as a real one survives the process.
 */
import { type ConversationId, type DeviceId, type EntryId, everybody, type UserId } from '@parley/document'
import type { MarkRecord } from './marks-store.ts'
import { readMemoryMarks } from './memory-marks.ts'
import { createMemoryRevocations, type MemoryRevocations } from './memory-revocations.ts'
import { addMemoryUsage, type MemoryUsage, readMemoryUsage } from './memory-usage.ts'
import { type MemoryPeople, putMemoryPerson, readMemoryPeople } from './memory-people.ts'
import {
  type CommandRecord,
  type ConversationRecord,
  type FeedRow,
  standingOf,
  type HeadRecord,
  type LogRow,
  maxRecallsRead,
  type MemberRecord,
  type MentionRecord,
  type MessageRecord,
  type PageRecord,
  type RelayCommit,
  maxTagsKept,
  type RelayStore,
  type StoredConversation,
  toldOf,
  type WriterRecord,
} from './store.ts'

/** Everything of one conversation. `rows[seq - 1]` is the row of that sequence. */
export interface MemoryConversation {
  record: ConversationRecord
  head: HeadRecord
  readonly members: Map<UserId, MemberRecord>
  readonly pages: Map<number, PageRecord>
  readonly rows: LogRow[]
  /** Sequences by page, ascending. */
  readonly pageRows: Map<number, number[]>
  readonly places: Map<string, number>
  readonly writers: Map<string, WriterRecord>
  readonly messages: Map<EntryId, MessageRecord>
  /** By sequence, in ascending order. */
  readonly mentions: Map<number, readonly MentionRecord[]>
  readonly marks: Map<UserId, MarkRecord>
}

export interface MemoryDisk {
  epoch: string
  position: number
  readonly conversations: Map<ConversationId, MemoryConversation>
  readonly memberships: Map<UserId, Set<ConversationId>>
  readonly commands: Map<string, CommandRecord>
  readonly people: MemoryPeople
  /** Devices, by user and tag. */
  readonly tags: Map<string, DeviceId>
  readonly revocations: MemoryRevocations
  readonly usage: MemoryUsage
}

export function createMemoryDisk(epoch: string): MemoryDisk {
  return {
    epoch,
    position: 0,
    conversations: new Map(),
    memberships: new Map(),
    commands: new Map(),
    people: new Map(),
    tags: new Map(),
    revocations: new Map(),
    usage: new Map(),
  }
}

export function createMemoryRelayStore(disk: MemoryDisk): RelayStore {
  const at = (id: ConversationId): MemoryConversation | undefined => disk.conversations.get(id)
  return {
    epoch: disk.epoch,
    get position() {
      return disk.position
    },
    async conversations(ids) {
      const found = new Map<ConversationId, StoredConversation>()
      for (const id of ids) {
        const held = at(id)
        const openPage = held?.pages.get(held.record.pages)
        if (held === undefined || openPage === undefined) continue
        found.set(id, { record: held.record, head: held.head, members: [...held.members.values()], openPage })
      }
      return found
    },
    async conversation(id) {
      return at(id)?.record
    },
    async member(conversation, user) {
      return at(conversation)?.members.get(user)
    },
    async pages(conversation, pages) {
      return existing(pages.map((page) => at(conversation)?.pages.get(page)))
    },
    async writers(keys) {
      return existing(keys.map((key) => at(key.conversation)?.writers.get(writerKey(key.page, key.client))))
    },
    async messages(keys) {
      return existing(keys.map((key) => at(key.conversation)?.messages.get(key.id)))
    },
    async commands(keys) {
      return existing(keys.map((key) => disk.commands.get(commandKey(key.user, key.id))))
    },
    async rowAt(conversation, page, client, clock) {
      const held = at(conversation)
      const seq = held?.places.get(placeKey(page, client, clock))
      return seq === undefined ? undefined : held?.rows[seq - 1]
    },
    async row(conversation, seq) {
      return at(conversation)?.rows[seq - 1]
    },
    async pageRows(conversation, page, after, limit) {
      const held = at(conversation)
      const seqs = (held?.pageRows.get(page) ?? []).filter((seq) => seq > after).slice(0, limit)
      return existing(seqs.map((seq) => held?.rows[seq - 1]))
    },
    async rowsSince(conversation, position, upToSeq, limit) {
      return rowsAbove(at(conversation), position, upToSeq).slice(0, limit).map(toldOf)
    },
    async pagesSince(conversation, position) {
      const pages = [...(at(conversation)?.pages.values() ?? [])]
      return pages.filter((page) => page.position > position).toSorted((a, b) => a.page - b.page)
    },
    async recalledSince(conversation, position, upToSeq, user) {
      const held = at(conversation)
      const recalls = rowsAbove(held, position, upToSeq).filter(
        ({ operation, erases }) => operation === 'recall' && erases.length > 0,
      )
      const seqs = recalls.slice(-maxRecallsRead).flatMap(({ erases }) => erases.map((item) => item.seq))
      const messages = existing(seqs.map((seq) => held?.rows[seq - 1])).filter(
        ({ operation, author }) => operation === null && author !== user,
      )
      return messages.map(({ seq }) => seq).toSorted((a, b) => a - b)
    },
    async mentionedSince(conversation, position, upToSeq, user, limit) {
      const held = at(conversation)
      const first = rowsAbove(held, position, upToSeq)[0]?.seq ?? Number.POSITIVE_INFINITY
      const found = [...(held?.mentions ?? [])].filter(
        ([seq, mentions]) =>
          seq >= first &&
          seq <= upToSeq &&
          mentions.some((one) => one.author !== user && (one.user === user || one.user === everybody)),
      )
      return found.map(([seq]) => seq).slice(-limit)
    },
    async feed(user, position, limit, newest) {
      const feed = feedOf(disk, user, position).slice(0, limit)
      return newest ? feed : feed.map((row) => ({ ...row, last: undefined, page: undefined }))
    },
    async conversationsOf(user, others, limit) {
      const isIn = (id: ConversationId, one: UserId): boolean => (at(id)?.members.get(one)?.role ?? '') !== ''
      return [...(disk.memberships.get(user) ?? [])]
        .filter((id) => [user, ...others].every((one) => isIn(id, one)))
        .slice(0, limit)
    },
    async head(conversation) {
      return at(conversation)?.head
    },
    async tagHolder(user, tag) {
      return disk.tags.get(tagKey(user, tag))
    },
    ...readMemoryPeople(disk.people),
    ...readMemoryMarks(at),
    ...createMemoryRevocations(disk.revocations),
    ...readMemoryUsage(disk.usage),
    async commit(commit) {
      apply(disk, commit)
    },
    async close() {
      // Nothing is held but the disk, which stays.
    },
  }
}

function rowsAbove(
  held: MemoryConversation | undefined,
  position: number,
  upToSeq: number,
): readonly LogRow[] {
  if (held === undefined) return []
  let from = Math.min(held.rows.length, upToSeq)
  const to = from
  while (from > 0 && (held.rows[from - 1]?.position ?? 0) > position) from -= 1
  return held.rows.slice(from, to)
}

function feedOf(disk: MemoryDisk, user: UserId, above: number): readonly FeedRow[] {
  const feed: FeedRow[] = []
  for (const id of disk.memberships.get(user) ?? []) {
    const held = disk.conversations.get(id)
    const member = held?.members.get(user)
    if (held === undefined || member === undefined) continue
    const position = member.role === '' ? member.position : held.record.position
    const { lastSeq, pages } = standingOf(member, held.record)
    const [last, page] = [held.rows[lastSeq - 1], held.pages.get(pages)]
    if (position > above) feed.push({ member, conversation: held.record, position, last, page })
  }
  return feed.toSorted((a, b) => a.position - b.position)
}

/** Nothing in here can fail half-way, short of a bug: what could is looked at first. */
function apply(disk: MemoryDisk, commit: RelayCommit): void {
  expectSequence(disk, commit)
  for (const record of commit.conversations) {
    const held = disk.conversations.get(record.id)
    if (held === undefined) disk.conversations.set(record.id, emptyConversation(record))
    else held.record = record
  }
  for (const head of commit.heads) {
    conversationOf(disk, head.conversation).head = { ...head, state: head.state.slice() }
  }
  for (const member of commit.members) {
    conversationOf(disk, member.conversation).members.set(member.user, member)
    const memberships = disk.memberships.get(member.user)
    if (memberships === undefined) disk.memberships.set(member.user, new Set([member.conversation]))
    else memberships.add(member.conversation)
  }
  for (const mention of commit.mentions) {
    const { mentions } = conversationOf(disk, mention.conversation)
    mentions.set(mention.seq, [...(mentions.get(mention.seq) ?? []), mention])
  }
  for (const page of commit.pages) conversationOf(disk, page.conversation).pages.set(page.page, page)
  for (const row of commit.rows) insertRow(conversationOf(disk, row.conversation), row)
  for (const { conversation, seq, update } of commit.rewrites) {
    const { rows } = conversationOf(disk, conversation)
    const row = rows[seq - 1]
    if (row !== undefined) rows[seq - 1] = { ...row, kind: 'erased', update: update.slice() }
    conversationOf(disk, conversation).mentions.delete(seq)
  }
  for (const writer of commit.writers) {
    conversationOf(disk, writer.conversation).writers.set(writerKey(writer.page, writer.client), writer)
  }
  for (const message of commit.messages) {
    conversationOf(disk, message.conversation).messages.set(message.id, message)
  }
  for (const { user, tag, device } of commit.tags) {
    // Set anew it stands behind all others.
    disk.tags.delete(tagKey(user, tag))
    disk.tags.set(tagKey(user, tag), device)
    const his = [...disk.tags.keys()].filter((key) => key.startsWith(tagKey(user, '')))
    for (const key of his.slice(0, -maxTagsKept)) disk.tags.delete(key)
  }
  for (const mark of commit.marks) conversationOf(disk, mark.conversation).marks.set(mark.user, mark)
  for (const person of commit.people) putMemoryPerson(disk.people, person)
  for (const command of commit.commands) disk.commands.set(commandKey(command.user, command.id), command)
  for (const usage of commit.usage) addMemoryUsage(disk.usage, usage)
  disk.position = commit.position
}

function expectSequence(disk: MemoryDisk, { rows, rewrites }: RelayCommit): void {
  const added = new Map<ConversationId, number>()
  const lastOf = (id: ConversationId): number => added.get(id) ?? disk.conversations.get(id)?.rows.length ?? 0
  for (const { conversation, seq } of rows) {
    const before = lastOf(conversation)
    if (seq !== before + 1) throw new Error(`row ${seq} of ${conversation} does not follow ${before}`)
    added.set(conversation, seq)
  }
  for (const { conversation, seq } of rewrites) {
    if (seq < 1 || seq > lastOf(conversation)) throw new Error(`there is no row ${seq} to rewrite`)
  }
}

function insertRow(held: MemoryConversation, row: LogRow): void {
  // The bytes may be a part of a frame that others still hold.
  held.rows.push({ ...row, update: row.update.slice() })
  const page = held.pageRows.get(row.page)
  if (page === undefined) held.pageRows.set(row.page, [row.seq])
  else page.push(row.seq)
  if (row.page > 0) held.places.set(placeKey(row.page, row.client, row.clock), row.seq)
}

function emptyConversation(record: ConversationRecord): MemoryConversation {
  return {
    record,
    head: { conversation: record.id, version: 0, state: new Uint8Array() },
    members: new Map(),
    pages: new Map(),
    rows: [],
    pageRows: new Map(),
    places: new Map(),
    writers: new Map(),
    messages: new Map(),
    mentions: new Map(),
    marks: new Map(),
  }
}

function conversationOf(disk: MemoryDisk, id: ConversationId): MemoryConversation {
  const held = disk.conversations.get(id)
  if (held === undefined) throw new Error(`there is no conversation ${id}`)
  return held
}

function existing<Value>(values: readonly (Value | undefined)[]): readonly Value[] {
  return values.filter((value) => value !== undefined)
}

const writerKey = (page: number, client: number): string => `${page}/${client}`
const placeKey = (page: number, client: number, clock: number): string => `${page}/${client}/${clock}`
const tagKey = (user: UserId, tag: string): string => `${user}/${tag}`
const commandKey = (user: UserId, id: EntryId): string => `${user}/${id}`
