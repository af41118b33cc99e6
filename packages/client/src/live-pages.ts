/**
 * What an operation has made of its message, for telling it. A page is folded once and then goes on row by row, for as long
 * as something happens on it. Rule CL125.
 */
import { emptyTimeline, foldRow } from '@parley/document'
import type { ConversationId, EntryId, TimelineMessage, TimelineState } from '@parley/document'
import type { MessageView } from './engine-types.ts'
import { confirmed } from './folded-pages.ts'
import type { Ledger } from './ledger.ts'
import { isLivePage } from './live-page.ts'
import type { ReadRow } from './read-row.ts'
import { withReceipts } from './with-receipts.ts'
import type { PageRecord } from './records.ts'
import { confirmedView, laidOver } from './views.ts'

/** After the row has been stored. undefined for a message this device does not hold. */
export async function messageAfter(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
  target: EntryId,
): Promise<MessageView | undefined> {
  const { page } = read.row
  const name = nameOf(id, page)
  const record = await ledger.page(id, page)
  const live = ledger.folded.get(name)
  const state =
    live !== undefined && isLivePage(live, record)
      ? live.state
      : folded(await foldStored(ledger, id, page), read)
  keep(ledger, name, state, record)
  const message = state.messages.findLast((one) => one.id === target)
  return message === undefined
    ? undefined
    : withReceipts(
        laidOver(confirmedView(id, message), ledger.outbox.about(message.id)),
        ledger.conversation(id)?.receipts,
        ledger.model.user,
      )
}

/** The messages of a page as far as it is held here, in sequence. */
export async function pageMessages(
  ledger: Ledger,
  id: ConversationId,
  page: number,
): Promise<readonly TimelineMessage[]> {
  const name = nameOf(id, page)
  const live = ledger.folded.get(name) ?? ledger.model.livePages.get(name)
  if (live !== undefined && isLivePage(live, await ledger.page(id, page))) return live.state.messages
  return (await foldStored(ledger, id, page)).messages
}

/** A page that is folded goes on with this row, which has been stored; `before` is its record without it. */
export async function goOn(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
  before: PageRecord,
): Promise<void> {
  const name = nameOf(id, read.row.page)
  const live = ledger.folded.get(name) ?? ledger.model.livePages.get(name)
  if (live === undefined || !isLivePage(live, before)) return
  keep(ledger, name, folded(live.state, read), await ledger.page(id, read.row.page))
}

/** Of a page that is behind it holds for this row alone: the row is not on it yet. */
function keep(ledger: Ledger, name: string, state: TimelineState, record: PageRecord): void {
  if (isLivePage({ state, record }, record)) ledger.folded.set(name, { state, record })
}

async function foldStored(ledger: Ledger, id: ConversationId, page: number): Promise<TimelineState> {
  const rows = await ledger.updates(id, page)
  return rows
    .flatMap((row) => confirmed(row, page) ?? [])
    .reduce((state, row) => foldRow(state, row), emptyTimeline)
}

function folded(state: TimelineState, read: ReadRow): TimelineState {
  const { seq, time, update, page } = read.row
  const erased =
    read.kind === 'erased' ? { author: read.author, id: read.id, operation: read.row.operation } : null
  const row = confirmed({ seq, record: { time, update, erased } }, page)
  return row === undefined ? state : foldRow(state, row)
}

function nameOf(id: ConversationId, page: number): string {
  return `${id}/${page}`
}
