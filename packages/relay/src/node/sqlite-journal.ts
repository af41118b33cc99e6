/**
 * The journal: a turn of nothing but new entries, as one blob. It is written once and read only after a crash, or by
 * `parley check`; so it is made for being written: numbers of a few bytes, and what is said twice only once. Rule RE300.
 *
 * A commit is plain when all it holds can be put behind what is there, or over a record of a conversation that is there.
 */
import type { ConversationId } from '@parley/document'
import type { LogRow, MessageRecord, RelayCommit } from '../store.ts'
import { createJournalWriter, type JournalWriter } from './sqlite-journal-bytes.ts'

/** Of another version nothing can be read. */
export const journalVersion = 1

/** Heads are written whole: a large one goes to its table at once, and not twice. */
const maxHeadBytes = 64 * 1024

export const rowKinds = ['entry', 'erased', 'head'] as const
export const operations = [null, 'recall', 'edit', 'react'] as const

interface Journaled {
  readonly bytes: Uint8Array
  /** Of the commit's rows, in their order: parts of `bytes`. */
  readonly updates: readonly Uint8Array[]
}

/** undefined for a commit that is not plain. `take`: memory; `exists`: whether a conversation is there. */
export function encodeJournal(
  commit: RelayCommit,
  take: (room: number) => Uint8Array,
  exists: (conversation: ConversationId) => boolean,
): Journaled | undefined {
  if (!isPlain(commit)) return undefined
  const places = new Map<ConversationId, number>()
  for (const { id } of commit.conversations) {
    if (!exists(id)) return undefined
    places.set(id, places.size)
  }
  const writer = createJournalWriter(take(roomFor(commit)))
  let known = true
  let [lastId, lastPlace]: [ConversationId | undefined, number] = [undefined, 0]
  const conversation = (id: ConversationId): void => {
    if (id !== lastId) {
      const place = places.get(id)
      if (place === undefined) known = false
      lastId = id
      lastPlace = place ?? 0
    }
    writer.uint(lastPlace)
  }
  writer.uint(journalVersion)
  writer.uint(commit.position)
  writeConversations(writer, commit)
  writeMembers(writer, commit, conversation)
  writePages(writer, commit, conversation)
  const begins = writeRows(writer, commit, conversation)
  writeMessages(writer, commit, conversation)
  writeRest(writer, commit, conversation)
  if (!known) return undefined
  // Only now does nothing move any more: what has no room left is written on elsewhere.
  const updates = begins.map((begin, index) => writer.part(begin, commit.rows[index]?.update.length ?? 0))
  return { bytes: writer.bytes(), updates }
}

function isPlain({ rows, rewrites, messages, commands, people, tags, marks, heads }: RelayCommit): boolean {
  if (rows.length === 0 && marks.length === 0) return false
  if (rewrites.length + commands.length + people.length + tags.length > 0) return false
  let headBytes = 0
  for (const { state } of heads) headBytes += state.length
  return (
    headBytes <= maxHeadBytes &&
    rows.every(({ kind, erases }) => kind !== 'erased' && erases.length === 0) &&
    messages.every(({ erased }) => !erased)
  )
}

/** At least what it will take, mostly: a writer that has no room left makes itself larger. */
function roomFor(commit: RelayCommit): number {
  const { conversations, members, pages, rows, heads, mentions, marks, writers, usage } = commit
  let bytes = 512 + 256 * conversations.length + 128 * members.length + 96 * pages.length + 128 * rows.length
  bytes += 64 * (mentions.length + marks.length + usage.length) + 128 * writers.length
  for (const { name, icon } of conversations) bytes += 3 * ((name?.length ?? 0) + (icon?.length ?? 0))
  for (const { update, change } of rows) bytes += update.length + (change?.length ?? 0)
  for (const { state } of heads) bytes += state.length
  return bytes
}

type WriteConversation = (id: ConversationId) => void

function writeConversations(writer: JournalWriter, { conversations }: RelayCommit): void {
  writer.uint(conversations.length)
  for (const it of conversations) {
    writer.text(it.id)
    writer.name(it.kind)
    writer.textOrNone(it.name)
    writer.textOrNone(it.icon)
    writer.name(it.creator)
    writer.uint(it.createdAt)
    writer.uint(it.unique ? 1 : 0)
    writer.uint(it.members)
    writer.uint(it.seq)
    writer.uint(it.time)
    writer.uint(it.pages)
    writer.uint(it.headVersion)
    writer.text(it.headDigest)
    writer.uint(it.headTime)
    writer.uint(it.total)
    writer.uint(it.lastSeq)
    writer.uint(it.bytes)
    writer.uint(it.position)
  }
}

function writeMembers(
  writer: JournalWriter,
  { members }: RelayCommit,
  conversation: WriteConversation,
): void {
  writer.uint(members.length)
  for (const it of members) {
    conversation(it.conversation)
    writer.name(it.user)
    writer.name(it.role)
    writer.uint(it.joinedSeq)
    writer.uint(it.joinedTotal)
    writer.uint(it.joinedMine)
    writer.name(it.invitedBy)
    writer.uint(it.since)
    writer.uint(it.mutedUntil)
    writer.uint(it.leftSeq)
    writer.uint(it.leftTime)
    writer.uint(it.leftPages)
    writer.uint(it.leftMembers)
    writer.uint(it.leftTotal)
    writer.uint(it.leftLastSeq)
    writer.name(it.leftHeadDigest)
    writer.name(it.removedBy)
    writer.uint(it.mine)
    writer.uint(it.position)
  }
}

function writePages(writer: JournalWriter, { pages }: RelayCommit, conversation: WriteConversation): void {
  writer.uint(pages.length)
  for (const it of pages) {
    conversation(it.conversation)
    writer.uint(it.page)
    writer.uint(it.entries)
    writer.uint(it.bytes)
    writer.uint(it.writers)
    writer.uint(it.closed ? 1 : 0)
    writer.uint(it.version)
    writer.text(it.digest)
    writer.uint(it.firstSeq)
    writer.uint(it.lastSeq)
    writer.uint(it.position)
    writer.uint(it.erasedPosition)
  }
}

/** Answers where the updates begin. */
function writeRows(
  writer: JournalWriter,
  { rows }: RelayCommit,
  conversation: WriteConversation,
): readonly number[] {
  const places: number[] = []
  writer.uint(rows.length)
  for (const it of rows) {
    conversation(it.conversation)
    writer.uint(it.seq)
    writer.uint(it.time)
    writer.uint(it.position)
    writer.uint(it.page)
    writer.uint(rowKinds.indexOf(it.kind))
    writer.uint(operations.indexOf(it.operation))
    writer.name(it.author)
    writer.uint(it.client)
    writer.uint(it.clock)
    writer.text(it.id)
    if (it.change === null) writer.uint(0)
    else {
      writer.uint(1)
      writer.blob(it.change)
    }
    places.push(writer.blob(it.update))
  }
  return places
}

/** What a new entry's record says beyond its row is the type; a record of a row that was there is written whole. */
function writeMessages(
  writer: JournalWriter,
  { messages, rows }: RelayCommit,
  conversation: WriteConversation,
): void {
  const byId = placesById(rows)
  writer.uint(messages.length)
  for (const it of messages) {
    const index = byId.get(it.id)
    const row = index === undefined ? undefined : rows[index]
    const place = index !== undefined && row !== undefined && isOf(it, row) ? index + 1 : 0
    writer.uint(place)
    if (place === 0) {
      conversation(it.conversation)
      writer.text(it.id)
      writer.name(it.author)
      writer.uint(it.seq)
      writer.uint(it.page)
      writer.uint(it.client)
      writer.uint(it.clock)
    }
    writer.int(it.type ?? 0)
    writer.uint((it.type === null ? 1 : 0) + (it.edit === null ? 0 : 2))
    if (it.edit === null) continue
    writer.text(it.edit.id)
    writer.uint(it.edit.seq)
    writer.uint(it.edit.client)
    writer.uint(it.edit.clock)
  }
}

function placesById(rows: readonly LogRow[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const [index, { id }] of rows.entries()) places.set(id, index)
  return places
}

function isOf(message: MessageRecord, row: LogRow): boolean {
  return (
    message.conversation === row.conversation &&
    message.seq === row.seq &&
    message.author === row.author &&
    message.page === row.page &&
    message.client === row.client &&
    message.clock === row.clock
  )
}

function writeRest(
  writer: JournalWriter,
  { writers, mentions, marks, heads, usage }: RelayCommit,
  conversation: WriteConversation,
): void {
  writer.uint(writers.length)
  for (const it of writers) {
    conversation(it.conversation)
    writer.uint(it.page)
    writer.uint(it.client)
    writer.name(it.user)
    writer.name(it.device)
    writer.uint(it.clock)
  }
  writer.uint(mentions.length)
  for (const it of mentions) {
    conversation(it.conversation)
    writer.name(it.user)
    writer.uint(it.seq)
    writer.name(it.author)
  }
  writer.uint(marks.length)
  for (const it of marks) {
    conversation(it.conversation)
    writer.name(it.user)
    writer.uint(it.delivered)
    writer.uint(it.read)
    writer.uint(it.time)
    writer.uint(it.position)
  }
  writer.uint(heads.length)
  for (const it of heads) {
    conversation(it.conversation)
    writer.uint(it.version)
    writer.blob(it.state)
  }
  writer.uint(usage.length)
  for (const it of usage) {
    writer.name(it.user)
    writer.int(it.created)
    writer.int(it.joined)
    writer.int(it.bytes)
  }
}
