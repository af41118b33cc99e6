/**
 * Catch-up: what a list row from the relay does to the device's own. Rules CL60 to CL64, CL68, CL75, CL341
 * and CL342.
 *
 * Rows that came inline are applied like live ones, marked `replayed`. Otherwise the list row moves, the pages touched
 * are known to be behind, and one `moved` event tells the difference.
 */
import { emptyDigest, headDigest, parseConversationId, parseUserId } from '@parley/document'
import type { ConversationId } from '@parley/document'
import type { News } from '@parley/wire'
import { applyRow } from './apply-rows.ts'
import type { RowFault } from './apply-rows.ts'
import { tell } from './arrival.ts'
import type { Arrival } from './arrival.ts'
import { editedLast, lastMessage, recalledLast } from './last-message.ts'
import { hidePast } from './hidden-past.ts'
import type { Ledger } from './ledger.ts'
import { listChanges } from './list-changes.ts'
import { firstMark, markAt, marked, markWithin, withMentioned, withRecalled } from './marks.ts'
import { sweepLane } from './outbox.ts'
import type { Logger } from './ports.ts'
import { readEntryRow, readRow } from './read-row.ts'
import type { ReadRow } from './read-row.ts'
import { hearMarks } from './receipt-hooks.ts'
import type { ConversationRecord, LastMessage, Mark } from './records.ts'

export interface NewsContext extends Arrival {
  /** The very first sync of this device: what is unread then was read elsewhere, or long ago. */
  readonly first: boolean
  /** The relay began from nothing: pages it does not name may have been touched all the same. */
  readonly full: boolean
  /** By the relay's clock. */
  readonly now: number
  readonly log: Logger
}

export async function applyNews(
  ledger: Ledger,
  news: News,
  context: NewsContext,
): Promise<RowFault | undefined> {
  const id = parseConversationId(news.conversation)
  const creator = parseUserId(news.creator)
  if (id === undefined || creator === undefined) {
    ledger.emit({ type: 'error', code: 'unreadable-row', detail: 'a list row cannot be read by this build' })
    return undefined
  }
  const known = ledger.conversation(id)
  const before = known === undefined || known.local || known.pages === 0 ? undefined : known
  // The relay's log began another life, or rows were not his to see: what is held is compared, not continued.
  const doubted = known !== undefined && (known.verify || known.absentSince !== 0)
  const compares = known !== undefined && !known.local && (doubted || (context.full && !news.whole))
  // He left and came back, perhaps both while this device was away.
  const returns = before !== undefined && (before.role === '' || news.joinedSeq > before.seq)
  const rejoined = returns && news.role !== ''
  const own = {
    kind: news.kind,
    name: news.name,
    icon: news.icon,
    creator,
    createdAt: news.createdAt,
    unique: news.unique,
    local: false,
    absentSince: 0,
  }
  const firstRow = news.rows[0]
  const inline = !compares && news.whole && (firstRow !== undefined || before?.seq === news.seq)
  announceMembership(ledger, before, news, { ...context, id, inline })
  const startSeq = firstRow === undefined ? news.seq : firstRow.seq - 1
  const start: ConversationRecord = marked(
    { ...(before ?? freshRecord(id)), ...own, role: before?.role ?? news.role },
    before === undefined || rejoined ? firstMark(news, context.first) : before.mark,
  )
  if (inline) {
    const skipped = before !== undefined && before.seq < startSeq
    // Rows it was not to see lie between: what it holds may be behind without being named.
    ledger.setConversation({
      ...start,
      seq: Math.max(start.seq, startSeq),
      verify: start.verify || rejoined || skipped,
      headHeld: skipped || rejoined ? 0 : start.headHeld,
      ...(before === undefined ? totalsBefore(news) : {}),
    })
    const isNew = before === undefined
    for (const row of news.rows) {
      const outside = row.seq < news.joinedSeq && (isNew || ledger.conversation(id)?.role === '')
      const fault = await applyRow(ledger, id, row, outside ? { ...context, silent: true } : context)
      if (fault !== undefined) return fault
    }
    settleList(ledger, id, news, context)
    if (before === undefined || rejoined) settleMark(ledger, id, firstMark(news, context.first))
  } else {
    ledger.setConversation({ ...start, verify: start.verify || rejoined || compares })
    await applySummary(ledger, id, news, { ...context, compares })
    tellMoved(ledger, before, id, context)
  }
  await hidePast(ledger, id, news.since)
  await hearMarks(ledger, id, { marks: news.marks, all: news.allMarks }, context)
  sweepLane(ledger, id)
  return undefined
}

export function freshRecord(id: ConversationId): ConversationRecord {
  return {
    id,
    kind: '',
    name: null,
    icon: null,
    creator: '',
    createdAt: 0,
    unique: false,
    role: '',
    members: 0,
    mutedUntil: 0,
    seq: 0,
    time: 0,
    pages: 0,
    headHeld: 0,
    headKnown: 0,
    headDigest: '',
    headTime: 0,
    total: 0,
    mine: 0,
    mark: markAt({ seq: 0, total: 0, mine: 0 }),
    mentioned: [],
    flagged: false,
    last: null,
    tail: null,
    local: false,
    verify: false,
    erasing: [],
    since: 0,
    receipts: null,
    absentSince: 0,
  }
}

/** The totals before the inline rows are applied, which count themselves. */
function totalsBefore(news: News): { readonly total: number; readonly mine: number } {
  const reads = news.rows.flatMap((row) => readEntryRow(row) ?? [])
  const messages = reads.filter((read) => isMessage(read)).length
  return { total: Math.max(0, news.total - messages), mine: news.mine }
}

function isMessage(read: ReadRow): boolean {
  return read.kind === 'erased' ? !read.row.operation : !('op' in read.entry)
}

/** After inline rows: what only the relay knows exactly. */
function settleList(ledger: Ledger, id: ConversationId, news: News, context: NewsContext): void {
  const record = ledger.conversation(id)
  if (record === undefined) return
  // Where the newest page opened among rows that were not his to see, what stood last on another one says nothing.
  const tail = record.pages === news.pages ? record.tail : null
  ledger.setConversation({
    ...record,
    name: news.name,
    icon: news.icon,
    headHeld: headDiffers(ledger, record, news, context) ? 0 : record.headHeld,
    headDigest: news.headDigest,
    headTime: news.headTime,
    role: news.role,
    members: news.members,
    mutedUntil: news.mutedUntil,
    seq: Math.max(record.seq, news.seq),
    time: Math.max(record.time, news.time),
    pages: news.pages,
    headKnown: Math.max(record.headKnown, news.headVersion),
    total: news.total,
    mine: news.mine,
    last: record.last ?? lastOf(news),
    tail: tail ?? tailOf(news),
  })
}

/** Rows counted on from a device's own totals; where somebody came in, the relay's are exact. */
function settleMark(ledger: Ledger, id: ConversationId, mark: Mark): void {
  const record = ledger.conversation(id)
  if (record !== undefined)
    ledger.setConversation({ ...record, mark: withRecalled(mark, record.mark.recalled) })
}

async function applySummary(
  ledger: Ledger,
  id: ConversationId,
  news: News,
  context: NewsContext & { readonly compares: boolean },
): Promise<void> {
  const { compares } = context
  const record = ledger.conversation(id)
  if (record === undefined) return
  const current = record.headHeld === news.headVersion
  const erasing = new Set(record.erasing)
  for (const touched of news.touched) {
    const { held } = await ledger.page(id, touched.page)
    if (touched.erased && held > 0 && held < touched.version) erasing.add(touched.page)
  }
  const mark = compares ? markWithin(record.mark, news) : record.mark
  ledger.setConversation({
    ...record,
    role: news.role,
    members: news.members,
    mutedUntil: news.mutedUntil,
    // Of another epoch the relay's word counts, even where it knows less.
    seq: compares ? news.seq : Math.max(record.seq, news.seq),
    time: compares ? news.time : Math.max(record.time, news.time),
    pages: news.pages,
    headKnown: news.headVersion,
    headHeld: current && !headDiffers(ledger, record, news, context) ? record.headHeld : 0,
    headDigest: news.headDigest,
    headTime: news.headTime,
    total: news.total,
    mine: news.mine,
    mark: context.first ? record.mark : withRecalled(mark, news.recalled),
    mentioned: withMentioned({ mark, mentioned: record.mentioned }, news.mentioned, news.recalled),
    erasing: [...erasing],
    last: lastOf(news) ?? record.last,
    tail: tailOf(news),
  })
  for (const touched of news.touched) {
    const page = await ledger.page(id, touched.page)
    const differs = page.held >= touched.version && page.held > 0 && page.digest !== touched.digest
    ledger.setPage(id, touched.page, {
      held: differs ? 0 : page.held,
      // In another life of the log the same page may have an older version.
      known: compares ? touched.version : Math.max(page.known, touched.version),
      digest: differs ? emptyDigest : page.digest,
    })
  }
}

/**
 * One event for all of it, stored as told with the list row itself. What only a head or a page could tell is fetched later
 * and raises none.
 */
function tellMoved(
  ledger: Ledger,
  before: ConversationRecord | undefined,
  id: ConversationId,
  { silent, now }: NewsContext,
): void {
  const after = ledger.conversation(id)
  if (silent || after === undefined) return
  const changes = listChanges(before, after, now)
  if ((before?.seq ?? 0) < after.seq || Object.keys(changes).length > 0)
    ledger.emit({ type: 'moved', conversation: id, replayed: true, partial: true, changes })
}

function lastOf(news: News): LastMessage | null {
  const read = news.last === null ? undefined : readRow(news.last)
  if (read === undefined) return null
  const { seq, time } = read.row
  if (read.kind === 'erased') return recalledLast({ seq, time, id: read.id, from: read.author })
  if ('op' in read.entry) return null
  const last = lastMessage(read.row, read.entry)
  const edit = news.lastEdit === null ? undefined : readRow(news.lastEdit)
  const stands = edit?.kind === 'entry' && 'op' in edit.entry && edit.entry.op === 'edit'
  return stands && edit.entry.target === last.id ? editedLast(last, edit.entry, edit.row.time) : last
}

function tailOf(news: News): { readonly client: number; readonly clock: number } | null {
  if (news.last === null || news.last.page !== news.pages) return null
  return readRow(news.last)?.item ?? null
}

/** A head that is held at the relay's version, and does not say what the relay's does, is not held. */
function headDiffers(
  ledger: Ledger,
  { id, headHeld }: ConversationRecord,
  news: News,
  { log }: NewsContext,
): boolean {
  const head = headHeld === news.headVersion ? ledger.head(id) : undefined
  if (head === undefined || headDigest(head) === news.headDigest) return false
  log.error('a head is not what the relay has', { conversation: id })
  ledger.setHead(id, null)
  ledger.wantsFetching = true
  return true
}

/** INVITED and KICKED come from the feed: once, however the rows came. */
function announceMembership(
  ledger: Ledger,
  before: ConversationRecord | undefined,
  news: News,
  context: NewsContext & { readonly id: ConversationId; readonly inline: boolean },
): void {
  const { id, inline } = context
  const inviter = parseUserId(news.invitedBy)
  const remover = parseUserId(news.removedBy)
  const was = before !== undefined && before.role !== ''
  const entered = !was && news.role !== ''
  const left = was && news.role === ''
  const told = inline && news.rows.some((row) => row.kind === 'head' && row.seq === news.joinedSeq)
  const toldLeft = inline && news.rows.at(-1)?.kind === 'head'
  if (entered && !told && inviter !== undefined && inviter !== context.user) {
    tell(ledger, context, { type: 'invited', conversation: id, invitedBy: inviter })
  }
  if (left && !toldLeft && remover !== undefined) {
    tell(ledger, context, { type: 'kicked', conversation: id, kickedBy: remover })
  }
}
