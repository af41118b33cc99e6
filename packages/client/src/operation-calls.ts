/**
 * Taking a message back, editing it, reacting to it, wherever it is on its way. Rules CL90, CL92, CL121 and CL122.
 *
 * What has not left folds: into the message, into the edit or the reaction before it, or into nothing.
 */
import { buildMessage, readEntry, writeEntry } from '@parley/document'
import { buildEdit, buildReaction } from '@parley/document/commands'
import type { ConversationId, Edit, EntryId, Message, Reaction, Recall } from '@parley/document'
import { createAiming, isStillOurs } from './aiming.ts'
import type { Aim } from './aiming.ts'
import { assert } from './assert.ts'
import type { Core } from './core.ts'
import type { Accepted, Engine, Queued } from './engine-types.ts'
import { refusalError } from './errors.ts'
import type { History } from './history.ts'
import type { Ledger } from './ledger.ts'
import { already, failed } from './queueing.ts'
import type { Queueing } from './queueing.ts'
import type { EntryItem } from './records.ts'

export type OperationCalls = Pick<Engine, 'recall' | 'edit' | 'react'>

type Make = () => Queued<Accepted>

export function createOperationCalls(core: Core, queueing: Queueing, history: History): OperationCalls {
  const { user, ports, mailbox } = core
  const aiming = createAiming(core, queueing, history)

  async function recall(id: ConversationId, target: EntryId): Promise<Queued<Accepted>> {
    const make = await mailbox.call(async (ledger): Promise<Make> => {
      const before = waitingOn(ledger, target, 'recall').at(-1)
      if (before !== undefined) return asked(ledger, before)
      const aim = await aiming.find(ledger, id, target)
      if ('waiting' in aim.of && isStillOurs(aim.of.waiting)) return withdraw(ledger, aim.of.waiting)
      const operation: Recall = {
        id: queueing.newId(),
        from: user,
        sentAt: ports.now(),
        op: 'recall',
        target,
      }
      if ('confirmed' in aim.of) {
        const { recalled, seq, time } = aim.of.confirmed
        if (recalled) return () => already(target, { seq, time })
        await aiming.judge(ledger, id, operation, aim)
      }
      // What was to be done to it before makes no sense any more.
      for (const other of ledger.outbox.about(target))
        if (isStillOurs(other)) queueing.withdraw(ledger, other)
      return aiming.queue(ledger, id, operation, aim)
    })
    return make()
  }

  const edit: Engine['edit'] = async (id, target, content) => {
    const { make, message } = await mailbox.call(async (ledger) => {
      const aim = await aiming.find(ledger, id, target)
      const built = buildEdit({ ...content, id: queueing.newId(), from: user, sentAt: ports.now(), target })
      if (!built.ok) throw refusalError(built.code, built.detail)
      await aiming.judge(ledger, id, built.edit, aim)
      const made = foldEdit(ledger, built.edit, aim) ?? aiming.queue(ledger, id, built.edit, aim)
      return { make: made, message: aiming.view(ledger, id, aim) }
    })
    return { ...make(), message }
  }

  /** Into the message, or into the edit before it. */
  function foldEdit(ledger: Ledger, wanted: Edit, { id: target, of }: Aim): Make | undefined {
    if ('waiting' in of && isStillOurs(of.waiting)) {
      const content = writeEntry(messageWith(of.waiting, wanted))
      return replace(ledger, { ...of.waiting, content })
    }
    const before = waitingOn(ledger, target, 'edit').at(-1)
    if (before === undefined || !isStillOurs(before)) return undefined
    return replace(ledger, { ...before, content: writeEntry({ ...wanted, id: before.id }) })
  }

  async function react(
    id: ConversationId,
    target: EntryId,
    sign: string,
    on: boolean,
  ): Promise<Queued<Accepted>> {
    const make = await mailbox.call(async (ledger) => {
      const aim = await aiming.find(ledger, id, target)
      const built = buildReaction({
        id: queueing.newId(),
        from: user,
        sentAt: ports.now(),
        target,
        sign,
        on,
      })
      if (!built.ok) throw refusalError(built.code, built.detail)
      if ('waiting' in aim.of && aim.of.waiting.state === 'refused')
        throw refusalError('target-refused', 'That message was refused; retry it first.')
      await aiming.judge(ledger, id, built.reaction, aim)
      const folded = await foldReaction(ledger, id, built.reaction, aim)
      return folded ?? aiming.queue(ledger, id, built.reaction, aim)
    })
    return make()
  }

  /** What is so already, or will be, needs nothing; what has not left and is undone leaves nothing. */
  async function foldReaction(
    ledger: Ledger,
    id: ConversationId,
    wanted: Reaction,
    { of }: Aim,
  ): Promise<Make | undefined> {
    const { target, sign, on } = wanted
    const all = waitingOn(ledger, target, 'react').filter((item) => item.target?.sign === sign)
    const [before, last] = all.length > 1 ? all.slice(-2) : [undefined, all[0]]
    if (last !== undefined && reactionOf(last).on === on) return asked(ledger, last)
    const wasOn = before === undefined ? isConfirmed(of, sign) : reactionOf(before).on
    if (last !== undefined && isStillOurs(last)) {
      queueing.withdraw(ledger, last)
      return wasOn === on ? () => already(wanted.id, { seq: 0, time: ports.now() }) : undefined
    }
    if (last !== undefined || wasOn !== on) return undefined
    if (!('confirmed' in of)) return () => already(wanted.id, { seq: 0, time: ports.now() })
    const { page, seq, time } = of.confirmed
    // What this device holds may be behind: then the relay is told all the same.
    const { held, known } = await ledger.page(id, page)
    const isCurrent = held === known && ledger.conversation(id)?.verify !== true
    return isCurrent ? () => already(target, { seq, time }) : undefined
  }

  /** undefined of what is offered again to a restored relay: what was done to it may be, or not. */
  function isConfirmed(of: Aim['of'], sign: string): boolean | undefined {
    if (!('confirmed' in of)) return of.waiting.offered ? undefined : false
    return of.confirmed.reactions.some((one) => one.sign === sign && one.users.includes(user))
  }

  function waitingOn(ledger: Ledger, target: EntryId, op: 'recall' | 'edit' | 'react'): readonly EntryItem[] {
    return ledger.outbox.about(target).filter((item) => item.state === 'waiting' && item.target?.op === op)
  }

  /** The promise of what was asked for before. */
  function asked(ledger: Ledger, item: EntryItem): Make {
    const { id, answered } = item
    return answered === null ? queueing.waiting<Accepted>(ledger, item) : () => already(id, answered)
  }

  function withdraw(ledger: Ledger, item: EntryItem): Make {
    queueing.withdraw(ledger, item)
    return () => already(item.id, { seq: 0, time: ports.now() })
  }

  function replace(ledger: Ledger, item: EntryItem): Make {
    ledger.setItem(item)
    ledger.changed(item.conversation)
    // What was refused waits for nothing: a new try has a promise of its own.
    return item.state === 'refused' && item.reason !== null
      ? failed(item.id, item.reason)
      : queueing.waiting<Accepted>(ledger, item)
  }

  return { recall, edit, react }
}

/** Under its id, at its time, in answer to what it answers. */
function messageWith(item: EntryItem, { type, text, attrs, body, mentions }: Edit): Message {
  const read = readEntry(item.content)
  assert(read.ok && !('op' in read.entry), 'a message that waits can be read')
  const { id, from, sentAt, replyTo, receipt } = read.entry
  const built = buildMessage({ id, from, sentAt, type, text, attrs, body, mentions, replyTo, receipt })
  if (!built.ok) throw refusalError(built.code, built.detail)
  return built.message
}

function reactionOf(item: EntryItem): Reaction {
  const read = readEntry(item.content)
  assert(read.ok && 'op' in read.entry && read.entry.op === 'react', 'a reaction that waits can be read')
  return read.entry
}
