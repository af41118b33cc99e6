/**
 * What an accepted entry does to the drafts: its row, its place, and everything that follows from it. Rules RE7 and
 * RE22 to RE24.
 */
import { type Entry, eraseAppend, rowDigest, xorDigest } from '@parley/document'
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
import { addHeadRow, type HeadWriter } from './head-row.ts'
import type { PageLimits } from './limits.ts'
import type { LogRow, MessageRecord, PageRecord } from './store.ts'

export function acceptEntry(it: Case, heads: HeadWriter, limits: PageLimits): LogRow {
  const { draft, conversation, core, pushed, target } = it
  const { entry, by, client, clock, update } = pushed
  if (conversation === undefined || core === undefined || entry === undefined) {
    throw new Error('an accepted entry has passed every check')
  }
  const isMessage = !('op' in entry)
  const erased = target === undefined || target.erased ? [] : [target]
  draft.position += 1
  const row: LogRow = {
    conversation: conversation.id,
    seq: core.record.seq + 1,
    time: Math.max(draft.now, core.record.time),
    position: draft.position,
    page: pushed.page,
    kind: 'entry',
    author: by.user,
    client,
    clock,
    id: entry.id,
    update,
    erases: erased.map(({ seq, client: writer, clock: at }) => ({ seq, client: writer, clock: at })),
    change: null,
  }
  addRow(draft, conversation, row)
  const { seq, time, position } = row
  core.record = {
    ...core.record,
    seq,
    time,
    position,
    ...(isMessage ? { total: core.record.total + 1, lastSeq: seq } : {}),
  }
  if (isMessage) countForAuthor(it)
  index(it, row, entry)
  touchPage(it, row)
  for (const message of erased) erase(draft, message)
  if (row.page === core.record.pages) closeFullPage(draft, conversation, core, heads, limits)
  return row
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

/** The row keeps its place and loses its content, here and on the disk. */
function erase(draft: TurnDraft, target: MessageRecord): void {
  const { conversation, seq, id } = target
  const row = draft.rows.get(seqKey(conversation, seq))
  if (row === undefined) throw new Error('what is recalled has no row')
  const update = eraseAppend(row.update)
  const erased: LogRow = { ...row, kind: 'erased', update }
  draft.rewrites.push({ conversation, seq, update })
  draft.rows.set(seqKey(conversation, seq), erased)
  draft.rows.set(placeKey(conversation, row.page, row.client, row.clock), erased)
  draft.messages.set(entryKey(conversation, id), { ...target, erased: true })
}

function closeFullPage(
  draft: TurnDraft,
  conversation: ConversationDraft,
  core: ConversationCore,
  heads: HeadWriter,
  limits: PageLimits,
): void {
  const page = conversation.pages.get(core.record.pages)
  if (page === undefined || !isFull(page, limits)) return
  const next = page.page + 1
  conversation.pages.set(page.page, { ...page, closed: true })
  addHeadRow(draft, conversation, heads, { change: { op: 'page', pages: next }, author: '', command: '' })
}

function isFull({ entries, bytes, writers }: PageRecord, limits: PageLimits): boolean {
  const { maxPageEntries, maxPageBytes, maxPageWriters } = limits
  return entries >= maxPageEntries || bytes >= maxPageBytes || writers >= maxPageWriters
}
