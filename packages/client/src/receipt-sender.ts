/**
 * Telling the relay how far this user has got: what is owed waits for others of its kind, leaves at most once a second for
 * each conversation, and again in the next session until the relay has confirmed it. Rules CL307 to CL310.
 */
import type { ConversationId } from '@parley/document'
import type { ClientLimits } from './limits.ts'
import type { Model } from './model.ts'
import type { Ports } from './ports.ts'
import type { Reached } from './receipt-records.ts'
import { unconfirmed } from './receipts.ts'
import type { Session } from './session.ts'

export interface ReceiptSender {
  /** Something of this conversation has changed. */
  look(id: ConversationId): void
  /** What a session has missed is stored. */
  caughtUp(): void
}

export interface ReceiptSenderParts {
  readonly model: Pick<Model, 'conversations'>
  readonly limits: ClientLimits
  readonly ports: Pick<Ports, 'timer'>
  readonly session: Pick<Session, 'send'>
  readonly readReceipts: boolean
  /** The catch-up of this session is stored. */
  readonly ready: () => boolean
}

export function createReceiptSender({
  model,
  limits,
  ports,
  session,
  readReceipts,
  ready,
}: ReceiptSenderParts): ReceiptSender {
  const waiting = new Set<ConversationId>()
  /** In this session. */
  const said = new Map<ConversationId, Reached>()
  let isArmed = false

  /** What is to be said of it now, and was not said in this session. */
  function toSay(id: ConversationId): Reached | undefined {
    const record = model.conversations.get(id)
    if (record === undefined || record.receipts === null || record.role === '' || record.verify)
      return undefined
    if (record.local || record.members > limits.maxReceiptMembers) return undefined
    const wanted = unconfirmed(record, readReceipts)
    const before = said.get(id) ?? { delivered: 0, read: 0 }
    return wanted.delivered > before.delivered || wanted.read > before.read ? wanted : undefined
  }

  function arm(): void {
    if (isArmed || waiting.size === 0 || !ready()) return
    isArmed = true
    ports.timer(limits.receiptEveryMs, () => {
      isArmed = false
      flush()
    })
  }

  function flush(): void {
    if (!ready()) return
    for (const id of [...waiting].slice(0, limits.maxReceiptsAtOnce)) {
      waiting.delete(id)
      const reached = toSay(id)
      if (reached === undefined) continue
      said.set(id, reached)
      session.send({ frame: 'marks', conversation: id, ...reached })
    }
    arm()
  }

  function look(id: ConversationId): void {
    if (waiting.has(id) || toSay(id) === undefined) return
    waiting.add(id)
    arm()
  }

  return {
    look,
    caughtUp() {
      said.clear()
      waiting.clear()
      for (const id of model.conversations.keys()) look(id)
    },
  }
}
