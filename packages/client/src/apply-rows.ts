/**
 * Confirmed rows, one after another, into what a device holds. Rules CL30 to CL39.
 *
 * A row counts once: by its sequence for the conversation, by the page's version for the page. A row of a page that is
 * not held whole moves the list row and is otherwise fetched with its page. Nothing here asks Yjs.
 */
import {
  changeHead,
  emptyDigest,
  eraseAppend,
  parseChange,
  readAppend,
  readEntry,
  rowDigest,
  xorDigest,
} from '@parley/document'
import type { Change, ConversationId, EntryId, Operation, UserId } from '@parley/document'
import type { EntryRow, HeadRow, Row } from '@parley/wire'
import type { EngineEvent } from './engine-types.ts'
import type { Ledger } from './ledger.ts'
import { settleByRow } from './outbox.ts'
import { readRow } from './read-row.ts'
import { recallAgain } from './recall-again.ts'
import type { ReadRow } from './read-row.ts'
import type { ConversationRecord, LastMessage, Mark, UpdateRecord } from './records.ts'
import type { Promises } from './promises.ts'
import { messageOf, recalledView } from './views.ts'

export interface Arrival {
  readonly user: UserId
  /** What happened while the device was away. */
  readonly replayed: boolean
  /** A device's first sync: nothing of the past is announced. */
  readonly silent: boolean
  readonly promises: Promises
}

type RowEvent = Extract<
  EngineEvent,
  { readonly type: 'message' | 'recalled' | 'invited' | 'kicked' | 'members-joined' | 'members-left' }
>

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
  if (row.kind === 'head') return applyHeadRow(ledger, before, row, arrival)
  const read = readRow(row)
  if (read === undefined) return passOver(ledger, before, row)
  const moved = { ...before, seq: row.seq, time: row.time }
  ledger.setConversation(row.page === before.pages ? { ...moved, tail: read.item } : moved)
  await storeLive(ledger, id, read)
  if (read.kind === 'erased') countMessage(ledger, id, read.author, erasedLast(read), arrival)
  else if ('op' in read.entry) await applyOperation(ledger, id, read.row, read.entry, arrival)
  else {
    const entry = read.entry
    const last: LastMessage = {
      seq: row.seq,
      time: row.time,
      sentAt: entry.sentAt,
      id: entry.id,
      from: entry.from,
      type: entry.type,
      text: entry.text ?? null,
      recalled: false,
    }
    countMessage(ledger, id, entry.from, last, arrival)
    const own = ledger.outbox.byId(entry.id) !== undefined
    if (!own) {
      const message = messageOf(id, { ...last, page: row.page, entry, own: entry.from === arrival.user })
      tell(ledger, arrival, { type: 'message', message })
    }
  }
  settleByRow(ledger, id, read, arrival.promises)
  await recallAgain(ledger, id, read)
  return undefined
}

/** A row this build cannot read stops nothing: what it belongs to counts as behind, and the rest goes on. */
async function passOver(ledger: Ledger, before: ConversationRecord, row: Row): Promise<undefined> {
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
  if (record.held >= seq) return
  const whole = record.held > 0 && record.held === record.known && ledger.conversation(id)?.verify !== true
  if (!whole) {
    ledger.setPage(id, page, { ...record, known: Math.max(record.known, seq) })
    ledger.wantsFetching = true
    return
  }
  const digest = await storeRow(ledger, id, read, record.digest)
  ledger.setPage(id, page, { held: seq, known: seq, digest })
}

/** Stores one row of a page, erases what it erased, and answers the page's digest after it. */
export async function storeRow(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
  digest: string,
): Promise<string> {
  const { row, item } = read
  const record: UpdateRecord = {
    time: row.time,
    update: row.update,
    erased: read.kind === 'erased' ? { author: read.author, id: read.id } : null,
  }
  ledger.setUpdate(id, row.page, row.seq, record)
  let after = xorDigest(
    digest,
    rowDigest({ ...item, seq: row.seq, length: 1, erased: read.kind === 'erased' }),
  )
  if (read.kind === 'erased') return after
  for (const erased of read.row.erases) {
    const target = await ledger.update(id, row.page, erased.seq)
    if (target === undefined || target.erased !== null) continue
    const gone = erasedRecord(target)
    if (gone === undefined) continue
    ledger.setUpdate(id, row.page, erased.seq, gone)
    const place = { seq: erased.seq, client: erased.client, clock: erased.clock, length: 1 } as const
    after = xorDigest(after, rowDigest({ ...place, erased: false }))
    after = xorDigest(after, rowDigest({ ...place, erased: true }))
  }
  return after
}

function erasedRecord(record: UpdateRecord): UpdateRecord | undefined {
  const append = readAppend(record.update)
  if (!append.ok) return undefined
  const entry = readEntry(append.append.content)
  if (!entry.ok) return undefined
  return {
    time: record.time,
    update: eraseAppend(record.update),
    erased: { author: entry.entry.from, id: entry.entry.id },
  }
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
  arrival: Arrival,
): void {
  const record = ledger.conversation(id)
  if (record === undefined) return
  const mine = from === arrival.user
  ledger.setConversation({
    ...record,
    total: record.total + 1,
    mine: record.mine + (mine ? 1 : 0),
    last,
  })
}

/** A recall: what it took away is gone from the list row and from the counts too. */
async function applyOperation(
  ledger: Ledger,
  id: ConversationId,
  row: EntryRow,
  operation: Operation,
  arrival: Arrival,
): Promise<void> {
  forgetAcknowledged(ledger, operation.target)
  for (const erased of row.erases) {
    const record = ledger.conversation(id)
    if (record === undefined) return
    // Only its author recalls a message (rules of @parley/document), so the actor is the author.
    const author = operation.from
    const stored = await ledger.update(id, row.page, erased.seq)
    const isLast = record.last?.seq === erased.seq
    ledger.setConversation({
      ...record,
      last:
        record.last !== null && isLast
          ? { ...record.last, type: -127, text: null, recalled: true }
          : record.last,
      mark: countRecall(record, erased.seq, author, arrival.user),
    })
    const time = stored?.time ?? (isLast ? (record.last?.time ?? row.time) : row.time)
    const message = recalledView(id, { id: operation.target, from: author, seq: erased.seq, time })
    tell(ledger, arrival, { type: 'recalled', message })
  }
}

export function countRecall(
  record: ConversationRecord,
  seq: number,
  author: UserId,
  user: UserId,
): ConversationRecord['mark'] {
  if (author === user || seq <= record.mark.seq) return record.mark
  return withRecalled(record.mark, [seq])
}

/** However often one is heard of (live, and again with a catch-up), it counts once. */
export function withRecalled(mark: Mark, seqs: readonly number[]): Mark {
  const all = new Set([...mark.recalled, ...seqs.filter((seq) => seq > mark.seq)])
  return all.size === mark.recalled.length ? mark : { ...mark, recalled: [...all] }
}

/** Recalled text is gone from what would be offered again, too. */
export function forgetAcknowledged(ledger: Ledger, id: EntryId): void {
  const n = ledger.acknowledgedN(id)
  if (n !== undefined) ledger.removeAcknowledged(n)
}

async function applyHeadRow(
  ledger: Ledger,
  before: ConversationRecord,
  row: HeadRow,
  arrival: Arrival,
): Promise<undefined> {
  const change = parseChange(row.change)
  if (!change.ok) return passOver(ledger, before, row)
  const id = before.id
  const held = before.headHeld > 0 && before.headHeld === before.headKnown
  const starts = change.change.op === 'created'
  if (held || starts) {
    ledger.setUpdate(id, 0, row.seq, { time: row.time, update: row.update, erased: null })
    const head = ledger.head(id)
    if (head !== undefined || starts)
      ledger.setHead(id, changeHead(starts ? undefined : head, change.change, row.time))
  }
  if (!held && !starts) ledger.wantsFetching = true
  const moved: ConversationRecord = {
    ...before,
    seq: row.seq,
    time: row.time,
    headHeld: held || starts ? row.seq : before.headHeld,
    headKnown: row.seq,
  }
  ledger.setConversation(listRow(ledger, moved, change.change, arrival.user))
  if (change.change.op === 'page' || starts) {
    const page = change.change.op === 'page' ? change.change.pages : 1
    // Under this number there may be rows of another life of the log.
    ledger.clearUpdates(id, page)
    ledger.setPage(id, page, { held: row.seq, known: row.seq, digest: emptyDigest })
  }
  announce(ledger, id, change.change, arrival)
  return undefined
}

function listRow(
  ledger: Ledger,
  record: ConversationRecord,
  change: Change,
  user: UserId,
): ConversationRecord {
  switch (change.op) {
    case 'page':
      return { ...record, pages: change.pages, tail: null }
    case 'created':
      return { ...record, pages: 1, tail: null, members: change.members.length + 1 }
    case 'added':
      return {
        ...record,
        members: record.members + change.members.length,
        role: change.members.includes(user) ? 'member' : roleNow(ledger, record, user),
      }
    case 'joined':
      return {
        ...record,
        members: record.members + 1,
        role: change.by === user ? 'member' : roleNow(ledger, record, user),
      }
    case 'removed':
      return {
        ...record,
        members: record.members - change.members.length,
        role: change.members.includes(user) ? '' : roleNow(ledger, record, user),
      }
    case 'quit':
      return {
        ...record,
        members: record.members - 1,
        role: change.by === user ? '' : roleNow(ledger, record, user),
      }
  }
}

/** An owner who leaves is succeeded; the head says by whom. */
function roleNow(ledger: Ledger, record: ConversationRecord, user: UserId): string {
  return ledger.head(record.id)?.members.get(user)?.role ?? record.role
}

/** The guide's table: who enters by himself and everybody else hear it alike; who is brought or sent hears his own event. */
function announce(ledger: Ledger, id: ConversationId, change: Change, arrival: Arrival): void {
  const { user } = arrival
  switch (change.op) {
    case 'page':
      return
    case 'created':
      if (change.members.includes(user))
        tell(ledger, arrival, { type: 'invited', conversation: id, invitedBy: change.by })
      return
    case 'added':
      if (change.members.includes(user) && change.by !== user) {
        tell(ledger, arrival, { type: 'invited', conversation: id, invitedBy: change.by })
      } else {
        tell(ledger, arrival, {
          type: 'members-joined',
          conversation: id,
          members: change.members,
          invitedBy: change.by,
        })
      }
      return
    case 'joined':
      tell(ledger, arrival, {
        type: 'members-joined',
        conversation: id,
        members: [change.by],
        invitedBy: change.by,
      })
      return
    case 'removed':
      if (change.members.includes(user))
        tell(ledger, arrival, { type: 'kicked', conversation: id, kickedBy: change.by })
      else
        tell(ledger, arrival, {
          type: 'members-left',
          conversation: id,
          members: change.members,
          kickedBy: change.by,
        })
      return
    case 'quit':
      tell(ledger, arrival, { type: 'members-left', conversation: id, members: [change.by] })
  }
}

/** Events of rows: marked when they happened while away, withheld on a first sync. */
export function tell(ledger: Ledger, arrival: Arrival, event: RowEvent): void {
  if (!arrival.silent) ledger.emit(arrival.replayed ? { ...event, replayed: true } : event)
}
