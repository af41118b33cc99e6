/** Putting changes into the outbox and taking them out again: what all calls share. */
import { makeEntryId } from '@parley/document'
import type { ConversationId, EntryId } from '@parley/document'
import type { Core } from './core.ts'
import type { Queued } from './engine-types.ts'
import { ParleyError, refusalError } from './errors.ts'
import type { Ledger } from './ledger.ts'
import type { Ports } from './ports.ts'
import type { OutboxItem, Reason } from './records.ts'
import { waitingView } from './views.ts'

type Common = Omit<OutboxItem, 'kind'>

export interface Queueing {
  newId(): EntryId
  /** What every fresh item has. */
  common(ledger: Ledger, id: EntryId, conversation: ConversationId): Pick<OutboxItem, keyof Common>
  /** The item stands in the ledger; asked for its promise once that stands. */
  queue<T>(ledger: Ledger, item: OutboxItem): () => Queued<T>
  /** The promise of an item that waits already. */
  waiting<T>(ledger: Ledger, item: OutboxItem): () => Queued<T>
  /** Out of the outbox, as its user wants, with what is about it. */
  withdraw(ledger: Ledger, item: OutboxItem): void
}

const withdrawn: Reason = { code: 'withdrawn', detail: 'It was taken back before it was sent.' }

export function createQueueing({ ports, promises }: Core): Queueing {
  /** It exists from the moment the change stands: it may be answered before anybody asks for it. */
  function promised<T>(ledger: Ledger, id: EntryId): () => Queued<T> {
    let confirmed: Promise<T> | undefined
    ledger.after.push(() => {
      confirmed = promises.of<T>(id)
    })
    return () => ({ id, confirmed: confirmed ?? promises.of<T>(id) })
  }

  return {
    newId: () => freshId(ports),
    common: (ledger, id, conversation) => ({
      n: ledger.takeN(),
      id,
      conversation,
      at: ports.now(),
      state: 'waiting',
      reason: null,
      answered: null,
      tried: false,
      offered: false,
    }),
    queue(ledger, item) {
      ledger.setItem(item)
      ledger.changed(item.conversation)
      return promised(ledger, item.id)
    },
    // A call of the same turn may take it back.
    waiting: (ledger, item) => promised(ledger, item.id),
    withdraw(ledger, item) {
      for (const one of [item, ...ledger.outbox.about(item.id)]) {
        ledger.removeItem(one.n)
        const message =
          one.kind === 'entry' ? waitingView({ ...one, state: 'refused', reason: withdrawn }) : undefined
        if (message !== undefined) ledger.emit({ type: 'message-status', message })
        ledger.after.push(() => promises.reject(one.id, new ParleyError('withdrawn', withdrawn.detail)))
      }
      ledger.changed(item.conversation)
    },
  }
}

export function freshId(ports: Pick<Ports, 'now' | 'random'>): EntryId {
  return makeEntryId(Math.max(0, ports.now()), ports.random(10))
}

/** What needs no answer any more. */
export function already<T>(id: EntryId, outcome: T): Queued<T> {
  return { id, confirmed: Promise.resolve(outcome) }
}

/** The promise of what was refused before. */
export function failed<T>(id: EntryId, { code, detail }: Reason): () => Queued<T> {
  return () => {
    const confirmed = Promise.reject<T>(refusalError(code, detail))
    confirmed.catch(() => undefined)
    return { id, confirmed }
  }
}
