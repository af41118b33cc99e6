/**
 * What an accepted entry does to the drafts: its row, its place, and everything that follows from it. Rules RE7 and
 * RE22 to RE24, RE125, RE126 and RE128.
 */
import {
  type ConversationId,
  type Entry,
  eraseAppend,
  type Message,
  rowDigest,
  xorDigest,
} from '@parley/document'
import type { ErasedItem } from '@parley/wire'
import type { Case } from './checks.ts'
import {
  addRow,
  type ConversationCore,
  type ConversationDraft,
  entryKey,
  placeKey,
  seqKey,
  type TurnDraft,
  writerKey,
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
  draft.position += 1
  const row: LogRow = {
    conversation: conversation.id,
    seq: core.record.seq + 1,
    time: Math.max(draft.now, core.record.time),
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
  const { seq, time, position } = row
  core.record = { ...core.record, seq, time, position, bytes: core.record.bytes + bytesOfRow(row) }
  if (!('op' in entry)) {
    core.record = { ...core.record, total: core.record.total + 1, lastSeq: seq }
    countForAuthor(it)
    noteMentions(draft, row, entry)
  }
  index(it, row, entry)
  touchPage(it, row)
  for (const item of row.erases) erase(draft, conversation.id, core, item.seq)
  standOnTarget(it, row, entry)
  if (row.page === core.record.pages) closeFullPage(draft, conversation, core, heads, limits)
  return row
}

/** A recall takes the message and the edit that stands on it, an edit takes the edit before it. */
export function erasedBy({ target }: Case, entry: Entry): readonly ErasedItem[] {
  if (!('op' in entry) || entry.op === 'react' || target === undefined || target.erased) return []
  const edits = target.edit === null ? [] : [target.edit]
  return (entry.op === 'recall' ? [target, ...edits] : edits).map(({ seq, client, clock }) => ({
    seq,
    client,
    clock,
  }))
}

/** What the target of an operation is from now on. */
function standOnTarget({ draft, target }: Case, { seq, client, clock }: LogRow, entry: Entry): void {
  if (!('op' in entry) || entry.op !== 'edit' || target === undefined) return
  draft.messages.set(entryKey(target.conversation, target.id), {
    ...target,
    edit: { id: entry.id, seq, client, clock },
  })
}

/** Nobody is told that he has mentioned himself. */
function noteMentions(
  draft: TurnDraft,
  { conversation, seq }: LogRow,
  { from, mentions = [] }: Message,
): void {
  for (const user of mentions) {
    if (user !== from) draft.mentions.push({ conversation, user, seq, author: from })
  }
}

function countForAuthor({ conversation, member }: Case): void {
  if (conversation === undefined || member === undefined) throw new Error('an author is a member')
  conversation.members.set(member.user, { ...member, mine: member.mine + 1 })
}

function index({ draft, pushed }: Case, row: LogRow, entry: Entry): void {
  const { conversation, page, client, clock, seq } = row
  const { user, device } = pushed.by
  draft.writers.set(writerKey(conversation, page, client), {
    conversation,
    page,
    client,
    user,
    device,
    clock: clock + 1,
  })
  draft.messages.set(entryKey(conversation, entry.id), {
    conversation,
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
  const page = conversation?.pages.get(row.page)
  if (conversation === undefined || page === undefined) throw new Error('an accepted entry goes to a page')
  let digest = xorDigest(page.digest, digestOf(row, false))
  for (const item of row.erases) {
    digest = xorDigest(xorDigest(digest, digestOf(item, false)), digestOf(item, true))
  }
  conversation.pages.set(page.page, {
    ...page,
    entries: page.entries + 1,
    bytes: page.bytes + row.update.length,
    writers: page.writers + (writer === undefined ? 1 : 0),
    version: row.seq,
    digest,
    firstSeq: page.firstSeq === 0 ? row.seq : page.firstSeq,
    lastSeq: row.seq,
    position: row.position,
    erasedPosition: row.erases.length > 0 ? row.position : page.erasedPosition,
  })
}

export function digestOf({ seq, client, clock }: ErasedItem, erased: boolean): string {
  return rowDigest({ seq, client, clock, length: 1, erased })
}

/** The row keeps its place and loses its content, here and on the disk. No edit stands on it any more. */
function erase(draft: TurnDraft, conversation: ConversationId, core: ConversationCore, seq: number): void {
  const row = draft.rows.get(seqKey(conversation, seq))
  if (row === undefined) throw new Error('what is erased has no row')
  const update = eraseAppend(row.update)
  const erased: LogRow = { ...row, kind: 'erased', update }
  draft.rewrites.push({ conversation, seq, update })
  const back = row.update.length - update.length
  core.record = { ...core.record, bytes: core.record.bytes - back }
  if (row.author !== '') addUsage(draft.usage, row.author, { bytes: -back })
  draft.rows.set(seqKey(conversation, seq), erased)
  draft.rows.set(placeKey(conversation, row.page, row.client, row.clock), erased)
  const record = recordOf(draft, row)
  draft.messages.set(entryKey(conversation, record.id), { ...record, erased: true, edit: null })
}

/** An edit that another one replaces is named by that message's record, and has not been looked up by its own id. */
function recordOf(draft: TurnDraft, { conversation, id, author, ...row }: LogRow): MessageRecord {
  if (id === '' || author === '') throw new Error('what is erased is no entry')
  const known = draft.messages.get(entryKey(conversation, id))
  if (known !== undefined) return known
  if (row.operation === null) throw new Error('a message is erased that was not looked up')
  const { seq, page, client, clock } = row
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
