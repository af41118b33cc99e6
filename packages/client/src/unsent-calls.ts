/** What is done about changes that wait or were refused: trying again, and giving up. Rule CL93. */
import type { ConversationId, EntryId } from '@parley/document'
import type { Core } from './core.ts'
import type { Queued } from './engine-types.ts'
import { ParleyError } from './errors.ts'
import type { Ledger } from './ledger.ts'
import { waitsToEnter } from './membership.ts'
import type { Queueing } from './queueing.ts'
import type { OutboxItem } from './records.ts'
import { waitingView } from './views.ts'

export interface UnsentCalls {
  /** The promise of the new try. */
  retry(id: EntryId): Promise<Queued<unknown>>
  discard(id: EntryId): Promise<void>
}

export function createUnsentCalls(core: Core, queueing: Queueing): UnsentCalls {
  async function retry(id: EntryId): Promise<Queued<unknown>> {
    const make = await core.mailbox.call((ledger) => {
      const item = ledger.outbox.byId(id)
      if (item === undefined || item.state !== 'refused')
        throw new ParleyError('unknown-message', 'Nothing refused has this id.')
      const { conversation } = item
      if (!enters(item) && isOutside(ledger, conversation) && !waitsToEnter(ledger, conversation))
        throw new ParleyError('conversation-refused', 'Retry making or joining the conversation first.')
      const again = new Set([item.n, ...goingWith(ledger, item).map(({ n }) => n)])
      let made: (() => Queued<unknown>) | undefined
      // In the order they were made, behind everything that waits.
      for (const one of ledger.outbox.lane(conversation).filter(({ n }) => again.has(n))) {
        const queued = begin(ledger, one)
        if (one.n === item.n) made = queued
      }
      const record = ledger.conversation(conversation)
      if (creates(item) && record?.local === true) ledger.setConversation({ ...record, role: 'owner' })
      return made ?? queueing.waiting(ledger, item)
    })
    return make()
  }

  function begin(ledger: Ledger, item: OutboxItem): () => Queued<unknown> {
    ledger.removeItem(item.n)
    // A refused command's id has its answer for ever; an entry's was never taken.
    const id = item.kind === 'command' ? queueing.newId() : item.id
    const fresh: OutboxItem = {
      ...item,
      id,
      n: ledger.takeN(),
      state: 'waiting',
      reason: null,
      tried: false,
      offered: false,
    }
    const message = fresh.kind === 'entry' ? waitingView(fresh) : undefined
    if (message !== undefined) ledger.emit({ type: 'message-status', message })
    return queueing.queue(ledger, fresh)
  }

  /** What makes no sense without it, and what it makes no sense without. */
  function goingWith(ledger: Ledger, item: OutboxItem): readonly OutboxItem[] {
    if (enters(item))
      return ledger.outbox
        .lane(item.conversation)
        .filter(({ reason }) => reason?.code === 'conversation-refused')
    const target =
      item.kind === 'entry' && item.target !== null ? ledger.outbox.byId(item.target.id) : undefined
    return target?.state === 'refused' ? [target] : []
  }

  async function discard(id: EntryId): Promise<void> {
    await core.mailbox.call((ledger) => {
      const item = ledger.outbox.byId(id)
      if (item === undefined || item.answered !== null)
        throw new ParleyError('unknown-message', 'Nothing unsent has this id.')
      if (item.tried && item.state === 'waiting')
        throw new ParleyError('bad-argument', 'It may have been sent already: recall it, or change it back.')
      const { conversation } = item
      queueing.withdraw(ledger, item)
      if (!enters(item) || !isOutside(ledger, conversation) || waitsToEnter(ledger, conversation)) return
      for (const other of ledger.outbox.lane(conversation)) queueing.withdraw(ledger, other)
      ledger.setDraft(conversation, null)
      ledger.removeConversation(conversation)
    })
  }

  return { retry, discard }
}

function creates(item: OutboxItem): boolean {
  return item.kind === 'command' && item.command.op === 'create'
}

function enters(item: OutboxItem): boolean {
  return item.kind === 'command' && (item.command.op === 'create' || item.command.op === 'join')
}

/** The relay has never said that he is in it. */
function isOutside(ledger: Ledger, id: ConversationId): boolean {
  const record = ledger.conversation(id)
  return record === undefined || record.local || record.seq === 0
}
