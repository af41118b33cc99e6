/**
 * Receipts as the ledger changes them: what is owed for what was stored, what others have said, and which own messages that
 * covers. Rules CL300 to CL306.
 */
import {
  type Change,
  type ConversationId,
  parseUserId,
  type TimelineMessage,
  type UserId,
} from '@parley/document'
import type { MemberMark } from '@parley/wire'
import type { Arrival } from './arrival.ts'
import type { MemberReached } from './engine-types.ts'
import type { Ledger } from './ledger.ts'
import { pageMessages } from './live-pages.ts'
import { clearedSeq } from './keeping.ts'
import { asksOthers, readRow, type ReadRow } from './read-row.ts'
import { noReceipts } from './receipt-records.ts'
import { nextStep, owing, type Which, withMarks, withoutMembers, withStep } from './receipts.ts'
import type { ConversationRecord } from './records.ts'
import { confirmedView, laidOver } from './views.ts'
import { withReceipts } from './with-receipts.ts'

/** A message of somebody else that asks for a receipt, and is stored now. */
export function oweDelivered(ledger: Ledger, id: ConversationId, read: ReadRow): void {
  if (!asksOthers(read, ledger.model.user)) return
  const record = ledger.conversation(id)
  if (record !== undefined) put(ledger, record, owing(record, { delivered: read.row.seq }))
}

/** Up to what was the newest message when he read, whoever wrote it. */
export function oweRead(ledger: Ledger, id: ConversationId, seq: number): void {
  const record = ledger.conversation(id)
  if (record === undefined) return
  const after = owing(record, { read: seq })
  if (after === record) return
  put(ledger, record, after)
  ledger.changed(id)
}

/** Of another log: the newest held message that asks for one, once held pages have been compared. */
export async function oweAnew(
  ledger: Ledger,
  id: ConversationId,
  held: () => Promise<readonly number[]>,
): Promise<void> {
  if (ledger.conversation(id)?.receipts?.anew !== true) return
  const pages = (await held()).toSorted((a, b) => b - a)
  const seq = await newestAsking(ledger, id, pages)
  const record = ledger.conversation(id)
  if (record === undefined || record.receipts === null) return
  const compared = { ...record, receipts: { ...record.receipts, anew: false } }
  ledger.setConversation(owing(compared, { delivered: seq }))
}

async function newestAsking(ledger: Ledger, id: ConversationId, pages: readonly number[]): Promise<number> {
  for (const page of pages) {
    // As the job has left it: a page that differs is held no more.
    if ((await ledger.page(id, page)).held === 0) continue
    const stored = await ledger.updates(id, page)
    const asking = stored.findLast(({ seq, record: { time, update, erased } }) => {
      const read =
        erased === null ? readRow({ kind: 'entry', seq, time, page, update, erases: [] }) : undefined
      return read !== undefined && asksOthers(read, ledger.model.user)
    })
    if (asking !== undefined) return asking.seq
  }
  return 0
}

export async function hearMarks(
  ledger: Ledger,
  id: ConversationId,
  { marks, all }: { readonly marks: readonly MemberMark[]; readonly all: boolean },
  { silent }: Pick<Arrival, 'silent'>,
): Promise<void> {
  const record = ledger.conversation(id)
  if (record === undefined || (marks.length === 0 && record.receipts === null)) return
  if (marks.length === 0 && !all) return
  const heard = marks.flatMap((mark): MemberReached | readonly [] => {
    const user = parseUserId(mark.user)
    return user === undefined ? [] : { ...mark, user }
  })
  const receipts = withMarks(record.receipts ?? noReceipts, heard, all, ledger.model.user)
  ledger.setConversation({ ...record, receipts })
  await advance(ledger, id, silent)
}

/** Who is there no more does not count any more. */
export async function hearLeaving(
  ledger: Ledger,
  id: ConversationId,
  change: Change,
  { silent }: Pick<Arrival, 'silent'>,
): Promise<void> {
  const record = ledger.conversation(id)
  const gone = leaving(change)
  if (record === undefined || record.receipts === null || gone.length === 0) return
  ledger.setConversation({ ...record, receipts: withoutMembers(record.receipts, gone) })
  await advance(ledger, id, silent)
}

function leaving(change: Change): readonly UserId[] {
  if (change.op === 'removed') return change.members
  if (change.op === 'blocked') return change.left
  return change.op === 'quit' ? [change.by] : []
}

async function advance(ledger: Ledger, id: ConversationId, silent: boolean): Promise<void> {
  const before = ledger.conversation(id)
  if (before === undefined || before.receipts === null) return
  const spans: readonly Span[] = (['delivered', 'read'] as const).flatMap((which) => {
    const record = ledger.conversation(id)
    if (record === undefined || record.receipts === null) return []
    const step = nextStep(record.receipts, record.members, which)
    if (step === undefined) return []
    // Of what he has cleared away nothing is told.
    const after = Math.max(record.receipts[which].at(-1)?.seq ?? 0, clearedSeq(ledger.model, id))
    const receipts = { ...record.receipts, [which]: withStep(record.receipts[which], step) }
    ledger.setConversation({ ...record, receipts })
    return { which, after, upTo: step.seq }
  })
  if (spans.length === 0) return
  const own = await ownMessages(ledger, before, Math.min(...spans.map(({ after }) => after)))
  tellCovered(ledger, id, { spans, own, silent })
}

/** What one of the two has newly covered: sequences above `after`. */
interface Span {
  readonly which: Which
  readonly after: number
  readonly upTo: number
}

const covers = ({ after, upTo }: Span, { seq }: { readonly seq: number }): boolean =>
  seq > after && seq <= upTo

/** The time of the newest own message it covers, 0 for none; of a page that is not held the newest message is known. */
function timeCovered(
  { last }: ConversationRecord,
  span: Span,
  own: readonly TimelineMessage[],
  user: UserId,
): number {
  const newest = own.findLast((message) => covers(span, message))
  if (newest !== undefined) return newest.time
  return last !== null && last.from === user && !last.recalled && covers(span, last) ? last.time : 0
}

function tellCovered(
  ledger: Ledger,
  id: ConversationId,
  {
    spans,
    own,
    silent,
  }: { readonly spans: readonly Span[]; readonly own: readonly TimelineMessage[]; readonly silent: boolean },
): void {
  const record = ledger.conversation(id)
  if (record === undefined || record.receipts === null) return
  const { user } = ledger.model
  const timeOf = (which: Which): number => {
    const span = spans.find((one) => one.which === which)
    return span === undefined ? 0 : timeCovered(record, span, own, user)
  }
  const [deliveredAt, readAt] = [timeOf('delivered'), timeOf('read')]
  const receipts = {
    ...record.receipts,
    ...(deliveredAt === 0 ? undefined : { lastDeliveredAt: deliveredAt }),
    ...(readAt === 0 ? undefined : { lastReadAt: readAt }),
  }
  ledger.setConversation({ ...record, receipts })
  if (silent) return
  for (const message of own.filter((one) => spans.some((span) => covers(span, one)))) {
    const view = laidOver(confirmedView(id, message), ledger.outbox.about(message.id))
    ledger.emit({ type: 'message-status', message: withReceipts(view, receipts, user) })
  }
  if (deliveredAt > 0) ledger.emit({ type: 'delivered', conversation: id, at: deliveredAt })
  if (readAt > 0) ledger.emit({ type: 'read-by', conversation: id, at: readAt })
}

/** Pages looked at for what a mark has newly covered: whoever has been away for longer looks at the rest when it is shown. */
const maxPagesCovered = 4

/** Own messages behind a sequence, in order, of what is held of the newest pages. */
async function ownMessages(
  ledger: Ledger,
  { id, pages }: ConversationRecord,
  after: number,
): Promise<readonly TimelineMessage[]> {
  const { user } = ledger.model
  const found: TimelineMessage[] = []
  for (let page = pages; page > Math.max(0, pages - maxPagesCovered); page -= 1) {
    const messages = await pageMessages(ledger, id, page)
    found.push(...messages.filter(({ seq, from, recalled }) => from === user && !recalled && seq > after))
    if (messages.some(({ seq }) => seq <= after)) break
  }
  return found.toSorted((a, b) => a.seq - b.seq)
}

function put(ledger: Ledger, before: ConversationRecord, after: ConversationRecord): void {
  if (after !== before) ledger.setConversation(after)
}
