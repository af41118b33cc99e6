/** Taking a message back, wherever it is on its way. Rules CL90 and CL92. */
import { judgeEntry, writeEntry } from '@parley/document'
import type { ConversationId, EntryId, Operation, TimelineMessage } from '@parley/document'
import type { Core } from './core.ts'
import type { Accepted, Queued } from './engine-types.ts'
import { ParleyError, refusalError } from './errors.ts'
import { shownHead } from './heads.ts'
import type { History } from './history.ts'
import { itemOf } from './lanes.ts'
import type { Ledger } from './ledger.ts'
import { already } from './queueing.ts'
import type { Queueing } from './queueing.ts'
import type { EntryItem, Place } from './records.ts'

export type RecallCall = (id: ConversationId, target: EntryId) => Promise<Queued<Accepted>>

export function createRecallCall(core: Core, queueing: Queueing, history: History): RecallCall {
  const { user, ports } = core

  return async (id, target) => {
    const make = await core.mailbox.call(async (ledger) => {
      const recalled = ledger.outbox.about(target).find(({ state }) => state === 'waiting')
      if (recalled !== undefined) {
        const { answered } = recalled
        return answered === null ? queueing.waiting<Accepted>(recalled) : () => already(recalled.id, answered)
      }
      const waiting = ledger.outbox.byId(target)
      if (waiting?.kind === 'entry' && waiting.conversation === id && waiting.target === null)
        return recallWaiting(ledger, waiting)
      const found = await history.find(ledger, id, target)
      if (found === undefined) throw unknownMessage()
      if (found.recalled) return () => already(target, { seq: found.seq, time: found.time })
      return recallConfirmed(ledger, id, found)
    })
    return make()
  }

  /** Folds into what was never sent; what may be at the relay is recalled once it is answered. */
  function recallWaiting(ledger: Ledger, waiting: EntryItem): () => Queued<Accepted> {
    const never = !waiting.tried && !waiting.offered
    if (never || waiting.state === 'refused') {
      queueing.withdraw(ledger, waiting)
      return () => already(waiting.id, { seq: 0, time: ports.now() })
    }
    const { made, answered } = waiting
    const place =
      made === null || answered === null ? null : { page: made.page, client: made.client, clock: made.clock }
    return queueOperation(ledger, waiting.conversation, recallOf(waiting.id), place)
  }

  async function recallConfirmed(
    ledger: Ledger,
    id: ConversationId,
    { id: target, from: author, type, page, seq }: TimelineMessage,
  ): Promise<() => Queued<Accepted>> {
    const head = await shownHead(ledger, id, { user, now: ports.now() })
    const operation = recallOf(target)
    if (author !== user) throw refusalError('not-allowed', 'Only its author recalls a message.')
    const verdict = head === undefined ? undefined : judgeEntry(head, operation, user, { author, type })
    if (verdict?.accepted === false) throw refusalError(verdict.code, verdict.detail)
    const stored = await ledger.update(id, page, seq)
    const item = stored === undefined ? undefined : itemOf(stored.update)
    if (item === undefined) throw unknownMessage()
    return queueOperation(ledger, id, operation, { page, ...item })
  }

  function recallOf(target: EntryId): Operation {
    return { id: queueing.newId(), from: user, sentAt: ports.now(), op: 'recall', target }
  }

  function queueOperation(
    ledger: Ledger,
    id: ConversationId,
    operation: Operation,
    place: Place | null,
  ): () => Queued<Accepted> {
    return queueing.queue<Accepted>(ledger, {
      ...queueing.common(ledger, operation.id, id),
      kind: 'entry',
      content: writeEntry(operation),
      made: null,
      target: { id: operation.target, place },
    })
  }
}

function unknownMessage(): ParleyError {
  return new ParleyError(
    'unknown-message',
    'This device does not hold that message; load its part of the history first.',
  )
}
