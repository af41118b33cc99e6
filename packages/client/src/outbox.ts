/**
 * The outbox: what became of each waiting change. Rules CL40 to CL49.
 *
 * An answer names bytes by page, client id and clock (entries) or by id (commands, see command-answers.ts); an answer for
 * bytes that do not exist any more is nobody's. An answered item stays until its row is here, so that nothing flickers.
 */
import type { ConversationId } from '@parley/document'
import type { PushAnswer } from '@parley/wire'
import type { ReadRow } from './read-row.ts'
import type { Ledger } from './ledger.ts'
import type { Promises } from './promises.ts'
import type { EntryItem, OutboxItem, Place } from './records.ts'
import { laidOver, waitingView } from './views.ts'

/** What an answer means for the sending of its lane. */
export type LaneEffect =
  | { readonly do: 'nothing' }
  /** The relay takes what comes. */
  | { readonly do: 'go-on' }
  /** The same bytes again, later. */
  | { readonly do: 'wait'; readonly n: number; readonly ms: number }
  /** New bytes under a new client id; nothing for this page before the conversation is known to have `page` pages. */
  | {
      readonly do: 'remake'
      readonly page: number
      readonly client: number
      readonly waitForPage: number
      readonly refused?: true
    }

const nothing: LaneEffect = { do: 'nothing' }

export async function applyPushAnswer(
  ledger: Ledger,
  id: ConversationId,
  answer: PushAnswer,
  promises: Promises,
): Promise<LaneEffect> {
  const item = ledger.outbox.made(id).find((other) => other.state === 'waiting' && isAt(other, answer))
  if (item === undefined || item.answered !== null) return nothing
  const { verdict } = answer
  switch (verdict.class) {
    case 'accepted':
      settleEntry(ledger, item, answer, verdict, promises)
      return { do: 'go-on' }
    case 'duplicate': {
      settleEntry(ledger, item, verdict, verdict, promises)
      if (isAt(item, verdict)) return nothing
      // It stands elsewhere: the clock these bytes would have taken was never accepted.
      unmake(ledger, id, answer)
      return { do: 'remake', page: answer.page, client: answer.client, waitForPage: 0 }
    }
    case 'rewrite':
      unmake(ledger, id, answer)
      if (verdict.code === 'page-closed' && item.target !== null) moveTarget(ledger, item, verdict.page)
      if (verdict.code === 'origin-unknown') forgetPlace(ledger, item, answer.page)
      return {
        do: 'remake',
        page: answer.page,
        client: answer.client,
        waitForPage: verdict.code === 'page-closed' && item.target === null ? verdict.page : 0,
      }
    case 'later':
      return { do: 'wait', n: item.n, ms: verdict.waitMs }
    case 'refused': {
      const { refuse } = await ledger.part('changes')
      unmake(ledger, id, answer)
      refuse(ledger, item, { code: verdict.code, detail: verdict.detail }, promises)
      return { do: 'remake', page: answer.page, client: answer.client, waitForPage: 0, refused: true }
    }
  }
}

/** A confirmed row that carries an id of the outbox is its answer, whatever became of the answer itself. */
export function settleByRow(ledger: Ledger, id: ConversationId, read: ReadRow, promises: Promises): void {
  const item = ledger.outbox.byId(read.kind === 'entry' ? read.entry.id : read.id)
  if (item === undefined || item.kind !== 'entry' || item.conversation !== id) return
  const { seq, time, page } = read.row
  settleEntry(ledger, item, { page, ...read.item }, { seq, time }, promises)
  ledger.removeItem(item.n)
}

/** Answered items whose row is among what is held, or lies behind it, are done. */
export function sweepLane(ledger: Ledger, id: ConversationId): void {
  const seq = ledger.conversation(id)?.seq ?? 0
  for (const item of ledger.outbox.answered(id)) {
    if (item.answered !== null && item.answered.seq <= seq) ledger.removeItem(item.n)
  }
}

function settleEntry(
  ledger: Ledger,
  item: EntryItem,
  place: Place,
  { seq, time }: { readonly seq: number; readonly time: number },
  promises: Promises,
): void {
  const answered = { seq, time }
  const settled: EntryItem = { ...item, state: 'waiting', reason: null, answered }
  keepOrDrop(ledger, settled)
  ledger.setAcknowledged(settled)
  const { page, client, clock } = place
  for (const other of ledger.outbox.about(item.id)) {
    if (other.target?.place === null)
      ledger.setItem({ ...other, target: { ...other.target, place: { page, client, clock } } })
  }
  if (item.answered !== null) return
  const message = waitingView(settled)
  if (message !== undefined)
    ledger.emit({ type: 'message-status', message: laidOver(message, ledger.outbox.about(item.id)) })
  ledger.after.push(() => promises.resolve(item.id, answered))
}

export function keepOrDrop(ledger: Ledger, item: OutboxItem): void {
  const seq = ledger.conversation(item.conversation)?.seq ?? 0
  if (item.answered !== null && item.answered.seq <= seq) ledger.removeItem(item.n)
  else ledger.setItem(item)
}

/** The bytes named and all later ones of the same client id are void; the intents stand. */
function unmake(ledger: Ledger, id: ConversationId, from: Place): void {
  for (const item of ledger.outbox.made(id)) {
    if (item.made === null || item.answered !== null) continue
    const { page, client, clock } = item.made
    if (page === from.page && client === from.client && clock >= from.clock)
      ledger.setItem({ ...item, made: null })
  }
}

function moveTarget(ledger: Ledger, item: EntryItem, page: number): void {
  if (item.target?.place === undefined || item.target.place === null) return
  ledger.setItem({ ...item, made: null, target: { ...item.target, place: { ...item.target.place, page } } })
}

/** What these bytes stood on is not there: an operation's target is looked up again, and a message follows nothing. */
function forgetPlace(ledger: Ledger, item: EntryItem, page: number): void {
  if (item.target !== null) {
    ledger.setItem({ ...item, made: null, target: { ...item.target, place: null } })
    return
  }
  const record = ledger.conversation(item.conversation)
  if (record?.pages === page) ledger.setConversation({ ...record, tail: null })
}

function isAt(item: EntryItem, place: Place): boolean {
  const { made } = item
  return (
    made !== null && made.page === place.page && made.client === place.client && made.clock === place.clock
  )
}
