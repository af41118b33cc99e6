/**
 * Confirmed rows, one after another, into what a device holds. Rules CL30 to CL37, CL123 to CL127 and
 * CL132.
 *
 * A row counts once: by its sequence for the conversation, by the page's version for the page. A row of a page that is
 * not held whole moves the list row and is otherwise fetched with its page. Nothing here asks Yjs.
 */
import { emptyDigest, everybody, parseChange } from '@parley/document'
import type { ConversationId, Message, Operation, Recall, UserId } from '@parley/document'
import type { EntryRow, HiddenRow, Row } from '@parley/wire'
import { tell } from './arrival.ts'
import type { Arrival } from './arrival.ts'
import { applyHeadRow } from './head-rows.ts'
import { editedLast, lastMessage, recalledLast } from './last-message.ts'
import type { Ledger } from './ledger.ts'
import { goOn, messageAfter } from './live-pages.ts'
import { withMentioned, withRecalled } from './marks.ts'
import { readRow } from './read-row.ts'
import type { ReadRow } from './read-row.ts'
import type { ConversationRecord, LastMessage } from './records.ts'
import { settleRow } from './settle-row.ts'
import { eraseBy, storeRow } from './store-row.ts'
import { messageOf, recalledView } from './views.ts'

/** `gap`: rows between are missing, and the row was not taken. An older row is simply done. */
export type RowFault = 'gap'

export async function applyRow(
  ledger: Ledger,
  id: ConversationId,
  row: Row,
  arrival: Arrival,
): Promise<RowFault | undefined> {
  const before = ledger.conversation(id)
  if (before === undefined) return 'gap'
  if (row.seq <= before.seq) return undefined
  if (row.seq !== before.seq + 1) return 'gap'
  if (row.kind === 'head') {
    const change = parseChange(row.change)
    if (change.ok) await applyHeadRow(ledger, before, row, change.change, arrival)
    else await passOver(ledger, before, row)
    return undefined
  }
  if (row.kind === 'hidden') {
    ledger.setConversation({ ...before, seq: row.seq, time: row.time })
    return undefined
  }
  const read = readRow(row)
  if (read === undefined) {
    await passOver(ledger, before, row)
    return undefined
  }
  const moved = { ...before, seq: row.seq, time: row.time }
  ledger.setConversation(row.page === before.pages ? { ...moved, tail: read.item } : moved)
  const page = await ledger.page(id, row.page)
  await storeLive(ledger, id, read)
  await goOn(ledger, id, read, page)
  if (read.kind === 'erased') applyErased(ledger, id, read, arrival)
  else if ('op' in read.entry) await applyOperation(ledger, id, read, read.entry, arrival)
  else applyMessage(ledger, id, read.row, read.entry, arrival)
  await settleRow(ledger, id, read, arrival.promises)
  return undefined
}

/** A row this build cannot read stops nothing: what it belongs to counts as behind, and the rest goes on. */
async function passOver(
  ledger: Ledger,
  before: ConversationRecord,
  row: Exclude<Row, HiddenRow>,
): Promise<void> {
  const moved = { ...before, seq: row.seq, time: row.time }
  const detail = `row ${row.seq} of ${before.id} cannot be read by this build`
  ledger.emit({ type: 'error', code: 'unreadable-row', detail })
  if (row.kind === 'head') {
    ledger.setConversation({ ...moved, headKnown: row.seq })
    return
  }
  ledger.setConversation(moved)
  const page = await ledger.page(before.id, row.page)
  ledger.setPage(before.id, row.page, { ...page, known: row.seq })
}

/** Into its page, if that is held whole; otherwise the page is known to be behind. */
async function storeLive(ledger: Ledger, id: ConversationId, read: ReadRow): Promise<void> {
  const { page, seq } = read.row
  const record = await ledger.page(id, page)
  const compares = ledger.conversation(id)?.verify === true
  if (record.held >= seq && !compares) return
  if (record.held > 0 && record.held === record.known && !compares) {
    const digest = await storeRow(ledger, id, read, record.digest)
    ledger.setPage(id, page, { held: seq, known: seq, digest })
    return
  }
  ledger.wantsFetching = true
  let { held, digest } = record
  // What is taken back goes at once; the page is then fetched whole.
  if ((await eraseBy(ledger, id, read)).length > 0) [held, digest] = [0, emptyDigest]
  ledger.setPage(id, page, { held, known: Math.max(record.known, seq), digest })
}

/** A message taken back meanwhile holds its place, and is counted; an edit that was replaced is nothing any more. */
function applyErased(
  ledger: Ledger,
  id: ConversationId,
  { row, author, id: own }: Extract<ReadRow, { readonly kind: 'erased' }>,
  arrival: Arrival,
): void {
  const { seq, time } = row
  if (!row.operation)
    countMessage(ledger, id, author, recalledLast({ seq, time, id: own, from: author }), arrival)
}

function applyMessage(
  ledger: Ledger,
  id: ConversationId,
  row: EntryRow,
  entry: Message,
  arrival: Arrival,
): void {
  const { id: message, from } = entry
  countMessage(ledger, id, from, lastMessage(row, entry), arrival)
  const record = ledger.conversation(id)
  if (record !== undefined && from !== arrival.user && mentions(entry, arrival.user))
    ledger.setConversation({ ...record, mentioned: withMentioned(record, [row.seq]) })
  // Whoever wrote it here has shown it already.
  if (ledger.outbox.byId(message) !== undefined) return
  tell(ledger, arrival, { type: 'message', message: messageOf(id, row, entry) })
}

function mentions(entry: Message, user: UserId): boolean {
  return entry.mentions?.some((one) => one === user || one === everybody) === true
}

function countMessage(
  ledger: Ledger,
  id: ConversationId,
  from: UserId,
  last: LastMessage,
  { user }: Arrival,
): void {
  const record = ledger.conversation(id)
  if (record === undefined) return
  const mine = record.mine + (from === user ? 1 : 0)
  ledger.setConversation({ ...record, total: record.total + 1, mine, last })
}

async function applyOperation(
  ledger: Ledger,
  id: ConversationId,
  read: Extract<ReadRow, { readonly kind: 'entry' }>,
  entry: Operation,
  arrival: Arrival,
): Promise<void> {
  const { row } = read
  if (entry.op === 'recall') await applyRecall(ledger, id, row, entry, arrival)
  else await tellOperation(ledger, id, read, entry, arrival)
  if (entry.op !== 'edit') return
  const record = ledger.conversation(id)
  if (record?.last?.id !== entry.target || record.last.recalled) return
  ledger.setConversation({ ...record, last: editedLast(record.last, entry, row.time) })
}

/** What it took away is gone from the list row and from the counts too. */
async function applyRecall(
  ledger: Ledger,
  id: ConversationId,
  row: EntryRow,
  { id: recall, target, from }: Recall,
  arrival: Arrival,
): Promise<void> {
  const record = ledger.conversation(id)
  if (record === undefined || row.erases.length === 0) return
  // The message, and perhaps the edit that stood on it, which came later.
  const seq = Math.min(...row.erases.map((erased) => erased.seq))
  const stored = await ledger.update(id, row.page, seq)
  const last = record.last?.seq === seq ? record.last : null
  ledger.setConversation({
    ...record,
    last: last === null ? record.last : recalledLast(last),
    // Only its author recalls a message (rules of @parley/document), so the actor is the author.
    mark: from === arrival.user ? record.mark : withRecalled(record.mark, [seq]),
    mentioned: withMentioned(record, [], [seq]),
  })
  // Whoever did it here has shown it already.
  if (ledger.outbox.byId(recall) !== undefined) return
  const time = stored?.time ?? last?.time ?? row.time
  tell(ledger, arrival, { type: 'recalled', message: recalledView(id, { id: target, from, seq, time }) })
}

/** Whoever did it here has shown it already, and of a message that is not here there is nothing to show. */
async function tellOperation(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
  entry: Exclude<Operation, Recall>,
  arrival: Arrival,
): Promise<void> {
  if (arrival.silent || ledger.outbox.byId(entry.id) !== undefined) return
  const message = await messageAfter(ledger, id, read, entry.target)
  if (message === undefined || message.recalled) return
  if (entry.op === 'edit') tell(ledger, arrival, { type: 'edited', message })
  else {
    const { from: by, sign, on } = entry
    tell(ledger, arrival, { type: 'reaction', message, by, sign, on })
  }
}
