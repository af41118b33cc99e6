/**
 * What an operation is about, as this device knows it: a message that waits here, or one the relay has. What the local rules
 * forbid is said at once. Rules CL55, CL90 and CL121.
 */
import { judgeEntry, writeEntry } from '@parley/document'
import type { ConversationId, EntryId, Operation, TimelineMessage, UserId } from '@parley/document'
import type { Core } from './core.ts'
import type { Accepted, MessageView, Queued } from './engine-types.ts'
import { ParleyError, refusalError } from './errors.ts'
import { shownHead } from './heads.ts'
import type { History } from './history.ts'
import { itemOf } from './lanes.ts'
import type { Ledger } from './ledger.ts'
import { mustBeMember } from './membership.ts'
import type { Queueing } from './queueing.ts'
import type { EntryItem, Place } from './records.ts'
import { withReceipts } from './with-receipts.ts'
import { confirmedView, laidOver, waitingView } from './views.ts'

export interface Aim {
  readonly id: EntryId
  readonly author: UserId
  readonly type: number
  readonly recalled: boolean
  /** null until the relay has answered. */
  readonly place: Place | null
  readonly of: { readonly waiting: EntryItem } | { readonly confirmed: TimelineMessage }
}

interface Aiming {
  /** Throws when this device does not hold the message. */
  find(ledger: Ledger, id: ConversationId, target: EntryId): Promise<Aim>
  /** Throws when the operation would be refused, as far as this device knows. */
  judge(ledger: Ledger, id: ConversationId, operation: Operation, aim: Aim): Promise<void>
  queue(ledger: Ledger, id: ConversationId, operation: Operation, aim: Aim): () => Queued<Accepted>
  /** The message as it is shown now. */
  view(ledger: Ledger, id: ConversationId, aim: Aim): MessageView
}

export function createAiming({ user, relayTime }: Core, queueing: Queueing, history: History): Aiming {
  return {
    async find(ledger, id, target) {
      const waiting = ledger.outbox.byId(target)
      if (waiting?.kind === 'entry' && waiting.conversation === id && waiting.target === null)
        return aimAtWaiting(ledger, waiting)
      const message = await history.find(ledger, id, target)
      const stored = message === undefined ? undefined : await ledger.update(id, message.page, message.seq)
      const item = stored === undefined ? undefined : itemOf(stored.update)
      if (message === undefined || item === undefined) throw unknownMessage()
      const { from: author, type, page } = message
      return {
        id: target,
        author,
        type,
        recalled: message.recalled || isBeingRecalled(ledger, target),
        place: { page, ...item },
        of: { confirmed: message },
      }
    },
    async judge(ledger, id, operation, { author, type, recalled }) {
      const head = await shownHead(ledger, id, { user, now: relayTime() })
      mustBeMember(ledger, id, user, head)
      if (operation.op !== 'react' && author !== user)
        throw refusalError('not-allowed', 'Only its author edits or recalls a message.')
      if (recalled && operation.op !== 'recall')
        throw refusalError('target-recalled', 'The message has been taken back.')
      if (head?.members.has(user) !== true) return
      const verdict = judgeEntry(head, operation, user, { author, type, recalled }, relayTime())
      if (!verdict.accepted) throw refusalError(verdict.code, verdict.detail)
    },
    queue(ledger, id, operation, { place }) {
      const { op, target } = operation
      return queueing.queue<Accepted>(ledger, {
        ...queueing.common(ledger, operation.id, id),
        kind: 'entry',
        content: writeEntry(operation),
        made: null,
        target: { id: target, place, op, sign: op === 'react' ? operation.sign : '' },
      })
    },
    view(ledger, id, { id: target, of }) {
      const now = ledger.outbox.byId(target)
      const view =
        'confirmed' in of
          ? confirmedView(id, of.confirmed)
          : waitingView(now?.kind === 'entry' ? now : of.waiting)
      if (view === undefined) throw unknownMessage()
      const shown = laidOver(view, ledger.outbox.about(target))
      return withReceipts(shown, ledger.conversation(id)?.receipts, user)
    },
  }

  function aimAtWaiting(ledger: Ledger, waiting: EntryItem): Aim {
    const { id, made, answered } = waiting
    const place =
      made === null || answered === null ? null : { page: made.page, client: made.client, clock: made.clock }
    const recalled = isBeingRecalled(ledger, id)
    const type = waitingView(waiting)?.type ?? 0
    return { id, author: user, type, recalled, place, of: { waiting } }
  }
}

function isBeingRecalled(ledger: Ledger, target: EntryId): boolean {
  return ledger.outbox.about(target).some((item) => item.state === 'waiting' && item.target?.op === 'recall')
}

/** Nothing of it can be at the relay: it may still become another. */
export function isStillOurs({ state, made, answered, tried, offered }: EntryItem): boolean {
  return made === null && answered === null && (state === 'refused' || (!tried && !offered))
}

function unknownMessage(): ParleyError {
  return new ParleyError(
    'unknown-message',
    'This device does not hold that message; load its part of the history first.',
  )
}
