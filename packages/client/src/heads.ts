/** Heads: what the relay confirmed, and what the waiting commands make of it. Rules CL77 and CL129. */
import { changeHead, judgeCommand, readHeadUpdates } from '@parley/document'
import type { Command, ConversationId, Head, JudgeContext, UserId, Verdict } from '@parley/document'
import type { Ledger } from './ledger.ts'
import type { Model } from './model.ts'
import { readUpdate } from './read-records.ts'
import type { CommandItem } from './records.ts'

export interface HeadContext {
  readonly user: UserId
  readonly now: number
}

/** undefined when this device does not hold the head. An older version than the newest known is better than none. */
export async function confirmedHead(ledger: Ledger, id: ConversationId): Promise<Head | undefined> {
  const cached = ledger.head(id)
  if (cached !== undefined) return cached
  const record = ledger.conversation(id)
  if (record === undefined || record.local) return undefined
  const [rows = []] = await ledger.model.disk.read([{ kind: 'range', table: 'updates', prefix: [id, 0] }])
  if (rows.length === 0) return undefined
  const head = readHeadUpdates(rows.map((row) => readUpdate(row.value).update))
  if (head !== undefined && record.headHeld > 0) ledger.model.heads.set(id, head)
  return head
}

/** Confirmed, with the waiting commands laid over it by the same rules the relay will judge them by. */
export async function shownHead(
  ledger: Ledger,
  id: ConversationId,
  context: HeadContext,
): Promise<Head | undefined> {
  return lay(
    await confirmedHead(ledger, id),
    id,
    ledger.conversation(id)?.seq ?? 0,
    ledger.outbox.commands(id),
    context,
  )
}

/** The same of what is at hand in memory. */
export function peekHead(model: Model, id: ConversationId, context: HeadContext): Head | undefined {
  return lay(
    model.heads.get(id),
    id,
    model.conversations.get(id)?.seq ?? 0,
    model.outbox.commands(id),
    context,
  )
}

function lay(
  confirmed: Head | undefined,
  id: ConversationId,
  seq: number,
  commands: Iterable<CommandItem>,
  context: HeadContext,
): Head | undefined {
  let head = confirmed
  for (const item of commands) {
    const waits = item.state === 'waiting' && (item.answered === null || item.answered.seq > seq)
    if (!waits) continue
    const verdict = judgeCommand(head, item.command, judgeContext(id, context))
    if (verdict.accepted && verdict.change !== null) head = changeHead(head, verdict.change, context.now)
  }
  return head
}

export function predict(
  id: ConversationId,
  head: Head | undefined,
  command: Command,
  context: HeadContext,
): Verdict {
  return judgeCommand(head, command, judgeContext(id, context))
}

/** Who was here before is for the relay to know. */
function judgeContext(conversation: ConversationId, { user, now }: HeadContext): JudgeContext {
  return { conversation, by: user, time: now, formerly: () => 'never' }
}
