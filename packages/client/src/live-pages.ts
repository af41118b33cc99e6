/**
 * Pages as one job finds and leaves them, folded once and then row by row: what an operation has made of its message, for
 * telling it. Rule CL125.
 */
import { emptyTimeline, foldRow } from '@parley/document'
import type { ConversationId, EntryId, TimelineState } from '@parley/document'
import type { EntryRow } from '@parley/wire'
import type { MessageView } from './engine-types.ts'
import { confirmed } from './folded-pages.ts'
import type { Ledger } from './ledger.ts'
import { confirmedView, laidOver } from './views.ts'

/** undefined for a message this device does not hold. */
export async function messageAfter(
  ledger: Ledger,
  id: ConversationId,
  row: EntryRow,
  target: EntryId,
): Promise<MessageView | undefined> {
  const known = ledger.folded.get(nameOf(id, row.page)) ?? (await foldStored(ledger, id, row.page))
  const state = folded(known, row)
  ledger.folded.set(nameOf(id, row.page), state)
  const message = state.messages.findLast((one) => one.id === target)
  return message === undefined
    ? undefined
    : laidOver(confirmedView(id, message), ledger.outbox.about(message.id))
}

/** A page that was folded in this job goes on with this row. */
export function goOn(ledger: Ledger, id: ConversationId, row: EntryRow): void {
  const name = nameOf(id, row.page)
  const state = ledger.folded.get(name)
  if (state !== undefined) ledger.folded.set(name, folded(state, row))
}

async function foldStored(ledger: Ledger, id: ConversationId, page: number): Promise<TimelineState> {
  const rows = await ledger.updates(id, page)
  return rows
    .flatMap((row) => confirmed(row, page) ?? [])
    .reduce((state, row) => foldRow(state, row), emptyTimeline)
}

function folded(state: TimelineState, { seq, time, update, page }: EntryRow): TimelineState {
  const row = confirmed({ seq, record: { time, update, erased: null } }, page)
  return row === undefined ? state : foldRow(state, row)
}

function nameOf(id: ConversationId, page: number): string {
  return `${id}/${page}`
}
