/**
 * What an accepted entry does to the drafts: its row, its place, and everything that follows from it. Rules RE7 and
 * RE22 to RE24, RE125, RE126 and RE128.
 */
import { digestWith, type Entry, eraseAppend, type Message, rowDigest, type RowPlace } from '@parley/document'
import type { ErasedItem } from '@parley/wire'
import type { Case } from './checks.ts'
import {
  addRow,
  type ConversationCore,
  type ConversationDraft,
  rowOf,
  type TurnDraft,
  writersOf,
} from './draft.ts'
import { closePage, type HeadWriter } from './head-row.ts'
import type { PageLimits } from './limits.ts'
import type { LogRow, MessageRecord, PageRecord } from './store.ts'
import { addUsage, bytesOfRow } from './usage-draft.ts'

export function acceptEntry(it: Case, heads: HeadWriter, limits: PageLimits): LogRow {
  const { draft, conversation, core, pushed } = it
  const { entry, by, client, clock, update } = pushed
  if (conversation === undefined || core === undefined || entry === undefined) {
    throw new Error('an accepted entry has passed every check')
  }
  const { record } = core
  draft.position += 1
  const row: LogRow = {
    conversation: conversation.id,
    seq: record.seq + 1,
    time: Math.max(draft.now, record.time),
    position: draft.position,
    page: pushed.page,
    kind: 'entry',
    operation: 'op' in entry ? entry.op : null,
    author: by.user,
    client,
    clock,
    id: entry.id,
    update,
    erases: erasedBy(it, entry),
    change: null,
  }
  addRow(draft, conversation, row)
  record.seq = row.seq
  record.time = row.time
  record.position = row.position
  record.bytes += bytesOfRow(row)
  if (!('op' in entry)) {
    record.total += 1
    record.lastSeq = row.seq
    countForAuthor(it)
    noteMentions(draft, row, entry)
  }
  index(it, row, entry)
  touchPage(it, row)
  for (const item of row.erases) erase(draft, conversation, core, item.seq)
  standOnTarget(it, row, entry)
  if (row.page === record.pages) closeFullPage(draft, conversation, core, heads, limits)
  return row
}

const nothingErased: readonly ErasedItem[] = []

/** A recall takes the message and the edit that stands on it, an edit takes the edit before it. */
export function erasedBy({ target }: Case, entry: Entry): readonly ErasedItem[] {
  if (!('op' in entry) || entry.op === 'react' || target === undefined || target.erased) return nothingErased
  const edits = target.edit === null ? [] : [target.edit]
  return (entry.op === 'recall' ? [target, ...edits] : edits).map(({ seq, client, clock }) => ({
    seq,
    client,
    clock,
  }))
}

/** What the target of an operation is from now on. */
function standOnTarget({ conversation, target }: Case, { seq, client, clock }: LogRow, entry: Entry): void {
  if (!('op' in entry) || entry.op !== 'edit' || target === undefined) return
  conversation?.messages.set(target.id, { ...target, edit: { id: entry.id, seq, client, clock } })
}

/** Nobody is told that he has mentioned himself. */
function noteMentions(draft: TurnDraft, { conversation, seq }: LogRow, { from, mentions }: Message): void {
  if (mentions === undefined) return
  for (const user of mentions) {
    if (user !== from) draft.mentions.push({ conversation, user, seq, author: from })
  }
}

function countForAuthor({ conversation, member }: Case): void {
  const his = member === undefined ? undefined : conversation?.members.own(member.user)
  if (his === undefined) throw new Error('an author is a member')
  his.mine += 1
}

function index({ conversation, pushed }: Case, row: LogRow, entry: Entry): void {
  if (conversation === undefined) throw new Error('a row is one of a conversation')
  const { conversation: of, page, client, clock, seq } = row
  const { user, device } = pushed.by
  const writers = writersOf(conversation, page)
  const writer = writers.own(client)
  if (writer === undefined)
    writers.set(client, { conversation: of, page, client, user, device, clock: clock + 1 })
  else writer.clock = clock + 1
  conversation.messages.set(entry.id, {
    conversation: of,
    id: entry.id,
    author: user,
    seq,
    page,
    client,
    clock,
    type: 'op' in entry ? null : entry.type,
    erased: false,
    edit: null,
  })
}

function touchPage({ conversation, writer }: Case, row: LogRow): void {
  const page = conversation?.pages.own(row.page)
  if (page === undefined) throw new Error('an accepted entry goes to a page')
  page.digest = digestWith(page.digest, placeOf(row, false))
  for (const item of row.erases) {
    page.digest = digestWith(digestWith(page.digest, placeOf(item, false)), placeOf(item, true))
  }
  page.entries += 1
  page.bytes += row.update.length
  page.writers += writer === undefined ? 1 : 0
  page.version = row.seq
  if (page.firstSeq === 0) page.firstSeq = row.seq
  page.lastSeq = row.seq
  page.position = row.position
  if (row.erases.length > 0) page.erasedPosition = row.position
}

export function digestOf(item: ErasedItem, erased: boolean): string {
  return rowDigest(placeOf(item, erased))
}

function placeOf({ seq, client, clock }: ErasedItem, erased: boolean): RowPlace {
  return { seq, client, clock, length: 1, erased }
}

/** The row keeps its place and loses its content, here and on the disk. No edit stands on it any more. */
function erase(
  draft: TurnDraft,
  conversation: ConversationDraft,
  { record }: ConversationCore,
  seq: number,
): void {
  const row = rowOf(conversation, seq)
  if (row === undefined) throw new Error('what is erased has no row')
  const update = eraseAppend(row.update)
  draft.rewrites.push({ conversation: conversation.id, seq, update })
  const back = row.update.length - update.length
  record.bytes -= back
  if (row.author !== '') addUsage(draft.usage, row.author, { bytes: -back })
  conversation.otherRows.set(seq, { ...row, kind: 'erased', update })
  const message = recordOf(conversation, row)
  conversation.messages.set(message.id, { ...message, erased: true, edit: null })
}

/** An edit that another one replaces is named by that message's record, and has not been looked up by its own id. */
function recordOf({ messages }: ConversationDraft, row: LogRow): MessageRecord {
  const { conversation, id, author, operation, seq, page, client, clock } = row
  if (id === '' || author === '') throw new Error('what is erased is no entry')
  const known = messages.get(id)
  if (known !== undefined) return known
  if (operation === null) throw new Error('a message is erased that was not looked up')
  return { conversation, id, author, seq, page, client, clock, type: null, erased: false, edit: null }
}

function closeFullPage(
  draft: TurnDraft,
  conversation: ConversationDraft,
  core: ConversationCore,
  heads: HeadWriter,
  limits: PageLimits,
): void {
  const page = conversation.pages.get(core.record.pages)
  if (page !== undefined && isFull(page, limits)) closePage(draft, conversation, page, heads)
}

function isFull({ entries, bytes, writers }: PageRecord, limits: PageLimits): boolean {
  const { maxPageEntries, maxPageBytes, maxPageWriters } = limits
  return entries >= maxPageEntries || bytes >= maxPageBytes || writers >= maxPageWriters
}
