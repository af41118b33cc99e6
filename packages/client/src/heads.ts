/** Heads: what the relay confirmed, and what the waiting commands make of it. Rules CL77 and CL129. */
import { readHeadUpdates } from '@parley/document'
import type { ConversationId, Head } from '@parley/document'
import type { Ledger } from './ledger.ts'
import type { Model } from './model.ts'
import type { HeadContext } from './lay-commands.ts'
import { readUpdate } from './read-records.ts'

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
  const confirmed = await confirmedHead(ledger, id)
  const commands = ledger.outbox.commands(id)
  if (commands.length === 0) return confirmed
  const { layCommands } = await ledger.part('changes')
  return layCommands(confirmed, id, ledger.conversation(id)?.seq ?? 0, commands, context)
}

/** The same of what is at hand in memory. Whoever has made a command has loaded what it is judged by. */
export function peekHead(model: Model, id: ConversationId, context: HeadContext): Head | undefined {
  const confirmed = model.heads.get(id)
  const part = model.parts.held('changes')
  if (part === undefined) return confirmed
  const seq = model.conversations.get(id)?.seq ?? 0
  return part.layCommands(confirmed, id, seq, model.outbox.commands(id), context)
}
