/**
 * What the app asks for, as changes of the ledger: each resolves when it is safe on this device. Rules CL90 to CL99.
 *
 * Everything is checked before anything is changed: a change the local rules forbid rejects at once and is not queued.
 */
import { buildMessage, isUniqueId, judgeEntry, makeEntryId, writeEntry } from '@parley/document'
import type { Command, ConversationId, EntryId, Head, Operation, Outcome } from '@parley/document'
import type { Core } from './core.ts'
import type { Accepted, MessageView, Queued, SendMessage } from './engine-types.ts'
import { ParleyError, refusalError, unknownConversation } from './errors.ts'
import { predict, shownHead } from './heads.ts'
import type { History } from './history.ts'
import type { Ledger } from './ledger.ts'
import { freshRecord } from './news.ts'
import { refuse } from './outbox.ts'
import type { ConversationRecord, EntryItem, OutboxItem, Place } from './records.ts'
import { waitingView } from './views.ts'
import { itemOf } from './lanes.ts'

export interface Calls {
  command(id: ConversationId, command: Command): Promise<Queued<Outcome> & { readonly predicted: Outcome }>
  send(
    id: ConversationId,
    message: SendMessage,
  ): Promise<Queued<Accepted> & { readonly message: MessageView }>
  recall(id: ConversationId, target: EntryId): Promise<Queued<Accepted>>
  retry(id: EntryId): Promise<void>
  discard(id: EntryId): Promise<void>
}

export function createCalls(core: Core, history: History): Calls {
  const { user, ports, promises } = core

  function newId(): EntryId {
    return makeEntryId(Math.max(0, ports.now()), ports.random(10))
  }

  function context(): { readonly user: typeof user; readonly now: number } {
    return { user, now: ports.now() }
  }

  function common(
    id: EntryId,
    conversation: ConversationId,
    n: number,
  ): Omit<OutboxItem, 'kind' | 'command' | 'content' | 'made' | 'target'> {
    return {
      n,
      id,
      conversation,
      at: ports.now(),
      state: 'waiting',
      reason: null,
      answered: null,
      offered: false,
    }
  }

  /** The promise exists from the moment the change stands: it may be answered before anybody asks for it. */
  function queued<T>(ledger: Ledger, id: EntryId): () => Queued<T> {
    let confirmed: Promise<T> | undefined
    ledger.after.push(() => {
      confirmed = promises.of<T>(id)
    })
    return () => ({ id, confirmed: confirmed ?? promises.of<T>(id) })
  }

  async function command(id: ConversationId, wanted: Command): ReturnType<Calls['command']> {
    const { make, predicted } = await core.mailbox.call(async (ledger) => {
      const record = ledger.conversation(id)
      const head = await shownHead(ledger, id, context())
      const outcome = judgeLocally(ledger, id, head, wanted)
      if (wanted.op === 'create' && record !== undefined && isThere(ledger, id, head, wanted)) {
        return {
          make: (): Queued<Outcome> => ({ id: newId(), confirmed: Promise.resolve(outcome) }),
          predicted: outcome,
        }
      }
      const item: OutboxItem = { ...common(newId(), id, ledger.takeN()), kind: 'command', command: wanted }
      ledger.setItem(item)
      if (record === undefined) ledger.setConversation(localRecord(id, wanted, core))
      ledger.emit({ type: 'conversation', conversation: id })
      return { make: queued<Outcome>(ledger, item.id), predicted: outcome }
    })
    return { ...make(), predicted }
  }

  /** Creating what exists, with everybody in it, changes nothing and need not be asked. */
  function isThere(ledger: Ledger, id: ConversationId, head: Head | undefined, wanted: Command): boolean {
    const record = ledger.conversation(id)
    const current =
      record !== undefined && !record.local && !record.verify && record.headHeld === record.headKnown
    const verdict = predict(id, head, wanted, context())
    return current && head !== undefined && verdict.accepted && verdict.change === null
  }

  /** Where the head is not held the relay has the only word. */
  function judgeLocally(
    ledger: Ledger,
    id: ConversationId,
    head: Head | undefined,
    wanted: Command,
  ): Outcome {
    if (head === undefined && wanted.op !== 'create') {
      const record = ledger.conversation(id)
      if (wanted.op === 'join') {
        if (isUniqueId(id))
          throw refusalError(
            'not-found',
            'There is no such conversation, or it is entered by invitation only.',
          )
        return { successfulClientIds: [user], failures: [] }
      }
      if (record === undefined) throw unknownConversation()
      return { successfulClientIds: 'members' in wanted ? wanted.members : [user], failures: [] }
    }
    const verdict = predict(id, head, wanted, context())
    if (!verdict.accepted) throw refusalError(verdict.code, verdict.detail)
    return verdict.outcome
  }

  async function send(id: ConversationId, wanted: SendMessage): ReturnType<Calls['send']> {
    const { make, message } = await core.mailbox.call(async (ledger) => {
      const built = buildMessage({ ...wanted, id: newId(), from: user, sentAt: ports.now() })
      if (!built.ok) throw refusalError(built.code, built.detail)
      await mustBeMember(ledger, id)
      const item: EntryItem = {
        ...common(built.message.id, id, ledger.takeN()),
        kind: 'entry',
        content: writeEntry(built.message),
        made: null,
        target: null,
      }
      ledger.setItem(item)
      ledger.emit({ type: 'conversation', conversation: id })
      const view = waitingView(item)
      if (view === undefined) throw new ParleyError('internal', 'A message just written cannot be read.')
      return { make: queued<Accepted>(ledger, item.id), message: view }
    })
    return { ...make(), message }
  }

  async function mustBeMember(ledger: Ledger, id: ConversationId): Promise<void> {
    const record = ledger.conversation(id)
    if (record === undefined) throw unknownConversation()
    const head = await shownHead(ledger, id, context())
    if (head?.members.has(user) === true) return
    if (head === undefined && (record.role !== '' || waitsToEnter(ledger, id))) return
    // A head that is behind may not know yet that he was brought back.
    if (
      head !== undefined &&
      record.role !== '' &&
      record.headHeld !== record.headKnown &&
      !leaves(ledger, id)
    )
      return
    throw refusalError('not-a-member', 'Only members write in a conversation.')
  }

  function waitsToEnter(ledger: Ledger, id: ConversationId): boolean {
    return ledger.outbox
      .commands(id)
      .some(({ state, command: { op } }) => state === 'waiting' && (op === 'create' || op === 'join'))
  }

  function leaves(ledger: Ledger, id: ConversationId): boolean {
    return ledger.outbox
      .commands(id)
      .some(({ state, command: { op } }) => state === 'waiting' && op === 'quit')
  }

  async function recall(id: ConversationId, target: EntryId): ReturnType<Calls['recall']> {
    const make = await core.mailbox.call(async (ledger) => {
      const waiting = ledger.outbox.byId(target)
      if (waiting?.kind === 'entry' && waiting.conversation === id && waiting.target === null)
        return recallWaiting(ledger, waiting)
      const found = await history.find(ledger, id, target)
      if (found === undefined)
        throw new ParleyError(
          'unknown-message',
          'This device does not hold that message; load its part of the history first.',
        )
      if (found.recalled) return (): Queued<Accepted> => already({ seq: found.seq, time: found.time }, target)
      const head = await shownHead(ledger, id, context())
      const place = await placeOf(ledger, id, found.page, found.seq)
      return recallConfirmed(ledger, id, target, { head, author: found.from, type: found.type, place })
    })
    return make()
  }

  /** Folds into what was not sent yet; what is on its way is recalled once it is answered. */
  function recallWaiting(ledger: Ledger, waiting: EntryItem): () => Queued<Accepted> {
    if (waiting.made === null || waiting.state === 'refused') {
      withdraw(ledger, waiting)
      return () => already({ seq: 0, time: ports.now() }, waiting.id)
    }
    const operation = recallEntry(waiting.id)
    const place =
      waiting.answered === null
        ? null
        : { page: waiting.made.page, client: waiting.made.client, clock: waiting.made.clock }
    return queueOperation(ledger, waiting.conversation, operation, place)
  }

  function recallConfirmed(
    ledger: Ledger,
    id: ConversationId,
    target: EntryId,
    known: {
      readonly head: Head | undefined
      readonly author: Head['info']['creator']
      readonly type: number
      readonly place: Place
    },
  ): () => Queued<Accepted> {
    const operation = recallEntry(target)
    if (known.author !== user) throw refusalError('not-allowed', 'Only its author recalls a message.')
    if (known.head !== undefined) {
      const verdict = judgeEntry(known.head, operation, user, { author: known.author, type: known.type })
      if (!verdict.accepted) throw refusalError(verdict.code, verdict.detail)
    }
    return queueOperation(ledger, id, operation, known.place)
  }

  function recallEntry(target: EntryId): Operation {
    return { id: newId(), from: user, sentAt: ports.now(), op: 'recall', target }
  }

  function queueOperation(
    ledger: Ledger,
    id: ConversationId,
    operation: Operation,
    place: Place | null,
  ): () => Queued<Accepted> {
    const item: EntryItem = {
      ...common(operation.id, id, ledger.takeN()),
      kind: 'entry',
      content: writeEntry(operation),
      made: null,
      target: { id: operation.target, place },
    }
    ledger.setItem(item)
    ledger.emit({ type: 'conversation', conversation: id })
    return queued<Accepted>(ledger, item.id)
  }

  function withdraw(ledger: Ledger, item: OutboxItem): void {
    ledger.removeItem(item.n)
    ledger.emit({ type: 'conversation', conversation: item.conversation })
    ledger.after.push(() =>
      promises.reject(item.id, new ParleyError('withdrawn', 'It was taken back before it was sent.')),
    )
  }

  async function retry(id: EntryId): Promise<void> {
    await core.mailbox.call((ledger) => {
      const item = ledger.outbox.byId(id)
      if (item === undefined || item.state !== 'refused')
        throw new ParleyError('unknown-message', 'Nothing refused has this id.')
      const creates = item.kind === 'command' && item.command.op === 'create'
      const enters = creates || (item.kind === 'command' && item.command.op === 'join')
      const known = ledger.conversation(item.conversation)
      if (item.kind === 'entry' && (known?.pages ?? 0) === 0 && !waitsToEnter(ledger, item.conversation))
        throw new ParleyError('conversation-refused', 'Retry making or joining the conversation first.')
      const lane = ledger.outbox
        .lane(item.conversation)
        .filter((other) => other.n === item.n || (enters && other.reason?.code === 'conversation-refused'))
      for (const one of lane) {
        ledger.removeItem(one.n)
        // A refused command's id has its answer for ever; an entry's was never taken.
        const freshId = one.kind === 'command' ? newId() : one.id
        ledger.setItem({ ...one, id: freshId, n: ledger.takeN(), state: 'waiting', reason: null })
      }
      if (creates && known?.local === true) ledger.setConversation({ ...known, role: 'owner' })
      ledger.emit({ type: 'conversation', conversation: item.conversation })
    })
  }

  async function discard(id: EntryId): Promise<void> {
    await core.mailbox.call((ledger) => {
      const item = ledger.outbox.byId(id)
      if (item === undefined || item.answered !== null)
        throw new ParleyError('unknown-message', 'Nothing unsent has this id.')
      if (item.kind === 'entry' && item.made !== null && item.state === 'waiting') {
        throw new ParleyError('bad-argument', 'It may have been sent already; recall it instead.')
      }
      const creates = item.kind === 'command' && item.command.op === 'create'
      for (const other of ledger.outbox.lane(item.conversation)) {
        if (other.n === item.n || other.answered !== null) continue
        const depends = other.kind === 'entry' && other.target?.id === item.id
        if (creates && ledger.conversation(item.conversation)?.local === true) withdraw(ledger, other)
        else if (depends)
          refuse(
            ledger,
            other,
            { code: 'target-refused', detail: 'The message this is about was discarded.' },
            promises,
          )
      }
      withdraw(ledger, item)
      if (creates && ledger.conversation(item.conversation)?.local === true)
        ledger.removeConversation(item.conversation)
    })
  }

  return { command, send, recall, retry, discard }
}

function already(accepted: Accepted, id: EntryId): Queued<Accepted> {
  return { id, confirmed: Promise.resolve(accepted) }
}

async function placeOf(ledger: Ledger, id: ConversationId, page: number, seq: number): Promise<Place> {
  const stored = await ledger.update(id, page, seq)
  const item = stored === undefined ? undefined : itemOf(stored.update)
  if (item === undefined)
    throw new ParleyError(
      'unknown-message',
      'This device does not hold that message; load its part of the history first.',
    )
  return { page, ...item }
}

function localRecord(id: ConversationId, command: Command, core: Core): ConversationRecord {
  const fresh = { ...freshRecord(id), createdAt: core.ports.now(), time: core.ports.now(), local: true }
  if (command.op !== 'create') return fresh
  return {
    ...fresh,
    kind: command.kind,
    name: command.name,
    creator: core.user,
    unique: command.unique,
    role: 'owner',
    members: new Set([core.user, ...command.members]).size,
    pages: 1,
  }
}
