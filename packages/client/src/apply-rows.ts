/**
 * Confirmed rows, one after another, into what a device holds. Rules CL30 to CL37.
 *
 * A row counts once: by its sequence for the conversation, by the page's version for the page. A row of a page that is
 * not held whole moves the list row and is otherwise fetched with its page. Nothing here asks Yjs.
 */
import { emptyDigest, parseChange } from '@parley/document'
import type { ConversationId, Message, Operation, UserId } from '@parley/document'
import type { EntryRow, Row } from '@parley/wire'
import { tell } from './arrival.ts'
import type { Arrival } from './arrival.ts'
import { applyHeadRow } from './head-rows.ts'
import type { Ledger } from './ledger.ts'
import { withRecalled } from './marks.ts'
import { readRow } from './read-row.ts'
import type { ReadRow } from './read-row.ts'
import type { ConversationRecord, LastMessage } from './records.ts'
import { settleRow } from './settle-row.ts'
import { eraseStored, storeRow } from './store-row.ts'
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
    if (change.ok) applyHeadRow(ledger, before, row, change.change, arrival)
    else await passOver(ledger, before, row)
    return undefined
  }
  const read = readRow(row)
  if (read === undefined) {
    await passOver(ledger, before, row)
    return undefined
  }
  const moved = { ...before, seq: row.seq, time: row.time }
  ledger.setConversation(row.page === before.pages ? { ...moved, tail: read.item } : moved)
  await storeLive(ledger, id, read)
  if (read.kind === 'erased') countMessage(ledger, id, read.author, erasedLast(read), arrival)
  else if ('op' in read.entry) await applyOperation(ledger, id, read.row, read.entry, arrival)
  else applyMessage(ledger, id, read.row, read.entry, arrival)
  await settleRow(ledger, id, read, arrival.promises)
  return undefined
}

/** A row this build cannot read stops nothing: what it belongs to counts as behind, and the rest goes on. */
async function passOver(ledger: Ledger, before: ConversationRecord, row: Row): Promise<void> {
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
  for (const erased of read.kind === 'erased' ? [] : read.row.erases) {
    // What is taken back goes at once; the page is then fetched whole.
    if (await eraseStored(ledger, id, page, erased)) [held, digest] = [0, emptyDigest]
  }
  ledger.setPage(id, page, { held, known: Math.max(record.known, seq), digest })
}

function applyMessage(
  ledger: Ledger,
  id: ConversationId,
  row: EntryRow,
  entry: Message,
  arrival: Arrival,
): void {
  const { seq, time } = row
  const { id: message, from, sentAt, type, text } = entry
  const last: LastMessage = {
    seq,
    time,
    sentAt,
    id: message,
    from,
    type,
    text: text ?? null,
    recalled: false,
  }
  countMessage(ledger, id, from, last, arrival)
  // Whoever wrote it here has shown it already.
  if (ledger.outbox.byId(message) !== undefined) return
  tell(ledger, arrival, { type: 'message', message: messageOf(id, row, entry) })
}

function erasedLast(read: Extract<ReadRow, { readonly kind: 'erased' }>): LastMessage {
  const { seq, time } = read.row
  return { seq, time, sentAt: time, id: read.id, from: read.author, type: -127, text: null, recalled: true }
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

/** A recall: what it took away is gone from the list row and from the counts too. */
async function applyOperation(
  ledger: Ledger,
  id: ConversationId,
  row: EntryRow,
  { target, from }: Operation,
  arrival: Arrival,
): Promise<void> {
  for (const { seq } of row.erases) {
    const record = ledger.conversation(id)
    if (record === undefined) return
    const stored = await ledger.update(id, row.page, seq)
    const last = record.last?.seq === seq ? record.last : null
    ledger.setConversation({
      ...record,
      last: last === null ? record.last : { ...last, type: -127, text: null, recalled: true },
      // Only its author recalls a message (rules of @parley/document), so the actor is the author.
      mark: from === arrival.user ? record.mark : withRecalled(record.mark, [seq]),
    })
    const time = stored?.time ?? last?.time ?? row.time
    tell(ledger, arrival, { type: 'recalled', message: recalledView(id, { id: target, from, seq, time }) })
  }
}
